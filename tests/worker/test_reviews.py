"""Overdue cases rise by themselves."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic, sleep

from tests.builders import founded
from tests.risk.reviews.cases import AT, new_case

from whiteslip.flows.review_cases import open_cases
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Database
from whiteslip.worker.reviews import ReviewClock


def raised(database: Database) -> list[int]:
    rows = database.read(
        lambda db: db.execute(
            "SELECT customer_id FROM risk.review_case WHERE escalated_at IS NOT NULL ORDER BY 1"
        ).fetchall()
    )
    return [customer_id for (customer_id,) in rows]


def test_a_turn_raises_what_is_overdue_once(database: Database) -> None:
    founded(database)
    cases = [new_case(1, due_at=AT), new_case(2, due_at=AT + timedelta(hours=1))]
    database.write(lambda db: open_cases(db, cases, at=AT))
    clock = ReviewClock(database, FixedClock(AT))

    assert (clock.turn(), clock.turn()) == (1, 0)
    assert raised(database) == [1]
    assert ReviewClock(database, FixedClock(AT + timedelta(hours=1))).turn() == 1
    assert raised(database) == [1, 2]


def test_the_thread_works_and_stops(database: Database) -> None:
    founded(database)
    database.write(lambda db: open_cases(db, [new_case(1, due_at=AT)], at=AT))
    clock = ReviewClock(database, FixedClock(AT))

    clock.start()
    ends = monotonic() + 10
    while not raised(database) and monotonic() < ends:
        sleep(0.02)
    clock.stop()

    assert raised(database) == [1]
