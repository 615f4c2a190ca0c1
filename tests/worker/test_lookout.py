"""What cannot wait for the night is seen within a minute: an outage, refusals, a bank, a burst of complaints."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.builders import Book, done, founded, only

from whiteslip.flows.complain import Cause, Channel, NewComplaint, complain
from whiteslip.flows.record_failed_debits import DebitReport, Failure, record_failed_debits
from whiteslip.flows.warn_early import Acknowledgment, acknowledge_warnings
from whiteslip.infra.answered import Tally
from whiteslip.infra.clock import Clock, FixedClock
from whiteslip.infra.database import Database
from whiteslip.infra.outage import refusing_connections
from whiteslip.kernel.errors import Unavailable
from whiteslip.risk.signals import store
from whiteslip.risk.signals.life import Warned
from whiteslip.risk.signals.model import Catalog, Color, Why
from whiteslip.views.warnings import WarningView, history, standing
from whiteslip.worker.lookout import Lookout

QUARTER_MINUTE = timedelta(seconds=15)


class Hand:
    """A clock set by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def book(database: Database) -> Book:
    made = founded(database)
    made.grant_all()
    return made


def lookout(book: Book, tally: Tally | None = None, *, clock: Clock | None = None) -> Lookout:
    return Lookout(
        book.database, clock or FixedClock(book.at), tally=tally or Tally(), catalog=few()
    )


def few() -> Catalog:
    """The shipped fast indicators, content with three of anything."""
    fast = {name: one._replace(least_count=3) for name, one in store.catalog().fast.items()}
    return store.catalog()._replace(fast=fast)


def shown(book: Book, name: str, *, at: datetime | None = None) -> WarningView:
    chosen, now = few(), at or book.at
    views = book.database.read(lambda db: standing(db, at=now, chosen=chosen))
    return next(view for view in views if view.indicator.id == name)


def steps(book: Book, name: str) -> list[tuple[str, str]]:
    query = b"""
        SELECT step.command, step.color FROM risk.signal_step AS step
        INNER JOIN risk.signal_warning AS warning USING (warning_id)
        WHERE warning.indicator = %s ORDER BY warning.warning_id, step.step
    """
    return book.database.read(lambda db: db.execute(query, [name]).fetchall())


def pulses(book: Book, name: str) -> list[tuple[Any, ...]]:
    query = b"SELECT color, why FROM risk.signal_pulse WHERE indicator = %s ORDER BY felt_at"
    return book.database.read(lambda db: db.execute(query, [name]).fetchall())


def test_an_outage_at_checkout_is_a_warning_within_a_minute_and_ends_with_it(book: Book) -> None:
    tally, clock = Tally(), Hand(book.at)
    watching = lookout(book, tally, clock=clock)
    for _ in range(10):
        tally.note(201)
    watching.turn()
    assert shown(book, "checkout_faults_now").color is Color.GREEN

    for _ in range(10):
        tally.note(503)
    clock.at += QUARTER_MINUTE
    watching.turn()

    view = shown(book, "checkout_faults_now", at=clock.at)
    assert (view.color, view.last and view.last.hits) == (Color.RED, 10)
    assert steps(book, "checkout_faults_now") == [("raise", "red")]
    asked = Acknowledgment("checkout_faults_now", "Ann", "failing over")
    at = clock.at
    (answer,) = book.write(lambda db: acknowledge_warnings(db, [asked], at=at))
    assert isinstance(answer, Warned)

    clock.at += timedelta(minutes=6)
    for _ in range(10):
        tally.note(201)
    watching.turn()
    assert steps(book, "checkout_faults_now")[-1] == ("end", "red")
    assert shown(book, "checkout_faults_now", at=clock.at).warning is None
    query = b"SELECT count(*) FROM risk.review_case WHERE kind = 'warning'"
    assert book.database.read(lambda db: db.execute(query).fetchone()) == (1,)


def test_what_stays_is_not_kept_every_time_but_looked_at_it_is(book: Book) -> None:
    tally, clock = Tally(), Hand(book.at)
    watching = lookout(book, tally, clock=clock)
    for _ in range(8):
        for _ in range(5):
            tally.note(201)
        watching.turn()
        clock.at += QUARTER_MINUTE

    assert pulses(book, "checkout_faults_now") == [("green", None)]
    assert shown(book, "checkout_faults_now", at=clock.at).color is Color.GREEN


def test_what_nobody_looks_at_any_more_is_unknown(book: Book) -> None:
    tally = Tally()
    for _ in range(5):
        tally.note(201)
    assert shown(book, "checkout_faults_now").why is Why.NEVER
    lookout(book, tally).turn()

    assert (
        shown(book, "checkout_faults_now", at=book.at + timedelta(seconds=60)).color is Color.GREEN
    )
    later = shown(book, "checkout_faults_now", at=book.at + timedelta(seconds=61))
    assert (later.color, later.why) == (Color.UNKNOWN, Why.STALE)
    earlier = shown(book, "checkout_faults_now", at=book.at - timedelta(seconds=1))
    assert (earlier.color, earlier.why) == (Color.UNKNOWN, Why.CLOCK)


