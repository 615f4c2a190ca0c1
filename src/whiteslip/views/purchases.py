"""Purchases as the API shows them: one, a customer's, a merchant's."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class PurchaseView(NamedTuple):
    """A purchase row; `reasons` is set for a declined one."""

    customer_id: int
    purchase_id: int
    line_id: int
    merchant_id: int
    status: str
    order_ref: str
    plan_months: int
    authorized_minor: int
    captured_minor: int
    released_minor: int
    refunded_minor: int
    authorized_at: datetime
    expires_on: date
    reasons: list[Any] | None


def find(db: Connection, customer_id: int, purchase_id: int) -> PurchaseView | None:
    """Find one purchase."""
    row = sql.maybe(db, "find_purchase", customer_id=customer_id, purchase_id=purchase_id)
    return None if row is None else PurchaseView(*row)


def of_customer(
    db: Connection, customer_id: int, *, merchant_id: int | None, before: int, limit: int
) -> list[PurchaseView]:
    """List a customer's purchases with a smaller number than `before`, newest first; perhaps of one merchant only."""
    rows = sql.many(
        db,
        "list_customer_purchases",
        customer_id=customer_id,
        merchant_id=merchant_id,
        before=before,
        limit=limit,
    )
    return [PurchaseView(*row) for row in rows]


def of_merchant(db: Connection, merchant_id: int, *, before: int, limit: int) -> list[PurchaseView]:
    """List a merchant's sales with a smaller number than `before`, newest first."""
    rows = sql.many(
        db, "list_merchant_purchases", merchant_id=merchant_id, before=before, limit=limit
    )
    return [PurchaseView(*row) for row in rows]
