"""Spreads: each row in one bin, a move seen, and a stability index that is never without end."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.decisioning.samples.distributions import (
    Alarm,
    CategoryLayout,
    NumberLayout,
    alarm,
    count_bins,
    lay_out,
    stability_index,
)
from whiteslip.decisioning.samples.model import CategoryColumn, NumberColumn
from whiteslip.kernel.errors import InvalidInput

CELLS = st.one_of(st.integers(-3, 3).map(float), st.just(math.nan))


def number(values: list[float], *specials: float) -> NumberColumn:
    return NumberColumn("n", np.array(values, dtype=np.float64), specials)


@given(st.lists(CELLS, max_size=30), st.lists(CELLS, max_size=30))
def test_each_row_falls_into_one_bin(then: list[float], now: list[float]) -> None:
    layout = lay_out(number(then, -3.0))
    counts = count_bins(layout, number(now))

    assert isinstance(layout, NumberLayout)
    assert list(layout.edges) == sorted(set(layout.edges))
    assert counts.sum() == len(now)
    assert counts[0] == sum(map(math.isnan, now))
    assert counts[1] == now.count(-3.0)


def test_bins_are_about_equal() -> None:
    column = number(np.random.default_rng(1).normal(size=1_000).tolist())

    counts = count_bins(lay_out(column), column)

    assert counts[0] == 0
    assert counts[1:].tolist() == pytest.approx([100] * 10, abs=1)


def test_codes_missing_and_new_labels_have_bins_of_their_own() -> None:
    known = CategoryColumn("c", np.array([0, 1, -1], dtype=np.int32), ("a", "b"))
    layout = lay_out(known)
    later = CategoryColumn("c", np.array([0, 1, 2, -1], dtype=np.int32), ("new", "b", "a"))

    assert layout == CategoryLayout(("a", "b"))
    assert count_bins(layout, known).tolist() == [1, 0, 1, 1]
    assert count_bins(layout, later).tolist() == [1, 1, 1, 1]


def test_another_kind_of_column_is_refused() -> None:
    category = CategoryColumn("c", np.array([0], dtype=np.int32), ("a",))

    with pytest.raises(InvalidInput, match="number was expected"):
        count_bins(lay_out(number([1.0])), category)
    with pytest.raises(InvalidInput, match="category was expected"):
        count_bins(lay_out(category), number([1.0]))


COUNTS = st.lists(st.integers(0, 50), min_size=3, max_size=3).filter(any)


@given(COUNTS, COUNTS)
def test_the_index_is_symmetric_positive_and_finite(then: list[int], now: list[int]) -> None:
    index = stability_index(then, now)

    assert math.isfinite(index)
    assert index >= -1e-12
    assert index == pytest.approx(stability_index(now, then), abs=1e-12)
    assert stability_index(then, [3 * count for count in then]) == pytest.approx(0, abs=0.2)


def test_the_index_is_the_one_of_practice() -> None:
    then, now = (40, 30, 30), (50, 20, 30)
    naive = sum((b - a) / 100 * math.log(b / a) for a, b in zip(then, now, strict=True))

    assert stability_index(then, now) == pytest.approx(naive)
    assert stability_index((10, 20), (100, 200)) == 0


@pytest.mark.parametrize(
    ("then", "now"), [((1, 2), (1,)), ((0, 0), (1, 1)), ((1, 1), (0, 0)), ((1, -1), (1, 1))]
)
def test_what_is_no_distribution_is_refused(then: tuple[int, ...], now: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInput):
        stability_index(then, now)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0999, Alarm.CLEAR),
        (0.10, Alarm.WATCH),
        (0.2499, Alarm.WATCH),
        (0.25, Alarm.ACT),
        (math.nan, Alarm.UNKNOWN),
    ],
)
def test_thresholds_are_met_at_them(value: float, expected: Alarm) -> None:
    assert alarm(value) is expected


def test_thresholds_out_of_order_are_refused() -> None:
    with pytest.raises(InvalidInput, match="above act"):
        alarm(0.1, watch=0.3, act=0.2)
