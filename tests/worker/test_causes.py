"""Why a due was missed acts on what caused it: by the real relay a limit is reviewed, and people get what is theirs."""

from __future__ import annotations

from datetime import date
from time import monotonic, sleep
from typing import Any

import pytest
from tests.builders import Book, done, founded
from tests.flows.limit_worlds import CUT, obey, problems, rows, wish

from whiteslip.flows.attribute_causes import Cause, CauseTold, Source, tell_causes
from whiteslip.flows.review_limits import CauseKey, review_questioned
from whiteslip.infra import outbox
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Database
from whiteslip.infra.outbox import Event
from whiteslip.money.lines.model import LineKey
from whiteslip.worker.causes import CauseListener
from whiteslip.worker.relay import Relay, in_turn
from whiteslip.worker.watcher import Watcher

LATE = date(2026, 2, 6)


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    obey(founded_book)
    founded_book.grant_all()
    return founded_book


def late_lines(book: Book, count: int = 1) -> list[LineKey]:
    """Lines that missed the due of 3 February, all that was announced so far delivered."""
    shop = book.shop()
    lines = [book.line() for _ in range(count)]
    for line in lines:
        book.buy(line, 100_000, at_shop=shop)
    book.close_until(LATE)
    book.write(lambda db: outbox.deliver(db, lambda _: None, limit=10_000))
    return lines


def say(book: Book, line: LineKey, cause: Cause) -> int:
    """Let staff find a cause; returns its number."""
    at, told = book.at, CauseTold(*line, cause, Source.STAFF, "anna")
    return done(book.write(lambda db: tell_causes(db, [told], at=at))[0]).cause_id


def delivered(book: Book) -> None:
    """Hand what waits to the listeners, as the server does."""
    clock = MachineClock()
    listeners = Watcher(book.database, clock), CauseListener(book.database, clock)
    Relay(book.database, in_turn(*listeners)).deliver_once()


def reviews(book: Book) -> list[tuple[Any, ...]]:
    return rows(book, "SELECT line_id, trigger, state FROM credit.limit_review ORDER BY review_id")


def cases(book: Book) -> list[tuple[Any, ...]]:
    query = "SELECT customer_id, kind, state, pieces FROM risk.review_case ORDER BY case_id"
    return [row for row in rows(book, query) if row[1] in {"downturn", "debit"}]


def test_a_limit_granted_too_high_is_reviewed_within_seconds(book: Book) -> None:
    line, other = late_lines(book, 2)
    wish(book, [line, other], CUT)
    listener = CauseListener(book.database, MachineClock())
    relay = Relay(book.database, listener)
    relay.start()
    try:
        say(book, line, Cause.OVER_GRANTING)
        began = monotonic()
        while not reviews(book) and monotonic() - began < 10:
            sleep(0.01)
    finally:
        relay.stop()

    assert reviews(book) == [(line.line_id, "event", "announced")]
    told = rows(book, "SELECT kind FROM care.notice WHERE customer_id = %s", line.customer_id)
    assert ("limit_cut",) in told
    assert problems(book) == []


def test_control_a_relay_without_the_listener_reviews_nothing(book: Book) -> None:
    (line,) = late_lines(book)
    wish(book, [line], CUT)
    say(book, line, Cause.OVER_GRANTING)

    Relay(book.database, Watcher(book.database, MachineClock())).deliver_once()

    assert reviews(book) == []


def test_an_event_that_comes_again_reviews_no_line_twice(book: Book) -> None:
    (line,) = late_lines(book)
    wish(book, [line], CUT)
    number = say(book, line, Cause.OVER_GRANTING)
    event = Event(1, "care.limit-questioned", line.customer_id, number, book.at)
    listener = CauseListener(book.database, MachineClock())

    for _ in range(3):
        listener([event])
    book.close_day()
    listener([event])

    assert len(reviews(book)) == 1
    assert rows(book, "SELECT count(*) FROM credit.limit_run WHERE trigger = 'event'") == [(1,)]


def test_many_questioned_limits_stop_whole_and_wait_for_people(book: Book) -> None:
    lines = late_lines(book, 11)
    wish(book, lines, CUT)
    causes = [CauseKey(line.customer_id, say(book, line, Cause.OVER_GRANTING)) for line in lines]

    report = book.write(lambda db: review_questioned(db, causes, at=book.at))

    assert report is not None
    assert (report.state, report.cuts) == ("stopped", 11)
    assert {state for _, _, state in reviews(book)} == {"proposed"}


@pytest.mark.parametrize(
    ("cause", "kind"), [(Cause.DOWNTURN, "downturn"), (Cause.TECHNICAL, "debit")]
)
def test_what_others_are_to_learn_from_is_in_their_queue_once(
    book: Book, cause: Cause, kind: str
) -> None:
    line, other = late_lines(book, 2)
    numbers = [say(book, line, cause), say(book, line, cause)]
    say(book, other, Cause.FORGOT)

    delivered(book)

    assert cases(book) == [(line.customer_id, kind, "open", 2)]
    query = "SELECT subject_type, subject_id, evidence FROM risk.review_evidence WHERE customer_id = %s ORDER BY piece"
    kept = rows(book, query, line.customer_id)
    assert [row[:2] for row in kept] == [("cause", number) for number in numbers]
    assert kept[0][2]["cause"]["cause"] == cause
    assert kept[0][2]["arrears"]["since_on"] == "2026-02-03"
    events = [
        Event(1, f"care.{name}", line.customer_id, number, book.at)
        for number in numbers
        for name in ("downturn-noticed", "debit-questioned")
    ]
    CauseListener(book.database, MachineClock())(events)
    assert cases(book) == [(line.customer_id, kind, "open", 2)], "an event may come again"


def test_without_a_limits_book_the_rest_is_still_done(book: Book) -> None:
    line, other = late_lines(book, 2)
    retired = b"UPDATE decisioning.rule_book SET status = 'retired' WHERE name = 'limits'"
    book.write(lambda db: db.execute(retired))
    say(book, line, Cause.OVER_GRANTING)
    say(book, other, Cause.DOWNTURN)

    delivered(book)

    assert reviews(book) == []
    assert [row[1] for row in cases(book)] == ["downturn"]
