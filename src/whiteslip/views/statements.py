"""Statements as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.views.agreements import FeeView, fees

sql = Sql(__package__)


class StatementView(NamedTuple):
    """previous + charged - credited = balance, in minor units; the fees are within what is charged."""

    customer_id: int
    line_id: int
    statement_on: date
    due_on: date
    previous_minor: int
    charged_minor: int
    credited_minor: int
    balance_minor: int
    minimum_minor: int
    fees: tuple[FeeView, ...] = ()


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
    found = fees(db, customer_id, line_id, [row.statement_on for row in rows])
    return [_with(row, found) for row in rows]


def find(
    db: Connection, customer_id: int, line_id: int, statement_on: date
) -> StatementView | None:
    """Find the statement closed on a date."""
    row = sql.maybe(
        db, "find_statement", customer_id=customer_id, line_id=line_id, statement_on=statement_on
    )
    if row is None:
        return None
    found = fees(db, customer_id, line_id, [statement_on])
    return _with(row, found)


def _with(row: Any, found: Mapping[date, list[FeeView]]) -> StatementView:
    return StatementView(*row)._replace(fees=tuple(found.get(row.statement_on, ())))
