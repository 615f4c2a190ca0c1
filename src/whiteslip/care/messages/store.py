"""Queuing messages, taking those that are due, and moving them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from itertools import product

from whiteslip.care.contacts import store as contacts
from whiteslip.care.contacts.model import Channel, Klass, Person
from whiteslip.care.contacts.policy import for_good, next_allowed
from whiteslip.care.messages import rules
from whiteslip.care.messages.model import (
    DueMessage,
    MessageKey,
    Move,
    NewAnswer,
    Patience,
    Status,
)
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.ids import OwnedId

sql = Sql(__package__)

_DAYS_COUNTED = timedelta(days=3)
"""Attempts of a person's own day lie within it, whatever the zone and its clocks do."""


@cache
def patience() -> Patience:
    """Read the shipped figures, once."""
    file = resources.files(__package__ or "") / "data" / "sending.toml"
    return rules.read_patience(file.read_text("utf-8"))


def queue_messages(
    db: Connection,
    *,
    customer_ids: Sequence[int],
    notice_ids: Sequence[int],
    classes: Sequence[Klass],
    on: date,
    at: datetime,
) -> int:
    """Queue a message of each notice to each contact point of its person that may be written to; returns how many.

    The policy is asked once for each way in which anybody can be reached, not for each person: a million notices
    to people without contact points cost one look-up, and to people with them one more statement.
    """
    owners = arrays.bigints(customer_ids)
    ways = sql.many(db, "find_manners", customer_ids=owners, on=on)
    if not ways:
        return 0
    people = [
        Person(Channel(row.channel), row.zone, row.may_at_night, is_flagged=row.is_flagged)
        for row in ways
    ]
    manners = list(product(people, sorted(set(classes))))
    policy = contacts.policy()
    firsts = [next_allowed(policy, who, klass, at=at, attempts=()) for who, klass in manners]
    return sql.run(
        db,
        "queue_messages",
        customer_ids=owners,
        notice_ids=arrays.bigints(notice_ids),
        classes=arrays.texts(classes),
        channels=arrays.texts([who.channel for who, _ in manners]),
        zones=arrays.texts([who.zone for who, _ in manners]),
        at_night=arrays.bools([who.may_at_night for who, _ in manners]),
        flagged=arrays.bools([who.is_flagged for who, _ in manners]),
        manner_classes=arrays.texts([klass for _, klass in manners]),
        not_befores=arrays.timestamps(firsts),
        whys=arrays.texts([for_good(policy, who, klass) for who, klass in manners]),
        on=on,
        at=at,
    )


def take_due_messages(db: Connection, *, most: int, on: date, at: datetime) -> list[DueMessage]:
    """Lock at most so many due messages until the transaction ends; what others hold is left to them."""
    rows = sql.many(db, "take_due_messages", most=most, on=on, at=at)
    return [
        DueMessage(*row)._replace(
            klass=Klass(row.klass), status=Status(row.status), channel=Channel(row.channel)
        )
        for row in rows
    ]


def find_attempts(
    db: Connection, keys: Iterable[OwnedId], *, at: datetime
) -> dict[OwnedId, list[datetime]]:
    """Find the attempts of the last days at contact points, of those taken before in this transaction."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "find_attempts",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        contact_ids=arrays.bigints([key.number for key in ordered]),
        since=at - _DAYS_COUNTED,
        reached=arrays.texts(sorted(rules.REACHED)),
    )
    found: dict[OwnedId, list[datetime]] = defaultdict(list)
    for row in rows:
        found[OwnedId(row.customer_id, row.contact_id)].append(row.begun_at)
    return found


def move_messages(db: Connection, moves: Sequence[Move], *, at: datetime) -> frozenset[MessageKey]:
    """Move messages that are where they were seen, one move each, and return those moved."""
    if not moves:
        return frozenset()
    rows = sql.many(
        db,
        "move_messages",
        customer_ids=arrays.bigints([move.key.customer_id for move in moves]),
        notice_ids=arrays.bigints([move.key.notice_id for move in moves]),
        contact_ids=arrays.bigints([move.key.contact_id for move in moves]),
        before=arrays.texts([move.before for move in moves]),
        tries=arrays.smallints([move.tries for move in moves]),
        after=arrays.texts([move.after for move in moves]),
        not_befores=arrays.timestamps([move.not_before for move in moves]),
        whys=arrays.texts([move.why for move in moves]),
        at=at,
    )
    return frozenset(MessageKey(*row) for row in rows)


def insert_answers(db: Connection, answers: Sequence[NewAnswer], *, at: datetime) -> None:
    """Keep what came of attempts, once each."""
    if not answers:
        return
    sql.run(
        db,
        "insert_answers",
        customer_ids=arrays.bigints([one.key.customer_id for one in answers]),
        notice_ids=arrays.bigints([one.key.notice_id for one in answers]),
        contact_ids=arrays.bigints([one.key.contact_id for one in answers]),
        attempts=arrays.smallints([one.attempt for one in answers]),
        outcomes=arrays.texts([one.outcome for one in answers]),
        at=at,
    )
