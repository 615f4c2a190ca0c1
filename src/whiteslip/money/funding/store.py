"""Keeping and reading entries, and summing what the ledger moved day by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.funding.model import CashDay, Entry, EntryKind, NewEntry

sql = Sql(__package__)


def insert_entries(db: Connection, entries: Sequence[NewEntry], *, at: datetime) -> list[int]:
    """Keep entries and return their numbers, in order."""
    if not entries:
        return []
    rows = sql.many(
        db,
        "insert_entries",
        kinds=arrays.texts([one.kind for one in entries]),
        names=arrays.texts([one.name for one in entries]),
        amounts_minor=arrays.bigints([one.amount_minor for one in entries]),
        from_ons=arrays.dates([one.from_on for one in entries]),
        until_ons=arrays.dates([one.until_on for one in entries]),
        entered_by=arrays.texts([one.by for one in entries]),
        notes=arrays.texts([one.note for one in entries]),
        at=at,
    )
    return [row.entry_id for row in rows]


def list_entries(db: Connection) -> list[Entry]:
    """List every entry, the first first; there are few."""
    rows = sql.many(db, "list_entries")
    return [Entry(*row)._replace(kind=EntryKind(row.kind)) for row in rows]


def sum_cash_days(db: Connection, *, after: date, until: date) -> list[CashDay]:
    """Sum the business dates after one day and up to another on which anything moved, in order."""
    return sql.records(db, "sum_cash_days", CashDay, after=after, until=until)
