"""Which lines show signs of trouble ahead, how one came there, and how the last look at the whole book went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.signs.model import Color, Run, Sign
from whiteslip.risk.signs.store import find_run, terms

sql = Sql(__package__)

FIRST: Final = LineKey(0, 0)
"""The key before every other."""


class SightView(NamedTuple):
    """What was seen of a line, who knows of it, and what became of it since."""

    customer_id: int
    line_id: int
    seen_on: date
    seen_at: datetime
    version: int
    color: Color
    signs: tuple[str, ...]
    facts: Mapping[str, Any]
    answered_by: str | None
    note: str | None
    answered_at: datetime | None
    overdue_since: date | None
    offered_on: date | None


class BookView(NamedTuple):
    """The last look at the whole book; `is_stale` where the last closed day was not looked at, or not wholly."""

    run: Run | None
    closed_on: date
    is_stale: bool


def list_signs(
    db: Connection, color: Color, *, after: LineKey = FIRST, most: int
) -> list[SightView]:
    """List lines that have a color now, in the order of their keys."""
    rows = sql.many(
        db,
        "list_signs",
        color=color.value,
        after_customer=after.customer_id,
        after_line=after.line_id,
        most=most,
    )
    return [_view(row) for row in rows]


def line_signs(db: Connection, line: LineKey, *, most: int) -> list[SightView]:
    """List what was seen of a line, the newest first; empty where it never showed a sign."""
    rows = sql.many(db, "list_line_signs", **line._asdict(), most=most)
    return [_view(row) for row in rows]


def last_look(db: Connection) -> BookView:
    """Show how the last look went, and whether it was at the last closed day."""
    closed_on = business_day.read(db).closed_on
    run = find_run(db)
    return BookView(run, closed_on, run is None or run.seen_on != closed_on)


def owner() -> str:
    """Say who cares for the lines that show signs."""
    return terms().owner


def known_signs() -> Mapping[str, Sign]:
    """Say what the shipped signs are, by name."""
    return {sign.id: sign for sign in terms().signs}


def _view(row: Any) -> SightView:
    return SightView(*row)._replace(color=Color(row.color), signs=tuple(row.signs))
