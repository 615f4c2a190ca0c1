"""A shop's own sales: what it sold, what is to be paid out to it, and what happened."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.risk.liquidity.store import terms as liquidity_terms

sql = Sql(__package__)


class Sale(NamedTuple):
    """A sale, amounts in minor units; who bought is a number only."""

    customer_id: int
    purchase_id: int
    status: str
    order_ref: str
    plan_months: int
    authorized_minor: int
    captured_minor: int
    released_minor: int
    refunded_minor: int
    authorized_at: datetime
    expires_on: date

    @property
    def held_minor(self) -> int:
        """What is held and not captured yet."""
        if self.status != "authorized":
            return 0
        return self.authorized_minor - self.captured_minor - self.released_minor


class Day(NamedTuple):
    """What a day came to: sold less given back less our fee is to be paid out; below zero the shop owes it."""

    business_date: date
    captured_minor: int
    refunded_minor: int
    fee_minor: int
    payable_minor: int


class Happened(NamedTuple):
    """Something that happened to a sale."""

    at: datetime
    what: str
    customer_id: int
    purchase_id: int
    amount_minor: int
    order_ref: str


def sales(
    db: Connection, merchant_id: int, *, status: str, order_ref: str, before: int, limit: int
) -> list[Sale]:
    """List a shop's sales before a cursor, the newest first; "" stands for any state or order."""
    rows = sql.many(
        db,
        "list_shop_sales",
        merchant_id=merchant_id,
        status=status,
        order_ref=order_ref,
        before=before,
        limit=limit,
    )
    return [Sale(*row) for row in rows]


def days(db: Connection, merchant_id: int, *, since: date) -> list[Day]:
    """Sum a shop's days since one, the latest first; a day without sales is not among them."""
    rows = sql.many(db, "sum_shop_days", merchant_id=merchant_id, since=since)
    return [Day(*row) for row in rows]


def events(db: Connection, merchant_id: int, *, since: date, limit: int) -> list[Happened]:
    """List what happened to a shop's sales since a day, the newest first."""
    rows = sql.many(db, "list_shop_events", merchant_id=merchant_id, since=since, limit=limit)
    return [Happened(*row) for row in rows]


def settlement_days() -> int:
    """Say how many days after its day a shop is paid."""
    return liquidity_terms().settlement_days
