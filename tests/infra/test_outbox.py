"""The outbox delivers what was committed, at least once, and never twice when all goes well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from whiteslip.infra import outbox
from whiteslip.infra.database import Connection
from whiteslip.infra.outbox import Event

AT = datetime(2026, 1, 1, tzinfo=UTC)


def append(db: Connection, count: int) -> None:
    numbers = list(range(1, count + 1))
    outbox.append(db, "money.purchase-captured", customer_ids=numbers, subject_ids=numbers, at=AT)


def test_events_are_delivered_oldest_first_and_gone(db: Connection) -> None:
    append(db, 5)
    seen: list[Event] = []

    assert outbox.deliver(db, seen.extend, limit=3) == 3
    assert outbox.deliver(db, seen.extend, limit=3) == 2
    assert outbox.deliver(db, seen.extend, limit=3) == 0
    assert [event.subject_id for event in seen] == [1, 2, 3, 4, 5]
    assert seen[0].topic == "money.purchase-captured"
    assert seen[0].occurred_at == AT


def test_what_the_handler_drops_comes_again(db: Connection) -> None:
    append(db, 2)
    db.commit()

    def fail(_: Sequence[Event]) -> None:
        raise RuntimeError("dropped")

    with pytest.raises(RuntimeError):
        outbox.deliver(db, fail, limit=10)
    db.rollback()

    assert outbox.depth(db) == 2


def test_two_deliverers_do_not_share(connections: Callable[[], Connection]) -> None:
    one, other = connections(), connections()
    append(one, 4)
    one.commit()
    first: list[Event] = []
    second: list[Event] = []

    outbox.deliver(one, first.extend, limit=2)
    outbox.deliver(other, second.extend, limit=10)

    assert [event.subject_id for event in first] == [1, 2]
    assert [event.subject_id for event in second] == [3, 4]


def test_an_event_of_an_undone_transaction_never_was(db: Connection) -> None:
    append(db, 2)
    db.rollback()

    assert outbox.depth(db) == 0
