"""Reading rows back for the pure twins of set statements."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from psycopg.rows import namedtuple_row

from whiteslip.infra.database import Connection
from whiteslip.money.schedules.model import Owed


def rows(db: Connection, query: str) -> list[Any]:
    """Read rows with named columns."""
    with db.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(query.encode()).fetchall()


def owed_by_line(db: Connection) -> dict[int, list[Owed]]:
    """Read what is owed on every open installment, by line."""
    found: dict[int, list[Owed]] = defaultdict(list)
    for row in rows(
        db,
        "SELECT customer_id, line_id, installment_id, purchase_id, kind::text, statement_on, due_on,"
        " principal_minor - paid_principal_minor AS principal, fee_minor - paid_fee_minor AS fee,"
        " late_fee_minor - paid_late_fee_minor AS late_fee, 0 AS unbilled_fee, captured_on"
        " FROM money.installment WHERE status = 'open'"
        " ORDER BY captured_on, purchase_id, installment_id",
    ):
        found[row.line_id].append(Owed(*row))
    return found
