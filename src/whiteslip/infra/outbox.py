"""The outbox: events written in the transaction that caused them, delivered afterward at least once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class Event(NamedTuple):
    """Something that happened: `stream.noun-past-participle`, whose it is and what it is about."""

    outbox_id: int
    topic: str
    customer_id: int
    subject_id: int
    occurred_at: datetime


def append(
    db: Connection,
    topic: str,
    *,
    customer_ids: arrays.Values,
    subject_ids: arrays.Values,
    at: datetime,
) -> int:
    """Add one event a row, all of one topic; they are delivered once the transaction commits."""
    return sql.run(
        db,
        "append_events",
        topic=topic,
        customer_ids=arrays.bigints(customer_ids),
        subject_ids=arrays.bigints(subject_ids),
        at=at,
    )


def deliver(db: Connection, handler: Callable[[Sequence[Event]], None], *, limit: int) -> int:
    """Take the oldest events nobody else is delivering, hand them over, and return how many they were.

    They are gone when the caller's transaction commits; if the handler raises, or the process dies, they come again.
    """
    events = [Event(*row) for row in sql.many(db, "take_events", limit=limit)]
    if events:
        events.sort()
        handler(events)
    return len(events)


def depth(db: Connection) -> int:
    """Count the events that wait."""
    return int(sql.one(db, "count_events").waiting)
