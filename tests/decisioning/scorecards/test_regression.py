"""Weights are the best there are under the bounds, as other methods confirm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from whiteslip.decisioning.samples.model import Floats
from whiteslip.decisioning.scorecards.regression import (
    Matrix,
    Penalty,
    Steps,
    fit_weights,
    least_squares,
)

PEER: Any = optimize


@dataclass(frozen=True)
class Plain:
    matrix: Matrix

    def log_odds(self, weights: Floats) -> Floats:
        return self.matrix @ weights

    def gradient(self, residuals: Floats) -> Floats:
        return self.matrix.T @ residuals

    def curvature(self, variances: Floats) -> Matrix:
        return (self.matrix.T * variances) @ self.matrix


@given(seed=st.integers(0, 2**32), size=st.integers(1, 12))
def test_least_squares_under_bounds_agree_with_scipy(seed: int, size: int) -> None:
    random = np.random.default_rng(seed)
    table, target = random.normal(size=(size + 3, size)), random.normal(size=size + 3)
    expected: Any = PEER.nnls(table, target)[0]
    found = least_squares(table.T @ table, table.T @ target, np.ones(size, np.bool_))

    assert found == pytest.approx(expected, abs=1e-6)


@given(seed=st.integers(0, 2**32))
def test_weights_under_bounds_agree_with_scipy(seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix = np.column_stack([np.ones(300), random.normal(size=(300, 4))])
    chances = 1 / (1 + np.exp(-matrix @ random.normal(size=5)))
    is_good = (random.random(300) < chances).astype(np.float64)
    ridge = np.array([1e-6, 1.0, 1.0, 1.0, 1.0])
    bounded = np.array([False, True, True, True, True])
    found = fit_weights(
        Plain(matrix),
        is_good,
        start=np.zeros(5),
        penalty=Penalty(ridge, np.zeros(5)),
        steps=Steps(np.eye(5), bounded),
    )

    def cost(weights: Floats) -> float:
        odds = matrix @ weights
        loss = np.logaddexp(0, odds).sum() - is_good @ odds
        return float(loss + (ridge * weights**2).sum() / 2)

    bounds = [(None, None), *[(0, None)] * 4]
    expected: Any = PEER.minimize(cost, np.zeros(5), bounds=bounds, tol=1e-12)
    assert cost(found) <= float(expected.fun) + 1e-6
    assert (found[1:] >= 0).all()


def test_separated_rows_end_at_a_finite_weight() -> None:
    side = np.repeat([-1.0, 1.0], 50)
    found = fit_weights(
        Plain(np.column_stack([np.ones(100), side])),
        (side > 0).astype(np.float64),
        start=np.zeros(2),
        penalty=Penalty(np.array([1e-6, 1.0]), np.zeros(2)),
        steps=Steps(np.eye(2), np.array([False, True])),
    )

    assert 1 < found[1] < 10
