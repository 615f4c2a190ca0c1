"""Statements as the API shows them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class StatementView(NamedTuple):
    """previous + charged - credited = balance, in minor units."""

    customer_id: int
    line_id: int
    statement_on: date
    due_on: date
    previous_minor: int
    charged_minor: int
    credited_minor: int
    balance_minor: int
    minimum_minor: int


def of_line(
    db: Connection, customer_id: int, line_id: int, *, before: date, limit: int
) -> list[StatementView]:
    """List a line's statements closed before a date, newest first."""
    rows = sql.many(
        db,
        "list_statements",
        customer_id=customer_id,
        line_id=line_id,
        before=before,
        limit=limit,
    )
    return [StatementView(*row) for row in rows]


def find(
    db: Connection, customer_id: int, line_id: int, statement_on: date
) -> StatementView | None:
    """Find the statement closed on a date."""
    row = sql.maybe(
        db, "find_statement", customer_id=customer_id, line_id=line_id, statement_on=statement_on
    )
    return None if row is None else StatementView(*row)
