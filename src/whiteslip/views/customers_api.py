"""Customers and merchants as the API shows them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from whiteslip.infra.crypto import Keyring
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.views import names

sql = Sql(__package__)


class CustomerView(NamedTuple):
    """A person and the numbers of their lines."""

    customer_id: int
    reference: str
    display_name: str
    language: str
    joined_on: date
    line_ids: list[int]


class MerchantView(NamedTuple):
    """A shop what we keep of its sales, in parts per million, and what it sells."""

    merchant_id: int
    name: str
    fee_ppm: int
    status: str
    category: str


def find_customer(
    db: Connection, customer_id: int, ring: Keyring | None = None
) -> CustomerView | None:
    """Find one customer; a sealed name is opened with the master key."""
    row = sql.maybe(db, "find_customer", customer_id=customer_id)
    return None if row is None else names.shown(db, [CustomerView(*row)], ring)[0]


def list_merchants(db: Connection, *, before: int, limit: int) -> list[MerchantView]:
    """List merchants with a smaller number than `before`, newest first."""
    return [
        MerchantView(*row) for row in sql.many(db, "list_merchants", before=before, limit=limit)
    ]


def find_merchant(db: Connection, merchant_id: int) -> MerchantView | None:
    """Find one merchant."""
    found = list_merchants(db, before=merchant_id + 1, limit=1)
    return found[0] if found and found[0].merchant_id == merchant_id else None
