"""Closing statements at end of day."""

from __future__ import annotations

from datetime import date, datetime

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

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
