"""The bins found are the best there are, as trying every one of them shows."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import xlogy

from whiteslip.decisioning.samples.model import Floats
from whiteslip.decisioning.scorecards.merging import Limits, merge

Shape = Literal["up", "down", "turns", "free"]
SHAPES: dict[int, set[Shape]] = {0: {"up", "down"}, 1: {"up"}, -1: {"down"}}


def shape_of(rates: list[float]) -> Shape:
    steps = [float(np.sign(after - before)) for before, after in pairwise(rates)]
    if all(step > 0 for step in steps):
        return "up"
    if all(step < 0 for step in steps):
        return "down"
    turns = sum(one != other for one, other in pairwise(steps))
    return "turns" if turns == 1 and 0 not in steps else "free"


class Table:
    """Random parts, and what bins of them are worth."""

    def __init__(self, seed: int, parts: int) -> None:
        random = np.random.default_rng(seed)
        self.counts = random.integers(1, 40, parts).astype(np.float64)
        self.bads = np.floor(self.counts * random.random(parts))
        self.base_rate = float(self.bads.sum() / self.counts.sum())
        self.limits = Limits(float(random.integers(1, 60)), int(random.integers(2, 6)), 5.0)

    def bins(self, starts: list[int]) -> tuple[Floats, Floats]:
        return (
            np.add.reduceat(self.counts, starts[:-1]),
            np.add.reduceat(self.bads, starts[:-1]),
        )

    def rates(self, starts: list[int]) -> list[float]:
        counts, bads = self.bins(starts)
        smoothing = self.limits.smoothing
        rates = (bads + smoothing * self.base_rate) / (counts + smoothing)
        return [float(rate) for rate in rates]

    def worth(self, starts: list[int]) -> float:
        counts, bads = self.bins(starts)
        rate = bads / counts
        return float((xlogy(bads, rate) + xlogy(counts - bads, 1 - rate)).sum())

    def best(self, shapes: set[Shape]) -> float:
        size = len(self.counts)
        found = [-np.inf]
        for bins in range(1, self.limits.most_bins + 1):
            for inner in combinations(range(1, size), bins - 1):
                starts = [0, *inner, size]
                counts, _ = self.bins(starts)
                fits = bins == 1 or shape_of(self.rates(starts)) in shapes
                if fits and counts.min() >= self.limits.least_rows:
                    found.append(self.worth(starts))
        return max(found)

    def merged(self, direction: int = 0, turn_gain: float | None = None) -> list[int]:
        return merge(
            self.counts,
            self.bads,
            limits=self.limits,
            base_rate=self.base_rate,
            direction=direction,
            turn_gain=turn_gain,
        )


tables = st.builds(Table, st.integers(0, 2**32), st.integers(1, 9))


@given(table=tables, direction=st.sampled_from([-1, 0, 1]))
def test_no_other_bins_along_the_trend_are_likelier(table: Table, direction: int) -> None:
    shapes = SHAPES[direction]
    starts = table.merged(direction)

    if table.counts.sum() >= table.limits.least_rows:
        assert table.worth(starts) == pytest.approx(table.best(shapes))
        assert len(starts) == 2 or shape_of(table.rates(starts)) in shapes


@given(table=tables, gain=st.sampled_from([0.0, 0.5, 3.0]))
def test_a_trend_turns_once_where_that_gains_enough(table: Table, gain: float) -> None:
    starts = table.merged(turn_gain=gain)
    straight = table.best({"up", "down"})
    turned = table.best({"up", "down", "turns"})

    if table.counts.sum() >= table.limits.least_rows:
        expected = turned if turned - gain > straight else straight
        assert table.worth(starts) == pytest.approx(expected)


@given(table=tables)
def test_bins_cover_all_parts_and_keep_the_limits(table: Table) -> None:
    starts = table.merged(turn_gain=0.0)
    counts, _ = table.bins(starts)

    assert (starts[0], starts[-1]) == (0, len(table.counts))
    assert starts == sorted(set(starts))
    assert len(counts) <= table.limits.most_bins
    assert len(counts) == 1 or counts.min() >= table.limits.least_rows


def test_no_parts_make_one_empty_bin() -> None:
    nothing = np.zeros(1)

    assert merge(nothing, nothing, limits=Limits(1, 5, 1.0), base_rate=0.2) == [0, 1]
