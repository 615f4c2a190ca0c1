"""The indicators are evaluated for a closed day; bad data is said to be unknown, here and where it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from tests.builders import Book, founded, noon

from whiteslip.flows.warn_early import warn_early
from whiteslip.infra.database import Database
from whiteslip.risk.signals import store
from whiteslip.risk.signals.model import Catalog, Color, Why
from whiteslip.views.warnings import WarningView, standing


@pytest.fixture
def book(database: Database) -> Book:
    made = founded(database)
    made.grant_all()
    return made


def catalog(**least_counts: int) -> Catalog:
    """The shipped indicators that are named, each with another least count."""
    every = store.catalog().indicators
    chosen = {name: every[name]._replace(least_count=n) for name, n in least_counts.items()}
    return store.catalog()._replace(indicators=chosen)


def shown(book: Book, chosen: Catalog) -> Mapping[str, WarningView]:
    views = book.database.read(lambda db: standing(db, chosen=chosen))
    return {view.indicator.id: view for view in views}


def overdue(book: Book, *, good: int, bad: int) -> date:
    """Let people buy and come due; returns the due day, closed."""
    shop = book.shop()
    lines = [book.line(statement_day=5) for _ in range(good + bad)]
    for line in lines:
        book.buy(line, 30_000, at_shop=shop)
    book.close_until(date(2026, 1, 6))
    for line in lines[:good]:
        book.pay(line, 30_000)
    book.close_until(date(2026, 2, 5))
    return book.today


def test_a_book_of_which_a_third_rolls_is_red_and_stays_as_it_was_judged(book: Book) -> None:
    overdue(book, good=4, bad=2)
    chosen = catalog(roll_to_overdue=3)

    report = warn_early(book.database, at=book.at, catalog=chosen)

    (one,) = report.evaluations
    assert (one.color, one.why, one.hits, one.out_of) == (Color.RED, None, 2, 6)
    assert shown(book, chosen)["roll_to_overdue"].color is Color.RED
    assert warn_early(book.database, at=book.at, catalog=chosen).evaluations == ()


def test_a_segment_of_three_people_is_unknown_and_not_green(book: Book) -> None:
    overdue(book, good=3, bad=0)
    few, control = catalog(roll_to_overdue=4), catalog(roll_to_overdue=3)

    (one,) = warn_early(book.database, at=book.at, catalog=few).evaluations
    assert (one.color, one.why, one.value_ppm) == (Color.UNKNOWN, Why.TOO_FEW, 0)
    assert shown(book, few)["roll_to_overdue"].color is Color.UNKNOWN

    (one,) = warn_early(book.database, at=book.at, catalog=control).evaluations
    assert one.color is Color.GREEN


def test_a_bank_that_never_reported_is_unknown_and_not_without_failures(book: Book) -> None:
    overdue(book, good=3, bad=0)
    chosen = catalog(failed_debits=1)
    wide = chosen.indicators["failed_debits"]._replace(window_days=30)

    (one,) = warn_early(
        book.database, at=book.at, catalog=chosen._replace(indicators={"failed_debits": wide})
    ).evaluations

    assert (one.color, one.why, one.hits, one.out_of) == (Color.UNKNOWN, Why.ABSENT, 0, 3)


def test_an_indicator_that_cannot_be_computed_is_unknown_and_stops_no_other(book: Book) -> None:
    overdue(book, good=3, bad=0)
    chosen = catalog(roll_to_overdue=3, complaints=1)
    query = b"ALTER TABLE care.complaint RENAME TO gone"
    book.write(lambda db: db.execute(query).rowcount)

    found = {one.indicator: one for one in warn_early(book.database, at=book.at, catalog=chosen)[1]}

    assert (found["complaints"].color, found["complaints"].why) == (Color.UNKNOWN, Why.FAILED)
    assert found["complaints"].out_of is None
    assert found["roll_to_overdue"].color is Color.GREEN


def test_a_clock_that_jumps_back_or_far_ahead_is_said(book: Book) -> None:
    overdue(book, good=3, bad=0)
    chosen = catalog(roll_to_overdue=3)

    def judged(days: int) -> tuple[Color, Why | None]:
        at = noon(book.today) + timedelta(days=days)
        (one,) = warn_early(book.database, at=at, catalog=chosen).evaluations
        return one.color, one.why

    assert judged(9) == (Color.UNKNOWN, Why.LATE)
    assert judged(0) == (Color.UNKNOWN, Why.CLOCK)
    assert judged(10) == (Color.UNKNOWN, Why.LATE)


def test_a_color_of_another_day_is_not_that_of_now(book: Book) -> None:
    overdue(book, good=3, bad=0)
    chosen = catalog(roll_to_overdue=3)
    assert shown(book, chosen)["roll_to_overdue"][1:3] == (Color.UNKNOWN, Why.NEVER)
    warn_early(book.database, at=book.at, catalog=chosen)
    assert shown(book, chosen)["roll_to_overdue"].color is Color.GREEN

    book.close_day()

    view = shown(book, chosen)["roll_to_overdue"]
    assert (view.color, view.why) == (Color.UNKNOWN, Why.STALE)
    assert view.last is not None
    assert view.last.color is Color.GREEN
