"""What is answered at checkout is counted by minute, by any server, and not lost while the database is away."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from whiteslip.infra import answered
from whiteslip.infra.answered import MOST_MINUTES, Counts, Tally
from whiteslip.infra.database import Connection

AT = datetime(2026, 3, 1, 12, 0, 7, tzinfo=UTC)
MINUTE = AT.replace(second=0)
ON = date(2026, 3, 1)


def noted(*statuses: int) -> Tally:
    tally = Tally()
    for status in statuses:
        tally.note(status)
    return tally


def test_a_decline_is_no_fault_and_a_full_queue_is_counted_apart() -> None:
    tally = noted(201, 201, 422, 429, 500, 503)

    assert tally.take(at=AT) == {MINUTE: Counts(6, 2, 1)}


def test_what_was_not_written_stays_in_its_minute() -> None:
    tally = noted(503)
    first = tally.take(at=AT)
    tally.note(201)
    later = tally.take(at=AT + timedelta(minutes=1))
    assert later == {MINUTE: Counts(1, 1), MINUTE + timedelta(minutes=1): Counts(1)}

    tally.written(first)
    assert tally.take(at=AT + timedelta(minutes=1)) == {MINUTE + timedelta(minutes=1): Counts(1)}


def test_a_server_that_answers_nobody_says_so() -> None:
    assert Tally().take(at=AT) == {MINUTE: Counts()}


def test_of_a_long_outage_the_oldest_minutes_go_first() -> None:
    tally = Tally()
    for minute in range(MOST_MINUTES + 5):
        tally.take(at=AT + timedelta(minutes=minute))
    waiting = tally.take(at=AT + timedelta(minutes=MOST_MINUTES + 4))

    assert len(waiting) == MOST_MINUTES
    assert min(waiting) == MINUTE + timedelta(minutes=5)


@given(st.lists(st.tuples(st.sampled_from([201, 400, 429, 503]), st.booleans(), st.booleans())))
def test_nothing_is_counted_twice_or_lost(steps: list[tuple[int, bool, bool]]) -> None:
    tally, written, at = Tally(), Counts(), AT
    for status, takes, succeeds in steps:
        tally.note(status)
        if takes:
            at += timedelta(seconds=40)
            minutes = tally.take(at=at)
            if succeeds:
                tally.written(minutes)
                for counts in minutes.values():
                    written = written.plus(counts)
    for counts in tally.take(at=at).values():
        written = written.plus(counts)

    assert written.answers == len(steps)
    assert written.faults == sum(status == 503 for status, _, _ in steps)


def kept(db: Connection) -> list[tuple[object, ...]]:
    query = b"SELECT minute, counted_on, answers, faults, turned_away FROM infra.service_count ORDER BY minute"
    return db.execute(query).fetchall()


def test_several_servers_add_to_one_minute_and_old_ones_are_dropped(db: Connection) -> None:
    before = MINUTE - timedelta(days=3)
    answered.add_counts(db, {before: Counts(1), MINUTE: Counts(3, 1, 1)}, on=ON)
    answered.add_counts(db, {MINUTE: Counts(4, 4, 0)}, on=ON)
    assert kept(db) == [(before, ON, 1, 0, 0), (MINUTE, ON, 7, 5, 1)]

    assert answered.drop_counts(db, at=AT, days=2) == 1
    assert kept(db) == [(MINUTE, ON, 7, 5, 1)]
