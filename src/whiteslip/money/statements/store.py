"""Closing statements at end of day, and lowering what they ask for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import invariant

sql = Sql(__package__)


def bill_installment_fees(
    db: Connection, *, first: int, last: int, business_date: date, at: datetime
) -> int:
    """Post the fees of plan installments whose statement closes; returns how many."""
    return sql.run(
        db,
        "bill_installment_fees",
        first=first,
        last=last,
        business_date=business_date,
        posted_at=at,
    )


def close_statements(
    db: Connection,
    *,
    first: int,
    last: int,
    business_date: date,
    at: datetime,  # noqa: ARG001 - the shape of every step
) -> int:
    """Close the statements dated the day after the one being closed; returns how many."""
    return sql.run(db, "close_statements", first=first, last=last, business_date=business_date)


def lower_minimums(db: Connection, lowered: Sequence[tuple[int, int, date, int, int, int]]) -> None:
    """Set (customer, line, statement, minimum, pay-later part, its minimum) of statements; none asks for more."""
    if not lowered:
        return
    columns = list(zip(*lowered, strict=True))
    touched = sql.run(
        db,
        "lower_minimums",
        customer_ids=arrays.bigints(columns[0]),
        line_ids=arrays.bigints(columns[1]),
        statement_ons=arrays.dates(columns[2]),
        minimums_minor=arrays.bigints(columns[3]),
        pay_later_minor=arrays.bigints(columns[4]),
        pay_later_minimums_minor=arrays.bigints(columns[5]),
    )
    invariant(touched == len(lowered), "a minimum payment is only lowered")
