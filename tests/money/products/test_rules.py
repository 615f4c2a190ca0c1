"""Products: what a plan costs a year, and which terms cannot be published."""

from __future__ import annotations

import pytest

from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.products import rules
from whiteslip.money.products.costs import annual_cost, flat_fee_cost
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
