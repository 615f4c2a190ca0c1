"""The effect of policies from the records of a real database, held against what was done."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.builders import Book, founded

from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput, NotFound
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.portfolio.effect import Effect
from whiteslip.views import effects
from whiteslip.views.effects import EffectView

APRIL = date(2026, 4, 2)


def shown(book: Book, policy: str, against: str | None = None) -> EffectView:
    return book.database.read(lambda db: effects.show_effect(db, policy, against=against))


def figures(effect: Effect) -> dict[str, int | None]:
    return {figure.name: figure.value for figure in effect.figures}


@pytest.fixture
def book(database: Database) -> Book:
    book = founded(database)
    book.grant_all()
    return book


def stopped(book: Book, shop: int) -> LineKey:
    """Let a line fall behind until the watch book has suspended it."""
    line = book.line()
    book.buy(line, 30_000, at_shop=shop)
    book.close_until(APRIL)
    return line


def test_a_policy_that_nobody_knows_is_not_found(book: Book) -> None:
    for policy in ("run:watch:77:2026-02-10", "book:watch:77", "campaign:9"):
        with pytest.raises(NotFound, match="there is no"):
            shown(book, policy)
    with pytest.raises(InvalidInput, match="a policy is named"):
        shown(book, "everything")


def test_a_reason_that_never_stopped_anybody_has_an_effect_of_nothing(book: Book) -> None:
    found = figures(shown(book, "reason:POL-01").effect)

    assert set(found.values()) == {0}


def test_who_was_stopped_what_shops_lost_and_what_is_owed(book: Book) -> None:
    shop, other = book.shop(fee_ppm=10_000), book.shop("Far shop")
    line = stopped(book, shop)
    since, reason = book.database.read(
        lambda db: db.execute(
            "SELECT min(since_on), min(reasons -> 0 ->> 'code') FROM risk.restriction WHERE level >= 3"
        ).fetchone()
    ) or (book.today, "")
    for place in (shop, shop, other):  # twice the same order, which is one
        book.ask(line, 5_000, at_shop=place)

    found = figures(shown(book, f"reason:{reason}").effect)

    assert (found["people stopped"], found["lines stopped"], found["still stopped"]) == (1, 1, 1)
    assert found["days stopped"] == (book.today - since).days + 1
    assert (found["orders refused"], found["refused"], found["shops"]) == (2, 10_000, 2)
    assert (found["orders lost at most"], found["fees of shops lost"]) == (2, 100)
    assert 0 < (found["loss avoided"] or 0) < 10_000
    (owed,) = book.database.read(
        lambda db: db.execute(
            "SELECT owed_minor FROM money.month_end WHERE month_end = '2026-03-31'"
        ).fetchone()
    ) or (0,)
    assert found["owed now"] == owed > 0
    assert 0 < (found["provision for what is owed now"] or 0) < owed

    book.pay(line, 400_000)
    book.buy(line, 5_000, at_shop=shop)
    after = figures(shown(book, f"reason:{reason}").effect)
    assert after["still stopped"] == 0
    assert (after["orders refused"], after["orders sold all the same"]) == (2, 1)
    assert after["lost at most"] == 5_000


def test_a_run_against_another_and_what_lies_between(book: Book) -> None:
    shop = book.shop()
    line = stopped(book, shop)
    runs = book.database.read(
        lambda db: db.execute(
            "SELECT book, book_version, since_on, level FROM risk.restriction WHERE customer_id = %s"
            " ORDER BY since_on",
            (line.customer_id,),
        ).fetchall()
    )
    first, last = (f"run:{run[0]}:{run[1]}:{run[2]}" for run in (runs[0], runs[-1]))

    view = shown(book, last, against=first)

    assert view.against is not None
    one, beside = figures(view.effect), figures(view.against)
    for figure in view.difference:
        assert figure.value == (one[figure.name] or 0) - (beside[figure.name] or 0)
    whole = shown(book, f"book:{runs[0][0]}:{runs[0][1]}").effect
    assert sum(each.restrictions for each in whole.reasons) == len(runs)


def test_a_campaign_is_what_was_granted_and_sold_meanwhile(book: Book) -> None:
    shop = book.shop(fee_ppm=10_000)
    line, without = book.line(), book.line()
    today = book.today
    book.write(
        lambda db: db.execute(
            "INSERT INTO credit.campaign_grant VALUES (%s, 7, %s, 1, 1000, 500000, %s, %s, %s, NULL)",
            (*line, book.at, today, today + timedelta(days=30)),
        )
    )
    for each in (line, without):
        book.buy(each, 20_000, at_shop=shop)
    book.close_day()

    found = figures(shown(book, "campaign:7").effect)

    assert (found["people granted to"], found["days granted"]) == (1, 2)
    assert (found["orders sold"], found["sold"], found["fees of shops"]) == (1, 20_000, 200)
    assert found["loss on what was sold"] == 0, (
        "where it stood before is not known, so nothing is foretold"
    )


def test_control_a_day_counted_twice_is_seen(book: Book) -> None:
    """Two restrictions on one line are one stop: the sum over restrictions would be more."""
    line = stopped(book, book.shop())
    overlapping = book.database.read(
        lambda db: db.execute(
            "SELECT count(*) FROM risk.restriction WHERE customer_id = %s AND in_force >= 3",
            (line.customer_id,),
        ).fetchone()
    )
    assert overlapping is not None
    book.write(
        lambda db: db.execute(
            "INSERT INTO risk.restriction_event SELECT customer_id, restriction_id, 90, 'active', 'active', 'x',"
            " happened_on, happened_at, NULL, in_force, NULL FROM risk.restriction_event WHERE in_force >= 3"
        )
    )

    (version,) = {
        row[0]
        for row in book.database.read(
            lambda db: db.execute("SELECT book_version FROM risk.restriction").fetchall()
        )
    }
    found = figures(shown(book, f"book:watch:{version}").effect)
    first = book.database.read(
        lambda db: db.execute(
            "SELECT min(happened_on) FROM risk.restriction_event WHERE in_force >= 3"
        ).fetchone()
    )
    assert first is not None
    assert found["days stopped"] == (book.today - first[0]).days + 1
