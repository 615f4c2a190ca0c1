"""What is said before a purchase: its cost by real days, what a default costs, a version that names what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.money.offered import bearing, flat, product_with

from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.money.disclosures.model import Disclosure
from whiteslip.money.disclosures.rules import changes, check_confirmed, disclose
from whiteslip.money.plans.cost import Flow, effective_rate
from whiteslip.money.products.costs import annual_cost, check_cap
from whiteslip.money.products.model import Product

PRODUCT = product_with(flat(3, 5_000) + flat(12, 10_000) + bearing(6, 180_000, day_count="ACT/365"))
ON = date(2026, 1, 10)
AT = datetime(2026, 1, 10, 12, tzinfo=UTC)


def told(
    amount: int = 1_000_000,
    months: int = 12,
    *,
    product: Product = PRODUCT,
    day: int = 5,
    on: date = ON,
) -> Disclosure:
    return disclose(amount, product, months, statement_day=day, on=on)


def percents(one: Disclosure) -> tuple[float, float]:
    return round(one.cost.simple_ppm / 10_000, 2), round(one.cost.compound_ppm / 10_000, 2)


def test_twelve_at_one_percent_costs_21_46_and_23_70() -> None:
    one = told()

    assert percents(one) == (21.46, 23.70)
    assert (one.fee_minor, one.total_minor) == (120_000, 1_120_000)


def test_paying_30_days_late_costs_the_late_fee_of_the_first_installment() -> None:
    assert told(100_000, 3).late_example_minor == 499  # 333.33 × 0.05 % × 30 = 4.99995
    grace = product_with(flat(3, 5_000), grace_days=10)
    assert told(100_000, 3, product=grace).late_example_minor == 333
    assert told(100_000, 0).late_example_minor == 1_500
    assert told(100_000, 0).cost == (0, 0)


def test_real_days_that_make_a_plan_dearer_are_counted() -> None:
    soon = product_with(flat(12, 10_000), due_days=1)

    mild = told(product=soon, on=date(2026, 1, 5))
    dear = told(product=soon, on=date(2026, 1, 4))

    assert percents(mild) == (21.46, 23.70), "a whole month and a day before the first is due"
    assert percents(dear)[0] > 24, "a fee of a month is due after two days"
    assert check_cap(mild.cost, soon) is None
    refused = check_cap(dear.cost, soon)
    assert isinstance(refused, Conflict)
    assert "above the cap of 24.00 %" in str(refused)


def test_rounding_that_makes_a_plan_dearer_is_counted() -> None:
    up = product_with(flat(12, 11_200), rounding="up")

    assert check_cap(told(10_000_000, product=up).cost, up) is None
    assert isinstance(check_cap(told(10_001, product=up).cost, up), Conflict)


@given(
    amount=st.integers(10_000, 10**9),
    months=st.sampled_from([3, 6, 12]),
    day=st.integers(1, 28),
    on=st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    due_days=st.integers(1, 60),
)
def test_the_cost_is_never_below_that_of_months_or_of_real_days(
    amount: int, months: int, day: int, on: date, due_days: int
) -> None:
    product = replace(PRODUCT, due_days=due_days)
    one = told(amount, months, product=product, day=day, on=on)

    paid = [(row.due_on, row.principal_minor + row.fee_minor) for row in one.installments]
    flows = [Flow(minor, (due_on - on).days / 365) for due_on, minor in paid]
    real = effective_rate([Flow(amount, 0)], flows) * 1_000_000
    assert one.cost.compound_ppm >= real - 1
    equal = annual_cost(amount, [minor for _, minor in paid])
    assert one.cost >= equal
    assert one.cost == equal or abs(one.cost.compound_ppm - real) <= 1


def test_a_version_says_the_same_as_long_as_everything_is_the_same() -> None:
    assert told().version == told(on=ON + timedelta(days=1)).version
    assert len(told().version) == 44


@pytest.mark.parametrize(
    ("other", "changed"),
    [
        (told(1_000_001), "principal"),
        (told(day=6), "dates"),
        (told(product=replace(PRODUCT, late_fee_ppm=400)), "costs"),
        (told(product=replace(PRODUCT, annual_cap_ppm=230_000)), "costs"),
        (told(product=replace(PRODUCT, product_id=2)), "terms"),
        (told(on=date(2026, 2, 10)), "dates"),
        (told(months=3), "terms, amounts, dates, costs"),
    ],
)
def test_another_version_is_refused_with_what_changed(other: Disclosure, changed: str) -> None:
    refused = check_confirmed(told(), other.version, None, at=AT)

    assert isinstance(refused, Conflict)
    assert f"{changed} changed" in str(refused) or changed in changes(other.version, told())
    assert changed.split(", ") == [one for one in changes(other.version, told()) if one in changed]


def test_interest_by_real_days_has_another_version_on_another_day() -> None:
    assert "amounts" in changes(told(months=6).version, told(months=6, on=ON + timedelta(days=1)))


def test_what_was_shown_is_named_and_was_shown_before() -> None:
    now = told()
    early, late = AT - timedelta(minutes=2), AT + timedelta(seconds=1)

    assert check_confirmed(now, None, None, at=AT) is None
    assert check_confirmed(now, now.version, None, at=AT) is None
    assert check_confirmed(now, now.version, early, at=AT) is None
    for version, shown_at, where in (
        (None, early, "quote_version"),
        (now.version, late, "shown_at"),
    ):
        refused = check_confirmed(now, version, shown_at, at=AT)
        assert isinstance(refused, InvalidInput)
        assert refused.where == where
    assert isinstance(check_confirmed(now, "0" * 44, None, at=AT), Conflict)
    assert isinstance(check_confirmed(now, "old", None, at=AT), Conflict)
