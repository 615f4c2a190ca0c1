"""Reliefs, causes and disputes of a line, as its person may read them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any, NamedTuple

from whiteslip.care.causes.model import Cause
from whiteslip.care.causes.store import treatments
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class ReliefView(NamedTuple):
    """A relief: `said` are its own columns by name, then what is due by when, its thread, and its terms as written."""

    customer_id: int
    relief_id: int
    line_id: int
    said: dict[str, Any]
    dues: list[tuple[date, int]]
    thread: list[tuple[str, str, str, datetime]]
    written: dict[str, Any]


class CauseView(NamedTuple):
    """A cause kept of an episode; the latest one of its episode is in force."""

    cause: str
    source: str
    confidence_pct: int
    since_on: date
    said_on: date
    in_force: bool
    education: str


class DisputeView(NamedTuple):
    """A dispute and how it ended."""

    customer_id: int
    dispute_id: int
    line_id: int
    status: str
    ground: str
    amount_minor: int
    opened_on: date
    answer_by: date
    words: str
    purchase_id: int | None
    due_on: date | None
    ended_on: date | None
    ending_words: str | None


def of_line(db: Connection, customer_id: int, line_id: int) -> list[ReliefView]:
    """List a line's reliefs, the newest first, at most a hundred."""
    rows = sql.many(db, "list_reliefs", customer_id=customer_id, line_id=line_id)
    dues: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for row in sql.many(db, "list_relief_dues", customer_id=customer_id, line_id=line_id):
        dues[row.relief_id].append((row.due_on, row.amount_minor))
    thread: dict[int, list[tuple[str, str, str, datetime]]] = defaultdict(list)
    for row in sql.many(db, "list_relief_messages", customer_id=customer_id, line_id=line_id):
        thread[row.relief_id].append((row.side, row.author, row.body, row.written_at))
    return [
        ReliefView(
            row.customer_id,
            row.relief_id,
            row.line_id,
            _said(row),
            dues[row.relief_id],
            thread[row.relief_id],
            row.terms,
        )
        for row in rows
    ]


def _said(row: Any) -> dict[str, Any]:
    said = dict(list(row._asdict().items())[3:])
    terms = said.pop("terms")
    named = {key: terms[key] for key in ("days", "parts", "small_months")}
    return said | named | {"drops_fees": terms.get("drops_fees", False)}


def causes_of_line(db: Connection, customer_id: int, line_id: int) -> list[CauseView]:
    """List the causes kept of a line, the newest first, at most a hundred."""
    rows = sql.many(db, "list_causes", customer_id=customer_id, line_id=line_id)
    known = treatments()
    return [CauseView(*row, education=known[Cause(row.cause)].education) for row in rows]


def disputes_of_line(db: Connection, customer_id: int, line_id: int) -> list[DisputeView]:
    """List a line's disputes, the newest first, at most a hundred."""
    rows = sql.many(db, "list_disputes", customer_id=customer_id, line_id=line_id)
    return [DisputeView(*row) for row in rows]
