"""A night: a forecast that knows too little says so, and a valve is proposed where cash or credit call for it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.builders import Book, done, founded

from whiteslip.flows.enter_funds import EntryKind, NewEntry, enter_funds
from whiteslip.flows.govern_valve import Command, ValveStep, govern_valve
from whiteslip.flows.guard_liquidity import forecast_liquidity, propose_valve
from whiteslip.flows.warn_early import warn_early
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.risk.appetite.model import Finding, Measure
from whiteslip.risk.appetite.reading import read_appetite
from whiteslip.risk.appetite.store import shipped
from whiteslip.risk.liquidity import store
from whiteslip.risk.liquidity.model import Forecast, State, Why
from whiteslip.risk.signals.model import Color
from whiteslip.views.appetite import check_book
from whiteslip.views.liquidity import show_liquidity, stood
from whiteslip.views.warnings import standing

TERMS = store.terms()._replace(history_weeks=2, least_weeks=2, pace_weeks=1, paths=20)


@pytest.fixture
def book(database: Database) -> Book:
    found = founded(database, on=date(2026, 1, 1))
    found.grant_all()
    return found


def enter(book: Book, kind: EntryKind, amount: int, on: date) -> None:
    at = book.at
    entry = NewEntry(kind, amount, on, "Anna", "the bank's figure")
    (answer,) = book.write(lambda db: enter_funds(db, [entry], at=at))
    assert not isinstance(answer, WhiteslipError), answer


def fund(book: Book, *, cash: int, floor: int) -> None:
    closed = book.today - timedelta(days=1)
    enter(book, EntryKind.CASH, cash, closed)
    enter(book, EntryKind.FLOOR, floor, closed)


def guard(book: Book) -> Forecast:
    return forecast_liquidity(book.database, at=book.at, terms=TERMS)


def fortnight(book: Book) -> None:
    """Live two weeks in which somebody buys each day and pays a little."""
    shop, line = book.shop(fee_ppm=0), book.line(20_000_000)
    for _ in range(15):
        book.buy(line, 10_000, at_shop=shop)
        book.pay(line, 1_000)
        book.close_day()


def test_what_nobody_entered_is_unknown_and_said_so(book: Book) -> None:
    assert guard(book).why is Why.NO_CASH
    closed = book.today - timedelta(days=1)
    enter(book, EntryKind.CASH, 100, closed)
    assert guard(book).why is Why.NO_FLOOR
    enter(book, EntryKind.FLOOR, 100, closed)
    assert guard(book).why is Why.NO_HISTORY
    later = book.today + timedelta(days=TERMS.cash_days + 1)
    book.close_until(later)
    assert guard(book).why is Why.OLD_CASH
    assert book.database.read(show_liquidity).why is Why.OLD_CASH


def test_an_end_of_day_under_way_makes_it_unknown(book: Book) -> None:
    fund(book, cash=100, floor=100)
    book.write(
        lambda db: db.execute("UPDATE infra.business_day SET current_on = current_on + 1").rowcount
    )

    assert guard(book).why is Why.NOT_CLOSED
    assert book.database.read(show_liquidity).why is Why.NOT_CLOSED


def test_a_day_is_forecast_once_it_is_known_and_shows_the_next_as_stale(book: Book) -> None:
    fund(book, cash=10_000_000, floor=100_000)
    fortnight(book)

    made = guard(book)

    assert made.why is None
    assert guard(book) == made
    assert book.database.read(show_liquidity).last == made
    assert made.cash_minor == book.database.read(stood)[-1].cash_minor
    # Fourteen of the fifteen days were settled with the shop, and a little came in.
    assert made.cash_minor == 10_000_000 - 14 * 10_000 + 15 * 1_000
    book.close_day()
    assert book.database.read(show_liquidity).why == "stale"


def coverage(book: Book) -> Finding:
    """What the appetite makes of the cash that is foreseen."""
    used = read_appetite(shipped())
    checked = book.database.read(lambda db: check_book(db, appetite=used))
    return next(one for one in checked.findings if one.limit.measure is Measure.LIQUIDITY_COVERAGE)


def test_an_appetite_is_held_against_the_forecast_of_the_day_and_no_other(book: Book) -> None:
    assert coverage(book).why == "absent"
    fund(book, cash=10_000_000, floor=1_000_000)
    fortnight(book)
    made = guard(book)

    assert coverage(book).value_ppm == made.coverage_ppm
    book.close_day()
    assert coverage(book).why == "absent", "the forecast is stale"


def color(book: Book) -> tuple[Color, object]:
    warn_early(book.database, at=book.at)
    found = book.database.read(lambda db: standing(db, at=book.at))
    view = next(one for one in found if one.indicator.id == "liquidity_coverage")
    return view.color, view.why


def test_the_indicator_is_unknown_green_or_red_as_the_forecast_is(book: Book) -> None:
    assert color(book)[0] is Color.UNKNOWN
    fund(book, cash=10_000_000, floor=100_000)
    fortnight(book)
    guard(book)
    assert color(book) == (Color.GREEN, None)
    book.close_day()
    enter(book, EntryKind.FLOOR, 9_900_000, book.today - timedelta(days=1))
    guard(book)
    assert color(book) == (Color.RED, None)
    book.close_day()
    assert color(book)[0] is Color.UNKNOWN  # nobody forecast from that day


def test_enough_cash_proposes_nothing_and_too_little_the_mildest_stage(book: Book) -> None:
    fund(book, cash=10_000_000, floor=100_000)
    fortnight(book)
    guard(book)
    assert propose_valve(book.database, at=book.at).proposed is None

    book.close_day()
    enter(book, EntryKind.FLOOR, 20_000_000, book.today - timedelta(days=1))
    guard(book)
    report = propose_valve(book.database, at=book.at)

    assert report.needed == 3
    assert report.proposed is not None
    assert (report.proposed.stage, report.proposed.state) == (1, State.PROPOSED)
    assert "of the floor" in report.proposed.why
    assert propose_valve(book.database, at=book.at).proposed is None
    # Nobody looks: it lapses, and the next forecast proposes anew.
    for _ in range(5):
        book.close_day()
    again = propose_valve(book.database, at=book.at)
    assert [one.valve_id for one in again.lapsed] == [report.proposed.valve_id]
    assert (
        again.proposed is None
    )  # there is no forecast of that day: what is unknown calls for nothing


def test_a_red_indicator_proposes_the_mildest_stage_and_acts_alone_never(book: Book) -> None:
    row = b"""
        INSERT INTO risk.signal_evaluation (
            indicator, evaluated_on, attempt, version, evaluated_at, from_on, to_on, hits, out_of, value_ppm, color
        )
        VALUES ('thirty_plus', '2025-12-31', 1, 1, '2026-01-01', '2025-12-01', '2025-12-31', 9, 10, 900000, 'red')
    """
    book.write(lambda db: db.execute(row).rowcount)

    report = propose_valve(book.database, at=book.at)

    assert report.proposed is not None
    assert report.proposed.stage == 1
    assert "thirty_plus" in report.proposed.why
    assert book.database.read(store.read_gate).acting is None


def test_a_valve_that_acts_is_in_the_forecast_until_it_ends(book: Book) -> None:
    fund(book, cash=10_000_000, floor=9_500_000)
    fortnight(book)
    book.close_day()
    enter(book, EntryKind.FLOOR, 9_800_000, book.today - timedelta(days=1))
    before = guard(book)
    valve = propose_valve(book.database, at=book.at).proposed
    assert valve is not None
    for by in ("Anna", "Bo"):
        at, step = book.at, ValveStep(valve.valve_id, Command.RELEASE, by, "go")
        done(book.write(lambda db, at=at, step=step: govern_valve(db, step, at=at)))
    book.close_day()

    after = guard(book)

    assert before.days is not None
    assert after.days is not None
    assert before.days.open_minor == before.days.liquidity_minor
    assert (
        after.days.open_minor == after.days.liquidity_minor
    )  # all that was bought is small: it passes
