"""Rates take whole minor units, and a daily accrual never charges a fraction too much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.errors import InvariantBroken
from whiteslip.kernel.money import Rounding
from whiteslip.kernel.rate import WHOLE_PPM, accrue, of

BASES = st.integers(0, 10**11)
RATES = st.integers(0, 5_000)


def charge_days(bases: list[int], rate_ppm: int, carried_ppm: int = 0) -> tuple[list[int], int]:
    """Accrue day after day; return each day's charge and the fraction left."""
    charges: list[int] = []
    for base_minor in bases:
        charge, carried_ppm = accrue(base_minor, rate_ppm, carried_ppm)
        charges.append(charge)
    return charges, carried_ppm


def test_a_rate_is_taken_and_rounded_once() -> None:
    assert of(90_000, 500) == 45
    assert of(1_000, 500) == 0
    assert of(3_000, 500) == 2
    assert of(1_000, 500, Rounding.HALF_UP) == 1
    assert of(1, 1, Rounding.UP) == 1
    assert of(99_999, WHOLE_PPM) == 99_999


def test_two_days_on_nine_hundred_cost_ninety_fen() -> None:
    charges, carried_ppm = charge_days([90_000, 90_000], 500)

    assert charges == [45, 45]
    assert carried_ppm == 0


def test_a_small_balance_pays_its_fen_when_it_is_whole() -> None:
    charges, carried_ppm = charge_days([333] * 7, 500)

    assert charges == [0, 0, 0, 0, 0, 0, 1]
    assert carried_ppm == 165_500


@given(bases=st.lists(BASES, max_size=60), rate_ppm=RATES)
def test_the_days_sum_to_the_exact_fee_rounded_down(bases: list[int], rate_ppm: int) -> None:
    charges, carried_ppm = charge_days(bases, rate_ppm)

    exact_ppm = sum(base * rate_ppm for base in bases)
    assert sum(charges) == exact_ppm // WHOLE_PPM
    assert sum(charges) * WHOLE_PPM + carried_ppm == exact_ppm


@given(bases=st.lists(BASES, min_size=1, max_size=60), rate_ppm=RATES)
def test_no_prefix_of_days_is_ever_above_the_exact_fee(bases: list[int], rate_ppm: int) -> None:
    charges, _ = charge_days(bases, rate_ppm)

    for days in range(1, len(bases) + 1):
        assert sum(charges[:days]) * WHOLE_PPM <= sum(bases[:days]) * rate_ppm


@given(base_minor=BASES, rate_ppm=RATES, carried_ppm=st.integers(0, WHOLE_PPM - 1))
def test_what_is_carried_is_less_than_a_minor_unit(
    base_minor: int, rate_ppm: int, carried_ppm: int
) -> None:
    _, carried_on_ppm = accrue(base_minor, rate_ppm, carried_ppm)

    assert 0 <= carried_on_ppm < WHOLE_PPM


@given(base_minor=st.integers(1, 10**6), days=st.integers(20, 60))
def test_rounding_every_day_would_charge_something_else(base_minor: int, days: int) -> None:
    """The control: dropping the carried fraction is what this function exists to avoid."""
    charges, carried_ppm = charge_days([base_minor] * days, 333)
    rounded_down_daily = of(base_minor, 333, Rounding.DOWN) * days

    assert rounded_down_daily <= sum(charges)
    assert rounded_down_daily < sum(charges) or (base_minor * 333 % WHOLE_PPM) * days < WHOLE_PPM
    assert carried_ppm == base_minor * 333 * days % WHOLE_PPM


@pytest.mark.parametrize(
    ("base_minor", "rate_ppm", "carried_ppm"),
    [(-1, 500, 0), (100, -1, 0), (100, 500, -1), (100, 500, WHOLE_PPM)],
)
def test_an_accrual_refuses_what_cannot_be(
    base_minor: int, rate_ppm: int, carried_ppm: int
) -> None:
    with pytest.raises(InvariantBroken):
        accrue(base_minor, rate_ppm, carried_ppm)
