"""Codes stand apart from amounts; amounts are never taken for codes because they are rare or round."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from whiteslip.decisioning.samples.specials import find_specials, looks_like_code

RNG = np.random.default_rng(5)
INCOMES = RNG.lognormal(10, 1, 5000).round()
AGES = RNG.integers(18, 95, 5000).astype(float)
SCORES = RNG.normal(600, 50, 5000).round()
COUNTS = RNG.poisson(3, 5000).astype(float)


def found(values: NDArray[np.float64], *codes: float, times: int = 50) -> tuple[float, ...]:
    every = np.concatenate([values, np.repeat(np.array(codes, dtype=float), times)])
    distinct, counts = np.unique(every, return_counts=True)
    return find_specials(distinct, counts.astype(np.int64))


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        (COUNTS, (-9, -8, -7)),
        (INCOMES, (-1,)),
        (COUNTS, (96, 98)),
        (COUNTS, (99,)),
        (SCORES, (0,)),
        (INCOMES, (99999999,)),
        (AGES, (999,)),
        (COUNTS, (-9, 99)),
        (RNG.uniform(0, 1, 5000), (-1,)),
        (COUNTS + 1, (-1,)),
    ],
)
def test_codes_are_found(values: NDArray[np.float64], codes: tuple[float, ...]) -> None:
    assert found(values, *codes) == tuple(sorted(codes))


@pytest.mark.parametrize(
    "values",
    [
        INCOMES,
        AGES,
        SCORES,
        COUNTS,
        RNG.normal(0, 1e5, 5000).round(),
        RNG.integers(-2, 9, 5000).astype(float),
        RNG.integers(-3, 4, 5000).astype(float),
        RNG.integers(0, 100, 5000).astype(float),
        RNG.integers(0, 1000, 5000).astype(float),
        RNG.normal(10, 4, 5000).round(),
        np.repeat([0.0, 1.0], 50),
        np.repeat([1.0, 2.0, 9.0], 50),
        np.concatenate([INCOMES, np.zeros(2000)]),
    ],
)
def test_amounts_are_no_codes(values: NDArray[np.float64]) -> None:
    assert found(values) == ()


def test_one_far_off_amount_is_an_outlier_not_a_code() -> None:
    assert found(INCOMES, 7_654_321_000, times=1) == ()
    assert found(INCOMES, 99_999_999_999, times=1) == (99_999_999_999,)


def test_an_odd_value_must_be_frequent_and_alone() -> None:
    assert found(SCORES, -50_000, times=100) == (-50_000,)
    assert found(SCORES, -50_000, times=5) == ()


@pytest.mark.parametrize("value", [-1, -9, 99, 98, 999, 9997, 99999999, 8888, -999, 2147483647])
def test_what_codes_look_like(value: float) -> None:
    assert looks_like_code(value)


@pytest.mark.parametrize("value", [0, 1, 9, 95, 100, 990, 88, 1234, -10, -25, 99.5, 0.9])
def test_what_codes_do_not_look_like(value: float) -> None:
    assert not looks_like_code(value)


@given(st.lists(st.integers(-100, 100), min_size=1, max_size=50))
def test_codes_are_values_of_the_column(values: list[int]) -> None:
    codes = found(np.array(values, dtype=float))

    assert set(codes) <= set(map(float, values))
    assert len(set(values) - set(codes)) >= min(2, len(set(values)))
