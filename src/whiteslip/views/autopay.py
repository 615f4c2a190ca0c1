"""What is collected from whom, and the manual queue of what banks said, as the API shows them."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.mandates.model import Source, SourceKind, StopReason

sql = Sql(__package__)


class TryView(NamedTuple):
    """A try of a collection: what the bank was asked for, at which source, and what came of it."""

    customer_id: int
    try_id: int
    source_id: int
    label: str
    number: int
    state: str
    amount_minor: int
    paid_minor: int | None
    try_on: date
    answered_on: date | None
    reason: str | None
    repayment_id: int | None


class CollectionView(NamedTuple):
    """A collection with its tries, the first first."""

    customer_id: int
    collection_id: int
    state: str
    due_on: date
    planned_minor: int
    tries: list[TryView]


class ItemView(NamedTuple):
    """An item of the manual queue."""

    item_id: int
    kind: str
    state: str
    way: str | None
    bank: str
    result_id: str
    reference: str
    amount_minor: int
    currency: str
    reason: str | None
    held_minor: int
    payer_id: int | None
    line_id: int | None
    repayment_id: int | None
    owned_by: str | None
    asked_by: str | None
    opened_on: date
    closed_on: date | None


class DeedView(NamedTuple):
    """What somebody did with an item."""

    step: int
    deed: str
    way: str | None
    actor: str
    note: str
    happened_at: datetime


class FileView(NamedTuple):
    """A bank's file that was taken: how many results it told, and how many entries nobody understood."""

    message_id: str
    taken_at: datetime
    results: int
    unread: int


def files(db: Connection, *, limit: int) -> list[FileView]:
    """List files that were taken, the latest first."""
    return sql.records(db, "list_bank_files", FileView, limit=limit)


def sources_of(db: Connection, customer_id: int, line_id: int) -> list[Source]:
    """List a line's sources, those that may be asked first, in their order."""
    rows = sql.many(db, "list_sources", customer_id=customer_id, line_id=line_id)
    return [
        Source(*row)._replace(
            kind=SourceKind(row.kind), stop_reason=row.stop_reason and StopReason(row.stop_reason)
        )
        for row in rows
    ]


def collections_of(
    db: Connection, customer_id: int, line_id: int, *, before: int, limit: int
) -> list[CollectionView]:
    """List a line's collections with a smaller number than `before`, the latest first."""
    asked = {"customer_id": customer_id, "line_id": line_id, "before": before, "limit": limit}
    found: dict[int, CollectionView] = {}
    for row in sql.many(db, "list_collections", **asked):
        head, tail = row[:5], row[5:]
        one = found.setdefault(row.collection_id, CollectionView(*head, tries=[]))
        one.tries.append(TryView(row.customer_id, *tail))
    return list(found.values())


def items(db: Connection, *, state: str | None, before: int, limit: int) -> list[ItemView]:
    """List items with a smaller number than `before`, the latest first; perhaps only those of a state."""
    rows = sql.many(db, "list_suspense_items", state=state, before=before, limit=limit)
    return [ItemView(*row) for row in rows]


def item(db: Connection, item_id: int) -> ItemView | None:
    """Find an item."""
    row = sql.maybe(db, "find_suspense_item", item_id=item_id)
    return row and ItemView(*row)


def deeds_of(db: Connection, item_id: int) -> list[DeedView]:
    """List what was done with an item, the first first."""
    return [DeedView(*row) for row in sql.many(db, "list_suspense_deeds", item_id=item_id)]
