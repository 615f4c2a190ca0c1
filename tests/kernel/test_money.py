"""Money divides, splits and shares without losing a minor unit."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Context, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from whiteslip.kernel.errors import InvariantBroken
from whiteslip.kernel.money import (
    MAX_MINOR,
    Rounding,
    decimal_text,
    divide,
    level,
    share_out,
    split,
)

AMOUNTS = st.integers(0, MAX_MINOR)
DECIMAL_ROUNDING = {
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.DOWN: ROUND_DOWN,
    Rounding.UP: ROUND_UP,
}


def by_decimal(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Divide in a decimal context wide enough that only the last step rounds."""
    exact = Context(prec=80)
    quotient = exact.divide(Decimal(numerator), Decimal(denominator))
    return int(quotient.quantize(Decimal(1), DECIMAL_ROUNDING[rounding], exact))


@pytest.mark.parametrize(
    ("numerator", "half_even", "half_up", "down", "up"),
    [
        (0, 0, 0, 0, 0),
        (4, 0, 0, 0, 1),
        (5, 0, 1, 0, 1),
        (6, 1, 1, 0, 1),
        (10, 1, 1, 1, 1),
        (15, 2, 2, 1, 2),
        (25, 2, 3, 2, 3),
        (35, 4, 4, 3, 4),
    ],
)
def test_tenths_round_as_each_rounding_says(
    numerator: int, half_even: int, half_up: int, down: int, up: int
) -> None:
    assert divide(numerator, 10, Rounding.HALF_EVEN) == half_even
    assert divide(numerator, 10, Rounding.HALF_UP) == half_up
    assert divide(numerator, 10, Rounding.DOWN) == down
    assert divide(numerator, 10, Rounding.UP) == up


def test_half_even_is_the_default() -> None:
    assert divide(5, 2) == 2
    assert divide(7, 2) == 4


@given(numerator=AMOUNTS, denominator=st.integers(1, 10**9), rounding=st.sampled_from(Rounding))
@example(numerator=5, denominator=2, rounding=Rounding.HALF_EVEN)
def test_division_agrees_with_decimals(
    numerator: int, denominator: int, rounding: Rounding
) -> None:
    assert divide(numerator, denominator, rounding) == by_decimal(numerator, denominator, rounding)


@given(
    half=st.integers(0, 10**9),
    denominator=st.integers(1, 10**6).map(lambda half: 2 * half),
    rounding=st.sampled_from(Rounding),
)
def test_exact_halves_agree_with_decimals(half: int, denominator: int, rounding: Rounding) -> None:
    numerator = half * denominator + denominator // 2

    assert divide(numerator, denominator, rounding) == by_decimal(numerator, denominator, rounding)


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 2), (1, 0), (1, -2)])
def test_division_refuses_what_has_no_share(numerator: int, denominator: int) -> None:
    with pytest.raises(InvariantBroken):
        divide(numerator, denominator)


def test_the_last_parts_carry_the_odd_minor_units() -> None:
    assert split(101_500, 3) == (33_833, 33_833, 33_834)
    assert split(101, 3) == (33, 34, 34)
    assert split(2, 3) == (0, 1, 1)


@given(total_minor=AMOUNTS, parts=st.integers(1, 400))
def test_a_split_loses_nothing_and_is_even(total_minor: int, parts: int) -> None:
    split_up = split(total_minor, parts)

    assert sum(split_up) == total_minor
    assert len(split_up) == parts
    assert max(split_up) - min(split_up) <= 1
    assert list(split_up) == sorted(split_up)


@pytest.mark.parametrize("parts", [0, -1])
def test_nothing_splits_into_no_parts(parts: int) -> None:
    with pytest.raises(InvariantBroken):
        split(100, parts)


def test_the_largest_remainder_takes_the_odd_minor_unit() -> None:
    assert share_out(100, (1, 1, 1)) == (34, 33, 33)
    assert share_out(100, (30, 70)) == (30, 70)
    assert share_out(1, (30, 70)) == (0, 1)
    assert share_out(99, (0, 1, 0)) == (0, 99, 0)


@given(
    total_minor=AMOUNTS,
    weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=12).filter(any),
)
def test_shares_lose_nothing_and_stay_within_one_of_exact(
    total_minor: int, weights: list[int]
) -> None:
    shares = share_out(total_minor, weights)

    assert sum(shares) == total_minor
    for share, weight in zip(shares, weights, strict=True):
        floor = total_minor * weight // sum(weights)
        assert floor <= share <= floor + 1
        assert share == 0 or weight > 0


@pytest.mark.parametrize(
    ("total_minor", "weights"), [(-1, (1,)), (1, (0, 0)), (1, (2, -1)), (1, ())]
)
def test_shares_need_an_amount_and_weights(total_minor: int, weights: tuple[int, ...]) -> None:
    with pytest.raises(InvariantBroken):
        share_out(total_minor, weights)


@pytest.mark.parametrize(
    ("amount_minor", "text"),
    [(33_834, "338.34"), (0, "0.00"), (7, "0.07"), (-7, "-0.07"), (-12_050, "-120.50")],
)
def test_amounts_are_written_in_major_units(amount_minor: int, text: str) -> None:
    assert decimal_text(amount_minor) == text


@given(st.integers(-MAX_MINOR, MAX_MINOR))
def test_written_amounts_read_back_the_same(amount_minor: int) -> None:
    assert Decimal(decimal_text(amount_minor)) * 100 == amount_minor


def test_rooms_are_filled_evenly_and_the_last_ones_carry_the_odd_units() -> None:
    assert level(10, [10, 10, 10]) == (3, 3, 4)
    assert level(10, [1, 10, 10]) == (1, 4, 5)
    assert level(10, [10, 2, 0]) == (8, 2, 0)
    assert level(100, [10, 2, 0]) == (10, 2, 0)
    assert level(5, []) == ()


@given(total_minor=st.integers(0, 10**6), rooms=st.lists(st.integers(0, 10**5), max_size=12))
def test_filling_loses_nothing_and_gives_nobody_less_who_has_room(
    total_minor: int, rooms: list[int]
) -> None:
    shares = level(total_minor, rooms)

    assert sum(shares) == min(total_minor, sum(rooms))
    assert all(0 <= share <= room for share, room in zip(shares, rooms, strict=True))
    most = max(shares, default=0)
    assert all(
        share >= most - 1 or share == room for share, room in zip(shares, rooms, strict=True)
    )
