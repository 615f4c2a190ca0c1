"""Products: what a plan costs a year, and which terms cannot be published."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from tests.money.offered import bearing, flat, product_with

from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.products import rules
from whiteslip.money.products.costs import annual_cost, flat_fee_cost, offer_cost
from whiteslip.money.products.store import shipped


@pytest.mark.parametrize(
    ("months", "fee_ppm", "simple", "compound"),
    [
        (12, 10_000, 21.46, 23.70),
        (24, 12_000, 25.59, 28.81),
        (12, 11_000, 23.53, 26.24),
        (3, 0, 0, 0),
    ],
)
def test_the_annual_cost_of_a_flat_fee(
    months: int, fee_ppm: int, simple: float, compound: float
) -> None:
    cost = flat_fee_cost(months, fee_ppm)

    assert round(cost.simple_ppm / 10_000, 2) == simple
    assert round(cost.compound_ppm / 10_000, 2) == compound


def test_credit_without_a_fee_costs_nothing() -> None:
    assert annual_cost(300, [100, 100, 100]).simple_ppm == 0


def with_plan(months: int, fee_ppm: int, *, basis: str = "simple") -> str:
    """The first shipped product that has plans, with one plan added."""
    text = next(text for text in shipped() if "[[plan]]" in text).split("[[plan]]")[0]
    text = text.replace('cap_basis = "simple"', f'cap_basis = "{basis}"')
    return f"{text}\n[[plan]]\nmonths = {months}\nmonthly_fee_ppm = {fee_ppm}\n"


def test_a_plan_above_the_cap_is_refused_with_its_cost() -> None:
    with pytest.raises(InvalidInput, match=r"25\.59 % a year") as refused:
        rules.parse(with_plan(24, 12_000), product_id=1)

    assert refused.value.where == "plan 24"


@pytest.mark.parametrize("months", [6, 12, 24])
def test_one_point_two_percent_passes_for_no_term_from_six_up(months: int) -> None:
    with pytest.raises(InvalidInput, match="above the cap"):
        rules.parse(with_plan(months, 12_000), product_id=1)


def test_the_basis_of_the_cap_decides() -> None:
    rules.parse(with_plan(12, 11_000), product_id=1)
    with pytest.raises(InvalidInput, match=r"26\.24 %"):
        rules.parse(with_plan(12, 11_000, basis="compound"), product_id=1)


@pytest.mark.parametrize("text", shipped())
def test_what_is_shipped_can_be_published(text: str) -> None:
    product = rules.parse(text, product_id=7)

    assert product.product_id == 7


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("due_days = 29", "due_days = 0", "due_days"),
        ("due_days = 29", 'due_days = "29"', "due_days"),
        ("grace_days = 0", "grace_days = true", "grace_days"),
        ("late_fee_ppm = 500", "late_fee_ppm = 658", "late_fee_ppm"),
        ("minimum_ppm = 100_000", "minimum_ppm = 1_000_001", "minimum_ppm"),
        ('cap_basis = "simple"', 'cap_basis = "sample"', "cap_basis"),
        ("hold_days = 7", "hold_dais = 7", "hold_dais"),
        ('"late_fee", "fee"', '"fee", "fee"', "allocation"),
        ("grace_days = 0", 'grace_days = 0\nreopen = "never"', "reopen"),
    ],
)
def test_what_cannot_be_right_is_named(old: str, new: str, where: str) -> None:
    text = with_plan(3, 5_000)
    assert old in text

    with pytest.raises(InvalidInput) as refused:
        rules.parse(text.replace(old, new), product_id=1)

    assert refused.value.where == where


@pytest.mark.parametrize("method", ["equal_installments", "equal_principal"])
def test_interest_by_periods_costs_its_rate(method: str) -> None:
    (plan,) = product_with(bearing(12, 180_000, method=method)).plans

    assert offer_cost(plan).simple_ppm == 180_000


def dearest(year: int, annual: float) -> float:
    """The simple cost of 12 equal installments by real days over a year of so many, begun in the dearest month."""
    costs: list[float] = []
    for first in range(48):
        begins = [date(2024 + (first + n) // 12, (first + n) % 12 + 1, 1) for n in range(13)]
        worth, value = 0.0, 1.0
        for start, end in pairwise(begins):
            value /= 1 + annual * (end - start).days / year
            worth += value
        low, high = 0.0, 1.0
        for _ in range(60):
            rate = (low + high) / 2
            same = sum((1 + rate) ** -number for number in range(1, 13))
            low, high = (rate, high) if same > worth else (low, rate)
        costs.append(12 * low)
    return max(costs)


@pytest.mark.parametrize("year", [360, 364, 365])
def test_a_day_count_whose_dearest_month_costs_more_than_the_cap_cannot_be_published(
    year: int,
) -> None:
    (plan,) = product_with(bearing(12, 230_000, day_count=f"ACT/{year}")).plans

    assert abs(offer_cost(plan).simple_ppm / 1e6 - dearest(year, 0.23)) < 2e-6
    with pytest.raises(InvalidInput, match="above the cap"):
        product_with(bearing(12, 240_000, day_count=f"ACT/{year}"))


@pytest.mark.parametrize("day_count", ["by period", "30/360"])
def test_where_every_month_is_alike_the_rate_may_be_the_cap(day_count: str) -> None:
    product_with(bearing(12, 240_000, day_count=day_count))
    with pytest.raises(InvalidInput, match=r"24\.01 % a year, above the cap"):
        product_with(bearing(12, 240_100, day_count=day_count))


@pytest.mark.parametrize(
    ("plans", "where"),
    [
        (flat(6, 5_000) + "annual_ppm = 1\n", "annual_ppm"),
        (bearing(6, 100_000) + "monthly_fee_ppm = 1\n", "monthly_fee_ppm"),
        (bearing(6, 100_000, day_count="ACT/366"), "day_count"),
        (bearing(6, 100_000, method="balloon"), "method"),
        (bearing(6, 0), "annual_ppm"),
        (bearing(6, 100_000) + flat(6, 5_000), "plan"),
        (bearing(12, 100_000, multiple=100), "plan_minimum_minor"),
        (flat(6, 0) + "merchant_fee_ppm = 300_001\n", "merchant_fee_ppm"),
    ],
)
def test_a_plan_that_says_two_things_or_too_little_is_refused(plans: str, where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        product_with(plans)

    assert refused.value.where == where
