"""What was agreed to with a plan before it was confirmed, as it was kept."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.disclosures.model import Disclosure
from whiteslip.money.disclosures.rules import late_example
from whiteslip.money.disclosures.store import read_rows
from whiteslip.money.products.costs import AnnualCost
from whiteslip.money.products.model import Product
from whiteslip.money.products.store import by_id

sql = Sql(__package__)


class DisclosureView(NamedTuple):
    """What was agreed to, under which product, when it was shown (None: not told) and confirmed, by version or not."""

    merchant_id: int
    product: Product
    agreed: Disclosure
    shown_at: datetime | None
    confirmed_at: datetime
    is_named: bool


def find(db: Connection, customer_id: int, purchase_id: int) -> DisclosureView | None:
    """Find what was agreed to; None for what is no plan, was not granted, or is older than disclosures are kept."""
    row = sql.maybe(db, "find_disclosure", customer_id=customer_id, purchase_id=purchase_id)
    if row is None:
        return None
    product = by_id(db, {row.product_id})[row.product_id]
    rows = read_rows(row.installments)
    agreed = Disclosure(
        row.product_id,
        row.months,
        product.plan(row.months),
        row.principal_minor,
        rows,
        AnnualCost(row.simple_ppm, row.compound_ppm),
        row.late_fee_ppm,
        product.grace_days,
        late_example(rows, product),
        product.annual_cap_ppm,
        product.cap_basis,
        row.disclosed_on,
        row.version,
    )
    return DisclosureView(
        row.merchant_id, product, agreed, row.shown_at, row.confirmed_at, row.is_named
    )
