"""Statements that were turned into installments and are not paid yet."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class SplitView(NamedTuple):
    """A statement in installments, with the principal that was split, minor units."""

    split_id: int
    statement_on: date
    months: int
    principal_minor: int


def of_line(db: Connection, customer_id: int, line_id: int) -> list[SplitView]:
    """List the splits of a line of which something is still owed, the latest first."""
    rows = sql.many(db, "list_splits", customer_id=customer_id, line_id=line_id)
    return [SplitView(*row) for row in rows]
