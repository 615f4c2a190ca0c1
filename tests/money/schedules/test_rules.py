"""Installments: figures worked by hand, and properties of all of them."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from whiteslip.money.products import rules as product_rules
from whiteslip.money.products.store import shipped
from whiteslip.money.schedules.rules import installments

PRODUCT = next(
    product
    for product in (product_rules.parse(text, product_id=1) for text in shipped())
    if product.plans
)


def test_a_thousand_in_three_is_338_33_338_33_338_34() -> None:
    rows = installments(100_000, PRODUCT, 3, statement_day=5, on=date(2026, 1, 1))

    assert [row.principal_minor + row.fee_minor for row in rows] == [33_833, 33_833, 33_834]
    assert [row.due_on for row in rows] == [date(2026, 2, 3), date(2026, 3, 6), date(2026, 4, 3)]


def test_a_purchase_on_the_statement_date_belongs_to_the_next() -> None:
    (row,) = installments(1, PRODUCT, 0, statement_day=5, on=date(2026, 1, 5))

    assert (row.statement_on, row.due_on) == (date(2026, 2, 5), date(2026, 3, 6))


@given(
    principal=st.integers(10_000, 10**12),
    months=st.sampled_from([0, *(plan.months for plan in PRODUCT.plans)]),
    day=st.integers(1, 28),
    on=st.dates(date(2019, 1, 1), date(2040, 1, 1)),
)
def test_nothing_is_lost_and_everything_is_due_in_time(
    principal: int, months: int, day: int, on: date
) -> None:
    rows = installments(principal, PRODUCT, months, statement_day=day, on=on)

    assert len(rows) == max(1, months)
    assert sum(row.principal_minor for row in rows) == principal
    assert max(row.principal_minor for row in rows) - min(row.principal_minor for row in rows) <= 1
    assert len({row.fee_minor for row in rows}) == 1
    assert all(row.statement_on.day == day for row in rows)
    assert all(row.due_on - row.statement_on == timedelta(days=29) for row in rows)
    assert timedelta(days=30) <= rows[0].due_on - on <= timedelta(days=60)
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
