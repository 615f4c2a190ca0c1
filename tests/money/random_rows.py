"""Thousands of random lines and installments, written in a few statements: what set statements are tried on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.money.products import store as products
from whiteslip.money.products.model import Product

SEED = 20_260_305
CLOSING = date(2026, 3, 4)
"""The day being closed; statements dated the day after close."""
OPENED = date(2025, 1, 1)

TERMS = """
name = "twin-{number}"
version = 1
effective_on = 2000-01-01
currency = "CNY"
rounding = "half_even"
due_days = {due_days}
hold_days = 7
minimum_ppm = {minimum_ppm}
revolving_fee_ppm = {revolving_fee_ppm}
late_fee_ppm = {late_fee_ppm}
grace_days = {grace_days}
annual_cap_ppm = 240_000
cap_basis = "simple"
line_cap_minor = 20_000_000_000
plan_minimum_minor = 0
allocation = {allocation}
"""
PRODUCTS = (
    {
        "due_days": 29,
        "minimum_ppm": 100_000,
        "revolving_fee_ppm": 500,
        "late_fee_ppm": 500,
        "grace_days": 0,
    },
    {
        "due_days": 20,
        "minimum_ppm": 333_333,
        "revolving_fee_ppm": 651,
        "late_fee_ppm": 123,
        "grace_days": 3,
    },
    {
        "due_days": 45,
        "minimum_ppm": 55_555,
        "revolving_fee_ppm": 0,
        "late_fee_ppm": 657,
        "grace_days": 0,
    },
    {
        "due_days": 1,
        "minimum_ppm": 1_000_000,
        "revolving_fee_ppm": 1,
        "late_fee_ppm": 0,
        "grace_days": 10,
    },
)
ORDERS = (
    '["late_fee", "fee", "principal"]',
    '["principal", "fee", "late_fee"]',
    '["fee", "late_fee", "principal"]',
    '["late_fee", "fee", "principal"]',
)


def publish(db: Connection) -> list[Product]:
    """Publish products that differ in every number."""
    return [
        products.publish(db, TERMS.format(number=number, allocation=order, **numbers))
        for number, (numbers, order) in enumerate(zip(PRODUCTS, ORDERS, strict=True))
    ]


def spread(rng: np.random.Generator, count: int) -> np.ndarray:
    """Amounts from 0 to ten million yuan; many small, some 0."""
    sizes = 10 ** rng.integers(0, 10, count)
    return np.where(rng.random(count) < 0.1, 0, rng.integers(0, sizes + 1))


def write_lines(
    db: Connection, rng: np.random.Generator, terms: Sequence[Product], count: int
) -> None:
    """Write lines numbered from 1, each owned by the customer of its number."""
    numbers = np.arange(1, count + 1)
    db.execute(
        "INSERT INTO money.line (customer_id, line_id, fixed_limit_minor, temporary_limit_minor,"
        " credit_minor, opened_on, product_id, statement_day)"
        " SELECT * FROM unnest(%b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[],"
        " %b::date[], %b::integer[], %b::smallint[])",
        (
            arrays.bigints(numbers),
            arrays.bigints(numbers),
            arrays.bigints(spread(rng, count)),
            arrays.bigints(spread(rng, count)),
            arrays.bigints(np.where(rng.random(count) < 0.5, 0, spread(rng, count))),
            arrays.dates([OPENED] * count),
            arrays.ints(rng.choice([one.product_id for one in terms], count)),
            arrays.smallints(rng.choice([5, 5, 5, 1, 4, 6, 28], count)),
        ),
    )


def write_installments(
    db: Connection, rng: np.random.Generator, *, lines: int, count: int, due: Sequence[date]
) -> None:
    """Write open and settled installments on random lines, due on some of these days."""
    owners = rng.integers(1, lines + 1, count)
    principal, fee, late = spread(rng, count), spread(rng, count), spread(rng, count)
    paid = [
        (rng.integers(0, part + 1) * (rng.random(count) < 0.5)) for part in (principal, fee, late)
    ]
    settled = rng.random(count) < 0.05
    paid = [
        np.where(settled, part, done)
        for part, done in zip((principal, fee, late), paid, strict=True)
    ]
    due_on = rng.integers(0, len(due), count)
    plan = rng.random(count) < 0.3
    columns: dict[str, Any] = {
        "owners": arrays.bigints(owners),
        "principal": arrays.bigints(principal),
        "fee": arrays.bigints(fee),
        "late": arrays.bigints(late),
        "paid_principal": arrays.bigints(paid[0]),
        "paid_fee": arrays.bigints(paid[1]),
        "paid_late": arrays.bigints(paid[2]),
        "due": arrays.dates([due[index] for index in due_on]),
        "statement": arrays.dates(
            [
                due[index] - timedelta(days=20 + 9 * int(on))
                for index, on in zip(due_on, plan, strict=True)
            ]
        ),
        "carried": arrays.ints(rng.choice([0, 1, 499_999, 500_000, 999_999], count)),
        "plan": arrays.bools(plan),
        "revolving": arrays.bools(~plan & (rng.random(count) < 0.5)),
    }
    db.execute(
        "INSERT INTO money.installment (customer_id, installment_id, line_id, purchase_id, principal_minor, fee_minor,"
        " late_fee_minor, paid_principal_minor, paid_fee_minor, paid_late_fee_minor,"
        " due_on, statement_on, captured_on,"
        " carried_ppm, number, kind, revolving, status)"
        " SELECT owner, nextval('money.number'), owner, owner, principal, fee, late, paid_principal, paid_fee,"
        " paid_late, due, statement, '2025-01-01', carried, 1,"
        " CASE WHEN plan THEN 'plan' ELSE 'pay_later' END::money.installment_kind,"
        " revolving, CASE WHEN (principal, fee, late) = (paid_principal, paid_fee, paid_late)"
        " THEN 'settled' ELSE 'open' END::money.installment_status"
        " FROM unnest(%(owners)b::bigint[], %(principal)b::bigint[], %(fee)b::bigint[], %(late)b::bigint[],"
        " %(paid_principal)b::bigint[], %(paid_fee)b::bigint[], %(paid_late)b::bigint[],"
        " %(due)b::date[], %(statement)b::date[],"
        " %(carried)b::integer[], %(plan)b::boolean[], %(revolving)b::boolean[])"
        " AS made (owner, principal, fee, late, paid_principal, paid_fee, paid_late, due,"
        " statement, carried, plan, revolving)",
        columns,
    )
    db.execute(
        "UPDATE money.line SET principal_minor = owed FROM ("
        " SELECT customer_id, sum(principal_minor - paid_principal_minor) AS owed FROM money.installment"
        " GROUP BY customer_id) AS row WHERE row.customer_id = line.customer_id"
    )


def days_around(middle: date, *, before: int, after: int) -> list[date]:
    """Every day of a stretch."""
    return [middle + timedelta(days=days) for days in range(-before, after + 1)]
