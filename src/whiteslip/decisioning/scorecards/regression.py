"""Logistic regression with a ridge and with weights that may not fall below zero."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from whiteslip.decisioning.samples.model import Bools, Floats

Matrix: TypeAlias = NDArray[np.float64]

_MOST_ROUNDS: Final = 50
_MOST_HALVINGS: Final = 20
_LONG_WAY: Final = 0.25
_CLOSE: Final = 1e-8


class Design(Protocol):
    """How weights become log odds of good, row by row."""

    def log_odds(self, weights: Floats) -> Floats:
        """Return the log odds of every row."""
        ...

    def gradient(self, residuals: Floats) -> Floats:
        """Return, for each weight, the sum over rows of residual x slope of the log odds."""
        ...

    def curvature(self, variances: Floats) -> Matrix:
        """Return the sum over rows of variance x slope x slope, or a close estimate."""
        ...


class Penalty(NamedTuple):
    """Half of `ridge` times the squared distance from `center` of every weight."""

    ridge: Floats
    center: Floats

    def of(self, weights: Floats) -> float:
        """Return what weights cost."""
        return float((self.ridge * (weights - self.center) ** 2).sum()) / 2

    def slope(self, weights: Floats) -> Floats:
        """Return how the cost changes with each weight."""
        return self.ridge * (weights - self.center)


class Steps(NamedTuple):
    """Weights as sums of steps, weights = `sums` @ steps; where `bounded`, a step is not negative."""

    sums: Matrix
    bounded: Bools


def fit_weights(
    design: Design, is_good: Floats, *, start: Floats, penalty: Penalty, steps: Steps
) -> Floats:
    """Minimize the penalized negative log-likelihood under the bounds; `start` must be within them.

    Newton's method; each round solves its quadratic model under the bounds and halves the way
    until the likelihood is no worse. The curvature is renewed only after a long way: it decides how
    fast the minimum is reached, not where it is.
    """
    weights, odds = start, design.log_odds(start)
    cost = _cost(odds, is_good) + penalty.of(weights)
    way = np.inf
    curvature = reduced = np.zeros((0, 0))
    for _ in range(_MOST_ROUNDS):
        chances = expit(odds)
        if way > _LONG_WAY:
            curvature = design.curvature(chances * (1 - chances)) + np.diag(penalty.ridge)
            reduced = steps.sums.T @ curvature @ steps.sums
        slope = design.gradient(chances - is_good) + penalty.slope(weights)
        target = steps.sums.T @ (curvature @ weights - slope)
        goal = steps.sums @ least_squares(reduced, target, steps.bounded)
        before, worst = weights, cost + 1e-12 * abs(cost)
        for halvings in range(_MOST_HALVINGS):
            weights = before + (goal - before) / 2**halvings
            odds = design.log_odds(weights)
            cost = _cost(odds, is_good) + penalty.of(weights)
            if cost <= worst:
                break
        way = float(np.abs(weights - before).max())
        if way < _CLOSE:
            break
    return weights


def least_squares(matrix: Matrix, target: Floats, bounded: Bools) -> Floats:
    """Minimize x'Mx/2 - target'x with x >= 0 where bounded; M is positive definite.

    Block principal pivoting (Judice & Pires 1994, Computers & Operations Research 21:587-596), with
    single exchanges when blocks stop helping, so it ends.
    """
    free = np.ones(len(target), np.bool_)
    fewest, patience = len(target) + 1, 3
    close = 1e-10 * (1.0 + float(np.abs(target).max()))
    solution = np.zeros(len(target))
    for _ in range(20 * len(target) + 100):
        solution = np.zeros(len(target))
        solution[free] = np.linalg.solve(matrix[np.ix_(free, free)], target[free])
        wrong = (bounded & free & (solution < 0)) | (~free & (matrix @ solution - target < -close))
        count = np.count_nonzero(wrong)
        if count == 0:
            break
        if count < fewest:
            fewest, patience = count, 3
        elif patience > 0:
            patience -= 1
        else:
            last = np.flatnonzero(wrong)[-1]
            wrong = np.zeros_like(wrong)
            wrong[last] = True
        free ^= wrong
    return np.where(bounded, np.maximum(solution, 0.0), solution)


def _cost(odds: Floats, is_good: Floats) -> float:
    return float(np.logaddexp(0.0, odds).sum() - is_good @ odds)
