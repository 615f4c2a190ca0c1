"""Goodwill granted to a line, or asked for, as the staff see it."""

from __future__ import annotations

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.goodwill.model import Goodwill
from whiteslip.money.goodwill.store import read_row

sql = Sql(__package__)


def of_line(db: Connection, customer_id: int, line_id: int) -> list[Goodwill]:
    """List what was granted to a line, the latest first, at most a hundred."""
    rows = sql.many(db, "list_goodwill", customer_id=customer_id, line_id=line_id)
    return [read_row(row) for row in rows]