def test_a_clock_set_back_is_said_and_not_green(book: Book) -> None:
    tally, clock = Tally(), Hand(book.at)
    watching = lookout(book, tally, clock=clock)
    for _ in range(5):
        tally.note(201)
    watching.turn()
    clock.at -= timedelta(hours=1)

    found = {one.indicator: one for one in watching.turn()}

    assert {one.why for one in found.values()} == {Why.CLOCK}


def test_a_server_that_counts_no_more_is_late_and_not_without_faults(book: Book) -> None:
    tally, clock = Tally(), Hand(book.at)
    for _ in range(5):
        tally.note(201)
    lookout(book, tally, clock=clock).turn()
    clock.at += timedelta(minutes=4)
    book.write(lambda db: db.execute(b"ALTER TABLE infra.service_count RENAME TO gone").rowcount)
    view = b"CREATE VIEW infra.service_count AS SELECT * FROM infra.gone"
    book.write(lambda db: db.execute(view).rowcount)
    from whiteslip.flows.warn_early import feel_signals

    found = {one.indicator: one for one in feel_signals(book.database, at=clock.at, catalog=few())}

    assert found["checkout_faults_now"].why is Why.LATE


def test_one_that_raises_is_unknown_and_stops_no_other(book: Book) -> None:
    tally = Tally()
    for _ in range(5):
        tally.note(201)
    book.write(lambda db: db.execute(b"ALTER TABLE care.complaint RENAME TO gone").rowcount)

    found = {one.indicator: one for one in lookout(book, tally).turn()}

    assert (found["complaints_now"].color, found["complaints_now"].why) == (
        Color.UNKNOWN,
        Why.FAILED,
    )
    assert found["checkout_faults_now"].color is Color.GREEN


def test_purchases_that_are_all_refused_are_red_and_none_asked_for_is_unknown(book: Book) -> None:
    watching = lookout(book)
    before = {one.indicator: one for one in watching.turn()}
    assert before["approvals_now"].why is Why.TOO_FEW
    shop, line = book.shop(), book.line()
    for _ in range(3):
        book.ask(line, 90_000_000, at_shop=shop)

    after = {one.indicator: one for one in watching.turn()}

    assert (after["approvals_now"].color, after["approvals_now"].hits) == (Color.RED, 0)
    assert after["approvals_now"].out_of == 3


def test_technical_failures_of_a_bank_are_seen_at_once(book: Book) -> None:
    line = book.line()
    at, due_on = book.at, book.today
    for number in range(4):
        kind = Failure.TECHNICAL if number else Failure.INSUFFICIENT_FUNDS
        asked = DebitReport(*line, 1_000, due_on, kind, f"r{number}")
        done(only(book.write(lambda db, asked=asked: record_failed_debits(db, [asked], at=at))))

    found = {one.indicator: one for one in lookout(book).turn()}

    one = found["technical_debits_now"]
    assert (one.hits, one.out_of, one.color) == (3, 4, Color.RED)


def test_a_burst_of_complaints_is_told_from_the_usual_ones(book: Book) -> None:
    people = [book.customer() for _ in range(13)]

    def complaint(who: int, at: datetime) -> None:
        asked = NewComplaint(who, Channel.APP, Cause.WRONG_CHARGE, "多收了", "shop", None)
        done(only(book.write(lambda db: complain(db, [asked], at=at))))

    for who in people[:4]:
        complaint(who, book.at - timedelta(days=2))
    quiet = {one.indicator: one for one in lookout(book).turn()}
    assert quiet["complaints_now"].color is Color.GREEN
    complaint(people[4], book.at)
    clock = FixedClock(book.at + QUARTER_MINUTE)
    alone = {one.indicator: one for one in lookout(book, clock=clock).turn()}
    assert alone["complaints_now"].color is Color.GREEN, "one is no burst"

    for who in people[5:]:
        complaint(who, book.at)
    clock = FixedClock(book.at + 2 * QUARTER_MINUTE)
    burst = {one.indicator: one for one in lookout(book, clock=clock).turn()}

    assert burst["complaints_now"].color is Color.RED
    assert burst["complaints_now"].hits == 9


def test_what_was_answered_while_the_database_was_away_is_written_once_it_is_back(
    book: Book,
) -> None:
    tally, clock = Tally(), Hand(book.at)
    watching = lookout(book, tally, clock=clock)
    watching.turn()
    for _ in range(5):
        tally.note(503)
    with refusing_connections(book.database.dsn):
        clock.at += timedelta(minutes=1)
        with pytest.raises(Unavailable):
            watching.turn()
    clock.at += QUARTER_MINUTE

    watching.turn()

    view = shown(book, "checkout_faults_now", at=clock.at)
    assert (view.color, view.last and view.last.hits) == (Color.RED, 5)
    told = book.database.read(lambda db: history(db, "checkout_faults_now", most=9))
    assert told[0].color is Color.RED
