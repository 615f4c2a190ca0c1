"""The portfolio of a real database: what end of day keeps, held against every line one by one."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from tests.builders import Book, founded

from whiteslip.flows.check_books import check_books
from whiteslip.infra.database import Database
from whiteslip.infra.migrations import shipped
from whiteslip.kernel.errors import InvalidInput, NotFound
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.portfolio.model import Standing
from whiteslip.views import portfolio
from whiteslip.views.portfolio import Recount, RollView, VintageView

JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)
APRIL = date(2026, 4, 30)


def rows(book: Book, statement: str, *values: object) -> list[Any]:
    return book.database.read(lambda db: db.execute(statement.encode(), values).fetchall())


def rolls(book: Book, *, months: int = 1, until: date | None = None) -> RollView:
    return book.database.read(lambda db: portfolio.show_rolls(db, months=months, until=until))


def vintages(book: Book, *, until: date | None = None) -> VintageView:
    return book.database.read(lambda db: portfolio.show_vintages(db, until=until))


def moved(view: RollView) -> dict[tuple[str, str], int]:
    return {(move.before, move.after): move.lines for move in view.months[-1].moves}


def check_books_of(book: Book) -> list[str]:
    return book.database.read(check_books).problems


def close_month(book: Book, month_end: date) -> None:
    book.close_until(month_end + timedelta(days=1))


def buys(book: Book, shop: int, amount_minor: int = 30_000) -> LineKey:
    line = book.line()
    book.buy(line, amount_minor, at_shop=shop)
    return line


@pytest.fixture
def book(database: Database) -> Book:
    book = founded(database)
    book.grant_all()
    return book


def test_an_empty_book_has_nothing_to_show_and_says_so(book: Book) -> None:
    assert rolls(book) == RollView((), (), ())
    assert vintages(book) == VintageView(None, ())
    assert book.database.read(portfolio.show_losses).losses == ()
    with pytest.raises(NotFound, match="none is kept yet"):
        rolls(book, until=JANUARY)


def test_the_future_is_not_known(book: Book) -> None:
    book.line()
    close_month(book, JANUARY)

    with pytest.raises(NotFound, match="the last is 2026-01-31"):
        vintages(book, until=FEBRUARY)
    with pytest.raises(NotFound):
        rolls(book, until=date(2026, 1, 30))
    with pytest.raises(InvalidInput, match="between 1 and"):
        rolls(book, months=0)


def test_a_month_end_is_not_known_before_its_day_is_closed(book: Book) -> None:
    book.line()
    book.close_until(JANUARY)
    assert vintages(book).until is None

    book.close_day()
    assert vintages(book).until == JANUARY


def test_one_line_rolls_on_and_is_cured(book: Book) -> None:
    shop = book.shop()
    line = buys(book, shop)
    for end in (JANUARY, FEBRUARY, MARCH):
        close_month(book, end)

    # Billed on 5 January, due on 3 February: 25 days past due in February, 56 in March.
    assert moved(rolls(book, until=FEBRUARY)) == {(Standing.CURRENT, Standing.DAYS_1_30): 1}
    assert moved(rolls(book)) == {(Standing.DAYS_1_30, Standing.DAYS_31_60): 1}
    before = vintages(book)

    book.pay(line, 400_000)
    close_month(book, APRIL)

    assert moved(rolls(book)) == {(Standing.DAYS_31_60, Standing.NOTHING_OWED): 1}
    over_30, over_60, _ = vintages(book).vintages
    assert [point.lines for point in over_30.points] == [0, 0, 1, 1], "ever late stays late"
    assert [point.lines for point in over_60.points] == [0, 0, 0, 0]
    assert vintages(book, until=MARCH) == before, "what was known does not change"
    assert book.database.read(portfolio.recount).odd == ()


def test_paying_the_oldest_due_moves_no_month_end_of_the_past(book: Book) -> None:
    line = buys(book, book.shop())
    for end in (JANUARY, FEBRUARY):
        close_month(book, end)
    kept = rows(book, "SELECT * FROM money.month_end ORDER BY month_end")

    book.pay(line, 3_000)
    book.close_day()

    assert rows(book, "SELECT * FROM money.month_end ORDER BY month_end") == kept
    assert [(row[3] > 0, row[5]) for row in kept] == [(False, 0), (True, 25)]


def test_every_line_is_somewhere_and_the_sums_are_those_of_the_book(book: Book) -> None:
    shop = book.shop()
    lines = [buys(book, shop, 10_000 * (number + 1)) for number in range(6)]
    book.line()
    close_month(book, JANUARY)
    for line in lines[:2]:
        book.pay(line, 500_000)
    buys(book, shop)
    close_month(book, FEBRUARY)

    view = rolls(book)

    assert moved(view) == {
        (Standing.NOTHING_OWED, Standing.NOTHING_OWED): 1,
        (Standing.CURRENT, Standing.NOTHING_OWED): 2,
        (Standing.CURRENT, Standing.DAYS_1_30): 4,
        (Standing.NOT_OPENED, Standing.CURRENT): 1,
    }
    owed: Counter[date] = Counter()
    for month_end, owed_minor in rows(book, "SELECT month_end, owed_minor FROM money.month_end"):
        owed[month_end] += owed_minor
    assert sum(flow.opening_minor for flow in view.flows) == owed[JANUARY]
    assert sum(flow.closing_minor for flow in view.flows) == owed[FEBRUARY]
    assert sum(flow.closing for flow in view.flows) == 8
    (total,) = rows(book, "SELECT sum(principal_minor) FROM money.line")[0]
    assert owed[FEBRUARY] >= total > 0, "principal and fees"


def test_control_a_month_end_written_with_hindsight_is_seen(book: Book) -> None:
    """Were a month end derived from what is now, a cured line would have been current all along."""
    line = buys(book, book.shop())
    for end in (JANUARY, FEBRUARY, MARCH):
        close_month(book, end)
    assert check_books_of(book) == []
    assert book.database.read(portfolio.recount) == Recount((JANUARY, FEBRUARY, MARCH), ())
    book.pay(line, 400_000)

    def hindsight(db: Any) -> None:
        db.execute(
            "DELETE FROM money.month_end WHERE NOT EXISTS (SELECT FROM money.installment"
            " WHERE installment.customer_id = month_end.customer_id AND status = 'open')"
        )

    book.write(hindsight)
    _, odd = book.database.read(portfolio.recount)
    assert len(odd) > 3
    assert check_books_of(book)


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE money.month_move SET lines = lines + 1 WHERE month_end = '2026-03-31'",
        "UPDATE money.month_move SET owed_before_minor = 1 WHERE month_end = '2026-03-31'",
        "UPDATE money.month_move SET owed_after_minor = 1 WHERE month_end = '2026-03-31'",
        "UPDATE money.month_move SET place_before = 2 WHERE month_end = '2026-03-31'",
        "DELETE FROM money.month_move WHERE month_end = '2026-03-31'",
        "UPDATE money.month_worst SET lines = lines + 1 WHERE month_end = '2026-03-31'",
        "UPDATE money.month_worst SET opened_in = '2025-12-01' WHERE month_end = '2026-03-31'",
        "DELETE FROM money.month_worst WHERE month_end = '2026-03-31'",
    ],
)
def test_control_sums_that_are_not_a_recount_are_seen(book: Book, fault: str) -> None:
    buys(book, book.shop())
    for end in (JANUARY, FEBRUARY, MARCH):
        close_month(book, end)
    assert check_books_of(book) == []

    book.write(lambda db: db.execute(fault.encode()))

    assert any("the last month end" in each for each in check_books_of(book))


def test_a_product_is_looked_at_alone(book: Book) -> None:
    shop = book.shop()
    buys(book, shop)
    for end in (JANUARY, FEBRUARY):
        close_month(book, end)

    one = book.database.read(lambda db: portfolio.show_rolls(db, product="pay-later"))
    assert one == rolls(book)
    with pytest.raises(NotFound, match="there is no product 'gold'"):
        book.database.read(lambda db: portfolio.show_vintages(db, product="gold"))


def test_a_month_end_before_the_step_existed_is_not_taken_for_a_clean_one(book: Book) -> None:
    buys(book, book.shop())
    for end in (JANUARY, FEBRUARY, MARCH):
        close_month(book, end)

    def as_before(db: Any) -> None:
        db.execute(
            "UPDATE infra.day_range SET step_ms = step_ms - 'keep month end'"
            " WHERE business_date = '2026-02-28'"
        )

    book.write(as_before)

    assert rolls(book, months=5) == RollView((), (), ()), "March is not compared with January"
    with pytest.raises(NotFound):
        rolls(book, until=FEBRUARY)


def test_losses_are_of_all_that_was_owed_and_of_nothing_later(book: Book) -> None:
    shop = book.shop()
    lines = [buys(book, shop, 20_000) for _ in range(3)]
    close_month(book, JANUARY)
    book.pay(lines[0], 20_000)
    close_month(book, FEBRUARY)

    view = book.database.read(portfolio.show_losses)
    (owed,) = rows(
        book, "SELECT sum(owed_minor) FROM money.month_end WHERE month_end = '2026-02-28'"
    )[0]
    base, downturn, _ = view.losses
    assert (view.until, view.months) == (FEBRUARY, 1)
    assert (base.total.lines, base.total.owed_minor) == (2, owed)
    assert 0 < base.total.loss_minor < downturn.total.loss_minor < owed
    assert [each.name for each in base.segments] == ["pay-later"]
    assert [each.name for each in base.stages] == ["stage 1"]

    close_month(book, MARCH)
    assert book.database.read(lambda db: portfolio.show_losses(db, until=FEBRUARY)) == view, (
        "March changes nothing"
    )
    later, *_ = book.database.read(portfolio.show_losses).losses
    assert [each.name for each in later.stages] == ["stage 2"]


def test_classes_are_of_all_that_was_owed_and_stages_make_the_losses(book: Book) -> None:
    shop = book.shop()
    buys(book, shop)
    eased = buys(book, shop)
    close_month(book, JANUARY)
    on = book.today
    book.write(
        lambda db: db.execute(
            "INSERT INTO care.relief (customer_id, relief_id, line_id, amount_minor, fee_minor, moved_at, asked_on,"
            " expires_on, started_on, ends_on, finished_on, needs_approval, stops_fees, pauses_reminders, bars_credit,"
            " form, status, proposed_by, terms, acted_number) VALUES (%s, 9, %s, 1, 0, now(), %s, %s, %s, %s, %s,"
            " false, false, false, false, 'extension', 'kept', 'x', '{}', 9)",
            (*eased, on, on, on, on, on),
        )
    )
    book.pay(eased, 20_000)
    buys(book, shop)
    close_month(book, FEBRUARY)

    view = book.database.read(portfolio.show_classes)

    assert view.until == FEBRUARY
    assert {each.name: each.lines for each in view.classes} == {"normal": 1, "special-mention": 2}
    assert {each.name: each.lines for each in view.causes} == {
        "stage 1: unknown": 2,
        "stage 2: renegotiated": 1,
    }
    assert all(each.served_chance is None for each in view.classes), "unknown, and said so"
    base, *_ = book.database.read(portfolio.show_losses).losses
    assert base.total.owed_minor == sum(each.owed_minor for each in view.stages)
    assert [(each.name, each.lines) for each in base.stages] == [("stage 1", 2), ("stage 2", 1)]
    assert check_books_of(book) == []


def test_control_a_book_without_classes_is_staged_by_days(book: Book) -> None:
    buys(book, book.shop())
    for end in (JANUARY, FEBRUARY):
        close_month(book, end)
    classed = book.database.read(portfolio.show_losses)

    book.write(lambda db: db.execute("DELETE FROM risk.month_class"))

    assert book.database.read(portfolio.show_losses) == classed
    assert book.database.read(portfolio.show_classes).cells == ()
    assert check_books_of(book) == [], "a month end kept before there were classes is no fault"


def test_month_ends_kept_before_there_were_sums_are_counted_by_the_migration(book: Book) -> None:
    shop = book.shop()
    lines = [buys(book, shop, 20_000) for _ in range(3)]
    close_month(book, JANUARY)
    book.pay(lines[0], 20_000)
    buys(book, shop)
    for end in (FEBRUARY, MARCH):
        close_month(book, end)
    tables = ("money.month_move", "money.month_worst")

    def sums() -> list[list[Any]]:
        return [sorted(rows(book, f"SELECT * FROM {table}")) for table in tables]

    kept = sums()
    (text,) = (each.text for each in shipped() if each.name.startswith("0029"))
    _, backfill = text.split("-- Month ends kept before are counted now, once.")

    def again(db: Any) -> None:
        for table in tables:
            db.execute(f"DELETE FROM {table}")
        db.execute(backfill)

    book.write(again)

    assert sums() == kept
    assert all(kept)
