"""Repayments as the API shows them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class RepaymentView(NamedTuple):
    """Money received and how it was used: allocated + credit = amount, in minor units; and when it was taken back."""

    customer_id: int
    repayment_id: int
    line_id: int
    amount_minor: int
    allocated_minor: int
    credit_minor: int
    method: str
    repaid_on: date
    reversed_on: date | None


def find(db: Connection, customer_id: int, repayment_id: int) -> RepaymentView | None:
    """Find one repayment."""
    row = sql.maybe(db, "find_repayment", customer_id=customer_id, repayment_id=repayment_id)
    return None if row is None else RepaymentView(*row)


def of_line(
    db: Connection, customer_id: int, line_id: int, *, before: int, limit: int
) -> list[RepaymentView]:
    """List a line's repayments with a smaller number than `before`, newest first."""
    rows = sql.many(
        db,
        "list_repayments",
        customer_id=customer_id,
        line_id=line_id,
        before=before,
        limit=limit,
    )
    return [RepaymentView(*row) for row in rows]
