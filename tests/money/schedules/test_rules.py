"""Installments: figures worked by hand, and properties of all of them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.money.offered import bearing, product_with

from whiteslip.kernel.money import Rounding
from whiteslip.money.plans.model import Amortization, DayCount
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


METHODS = {
    "equal_installments": Amortization.EQUAL_INSTALLMENTS,
    "equal_principal": Amortization.EQUAL_PRINCIPAL,
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("day_count", list(DayCount))
def test_interest_is_what_the_exact_schedule_bears_from_the_capture_to_each_statement(
    method: str, day_count: DayCount
) -> None:
    product = product_with(bearing(12, 150_000, method=method, day_count=day_count.value))
    on = date(2028, 1, 11)

    rows = installments(1_000_000, product, 12, statement_day=5, on=on)

    dates = [row.statement_on for row in rows]
    assert dates[0] == date(2028, 2, 5), "25 days after the capture"
    left = 1_000_000
    for row, (start, end) in zip(rows, pairwise([on, *dates]), strict=True):
        borne = Decimal(15) / 100 * part_of_year(day_count, start, end) * left
        assert abs(row.fee_minor - borne) <= Decimal("0.51")
        left -= row.principal_minor
    assert left == 0
    equal = [row.principal_minor + row.fee_minor for row in rows]
    if method == "equal_principal":
        equal = [row.principal_minor for row in rows]
    assert max(equal) - min(equal) <= 12


def part_of_year(day_count: DayCount, start: date, end: date) -> Decimal:
    """A period as a part of a year, by the words of the day count."""
    days = (end - start).days
    match day_count:
        case DayCount.BY_PERIOD | DayCount.THIRTY_360:
            return Decimal(1) / 12
        case DayCount.ACT_360 | DayCount.ACT_364 | DayCount.ACT_365:
            return Decimal(days) / int(day_count.value[-3:])
        case DayCount.ACT_ACT:
            return sum(
                (
                    Decimal(1) / (366 if (start + timedelta(days=n)).year % 4 == 0 else 365)
                    for n in range(days)
                ),
                Decimal(0),
            )


@given(
    principal=st.integers(26_400, 10**10),
    method=st.sampled_from(sorted(METHODS)),
    day_count=st.sampled_from(list(DayCount)),
    rounding=st.sampled_from(list(Rounding)),
    multiple=st.sampled_from([1, 100]),
    day=st.integers(1, 28),
    on=st.dates(date(2019, 1, 1), date(2040, 1, 1)),
)
def test_every_month_of_an_interest_bearing_plan_has_something_to_pay(
    *,
    principal: int,
    method: str,
    day_count: DayCount,
    rounding: Rounding,
    multiple: int,
    day: int,
    on: date,
) -> None:
    plan = bearing(12, 220_000, method=method, day_count=day_count.value, multiple=multiple)
    product = product_with(plan, rounding=rounding.value, plan_minimum_minor=26_400)

    rows = installments(principal, product, 12, statement_day=day, on=on)

    assert sum(row.principal_minor for row in rows) == principal
    assert all(row.principal_minor > 0 and row.fee_minor >= 0 for row in rows)
    assert [row[3:] for row in rows] == [
        row[3:] for row in installments(principal, PRODUCT, 12, statement_day=day, on=on)
    ], "the statements are those of any plan of the line"
    equal = [
        row.principal_minor + (row.fee_minor if method == "equal_installments" else 0)
        for row in rows
    ]
    assert len(set(equal[:-1])) == 1
    assert equal[0] % multiple == 0


@pytest.mark.parametrize(
    ("rounding", "fees"),
    [
        (Rounding.HALF_EVEN, [100, 50]),  # 100.5 and 50.25
        (Rounding.HALF_UP, [101, 50]),
        (Rounding.DOWN, [100, 50]),
        (Rounding.UP, [101, 51]),
    ],
)
def test_interest_is_rounded_as_the_product_says(rounding: Rounding, fees: list[int]) -> None:
    plan = bearing(2, 120_000, method="equal_principal")
    product = product_with(plan, rounding=rounding.value)

    rows = installments(10_050, product, 2, statement_day=5, on=date(2026, 1, 1))

    assert [row.fee_minor for row in rows] == fees
    assert [row.principal_minor for row in rows] == [5_025, 5_025]
