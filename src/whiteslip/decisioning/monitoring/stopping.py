"""What stopping some lines in time would have saved: whom it reaches, the money it keeps, whom it hits by mistake.

*Stopped* are lines that may buy no more from a day on, *bad* those that ended badly after it, and the *money* is what
they owed on that day. Recall is the share of the bad that was stopped, precision the share of the stopped that was bad.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.samples.model import Bools, Floats

Ints: TypeAlias = "NDArray[np.int64]"

_LOW, _HIGH = 2.5, 97.5
"""Percentiles between which 95 % of the draws lie."""


@dataclass(frozen=True, slots=True, eq=False)
class Endings:
    """How lines ended, and what each owed on the day, in minor units."""

    is_bad: Bools
    owed_minor: Ints

    def __len__(self) -> int:
        return len(self.is_bad)

    def take(self, rows: NDArray[np.intp]) -> Endings:
        """Return some of the lines."""
        return Endings(self.is_bad[rows], self.owed_minor[rows])


class Group(NamedTuple):
    """Some lines: how many, how many ended badly, and what these owed."""

    lines: int
    bads: int
    bad_owed_minor: int

    @property
    def bad_rate(self) -> float:
        """The share that ended badly; NaN of nobody."""
        return self.bads / self.lines if self.lines else float("nan")


class Caught(NamedTuple):
    """What stopping a share of the lines reaches, each from 0 to 1; precision of nobody stopped is NaN.

    `good_hit` is the share of those who would have paid that is stopped by mistake.
    """

    share: float
    recall: float
    money: float
    precision: float
    good_hit: float


class Estimate(NamedTuple):
    """A figure over repeated splits: its mean, its spread from split to split, and its 95 % interval.

    The interval is of customers drawn again with replacement within each split, over all splits.
    """

    mean: float
    spread: float
    low: float
    high: float


def group(endings: Endings, where: Bools) -> Group:
    """Count the lines of a mask."""
    bad = where & endings.is_bad
    return Group(
        int(np.count_nonzero(where)),
        int(np.count_nonzero(bad)),
        int(endings.owed_minor[bad].sum()),
    )


def caught(endings: Endings, stopped: Bools) -> Caught:
    """Say what stopping the lines of a mask reaches."""
    return Caught(*_caught(endings, stopped, np.ones(len(endings)))[:, 0].tolist())


def caught_again(endings: Endings, stopped: Bools, *, times: int, seed: int) -> Floats:
    """Return the five figures of `Caught` for so many draws of customers with replacement: (5, times)."""
    return _caught(endings, stopped, _draws(len(endings), times, seed))


def curve(score: Floats, endings: Endings, shares: Sequence[float]) -> list[Caught]:
    """Say what stopping the highest scores reaches, at each share of the lines; equal scores stay in order."""
    found = _along(score, endings, shares, np.ones((1, len(endings))))
    return [Caught(share, *each) for share, each in zip(shares, found[0].T.tolist(), strict=True)]


def curve_again(
    score: Floats, endings: Endings, shares: Sequence[float], *, times: int, seed: int
) -> Floats:
    """Return recall, money, precision and good_hit by share for draws of customers: (times, 4, shares)."""
    return _along(score, endings, shares, _draws(len(endings), times, seed))


def estimate(values: Sequence[float], draws: Floats) -> Estimate:
    """Sum up one figure: its value in each split, and in every draw."""
    low, high = np.nanpercentile(draws, [_LOW, _HIGH]).tolist()
    spread = stdev(values) if len(values) > 1 else 0.0
    return Estimate(fmean(values), spread, low, high)


def _draws(rows: int, times: int, seed: int) -> Floats:
    """Say how often each row is drawn: (times, rows)."""
    rng = np.random.default_rng(seed)
    chosen = rng.integers(0, rows, (times, rows))
    return np.stack([np.bincount(each, minlength=rows) for each in chosen]).astype(np.float64)


def _caught(endings: Endings, stopped: Bools, weights: Floats) -> Floats:
    weights = np.atleast_2d(weights)
    bad = endings.is_bad.astype(np.float64)
    money = bad * endings.owed_minor
    of_stopped = weights[:, stopped]
    lines, bads = of_stopped.sum(axis=1), of_stopped @ bad[stopped]
    whole, all_bads = weights.sum(axis=1), weights @ bad
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.stack(
            [
                lines / whole,
                bads / all_bads,
                of_stopped @ money[stopped] / (weights @ money),
                bads / lines,
                (lines - bads) / (whole - all_bads),
            ]
        )


def _along(score: Floats, endings: Endings, shares: Sequence[float], weights: Floats) -> Floats:
    """Go down the scores once for every draw: (draws, 4, shares)."""
    order = np.argsort(-score, kind="stable")
    bad = endings.is_bad[order].astype(np.float64)
    money = bad * endings.owed_minor[order]
    found = np.empty((len(weights), 4, len(shares)))
    for place in range(len(weights)):
        ordered: Floats = weights[place, order]
        lines, bads, owed = np.cumsum(ordered), np.cumsum(ordered * bad), np.cumsum(ordered * money)
        wanted: Floats = np.array(shares, np.float64) * lines[-1] + 1e-9
        cut = np.maximum(np.searchsorted(lines, wanted, side="right") - 1, 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            found[place] = (
                bads[cut] / bads[-1],
                owed[cut] / owed[-1],
                bads[cut] / lines[cut],
                (lines[cut] - bads[cut]) / (lines[-1] - bads[-1]),
            )
    return found
