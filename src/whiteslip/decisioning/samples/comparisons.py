"""Two scores of the same rows: is one better beyond chance, and whom would the other let in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, variance
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.samples.metrics import auc
from whiteslip.decisioning.samples.model import Bools, Floats
from whiteslip.kernel.errors import InvalidInput

Amounts = NDArray[np.int64]


class Interval(NamedTuple):
    """A difference, first minus second, and where the true one lies with the confidence asked for."""

    difference: float
    low: float
    high: float

    @property
    def is_beyond_chance(self) -> bool:
        """Whether zero lies outside."""
        return self.low > 0 or self.high < 0


class Cell(NamedTuple):
    """Rows both scores treat alike: how many, how many ended badly, and the money they stand for."""

    rows: int
    bads: int
    bad_rate: float
    amount_minor: int
    bad_amount_minor: int


class SwapSet(NamedTuple):
    """Who is accepted by both, let in or put out by the challenger, and refused by both."""

    both: Cell
    swapped_in: Cell
    swapped_out: Cell
    neither: Cell


def auc_difference(
    first: Floats, second: Floats, is_bad: Bools, *, confidence: float = 0.95
) -> Interval:
    """Compare the AUC of two scores of the same rows (DeLong et al., Biometrics 44, 1988).

    Computed by midranks (Sun & Xu, IEEE Signal Processing Letters 21, 2014): O(n log n), exact
    with ties. At least two rows of either ending are needed.
    """
    difference = auc(first, is_bad) - auc(second, is_bad)
    (first_bad, first_good), (second_bad, second_good) = (
        _placements(score, is_bad) for score in (first, second)
    )
    spread = _variance(first_bad - second_bad, first_good - second_good)
    reach = NormalDist().inv_cdf(0.5 + _checked(confidence) / 2) * math.sqrt(spread)
    return Interval(difference, difference - reach, difference + reach)


def auc_error(score: Floats, is_bad: Bools) -> float:
    """Return the standard error of an AUC, computed as for a difference."""
    auc(score, is_bad)
    return math.sqrt(_variance(*_placements(score, is_bad)))


def fold_difference(
    differences: Sequence[float], *, test_to_train: float, confidence: float = 0.95
) -> Interval:
    """Compare by the differences of (repeated) folds: the corrected resampled t interval.

    Folds share training rows, so their plain variance says too little; it is widened by
    test rows / training rows, 1/(k - 1) for k folds (Nadeau & Bengio, Machine Learning 52, 2003).
    """
    if len(differences) < 2 or not all(map(math.isfinite, differences)):
        raise InvalidInput(f"{len(differences)} folds have no spread", where="differences")
    if test_to_train <= 0:
        raise InvalidInput(f"{test_to_train} is no share of rows", where="test_to_train")
    from scipy import special

    middle, folds = fmean(differences), len(differences)
    level = 0.5 + _checked(confidence) / 2
    quantile = float(cast("float", special.stdtrit(folds - 1, level)))
    reach = quantile * math.sqrt(variance(differences) * (1 / folds + test_to_train))
    return Interval(middle, middle - reach, middle + reach)


def cut_off(score: Floats, *, accepted_share: float) -> float:
    """Return the risk below which about this share of the rows lies; rows at it are refused."""
    if not 0 <= accepted_share <= 1 or not len(score) or np.isnan(score).any():
        raise InvalidInput(f"no cut-off accepts {accepted_share} of {len(score)} rows")
    place = round(accepted_share * len(score))
    if place == len(score):
        return math.inf
    return float(np.partition(score, place)[place])


def swap_set(
    champion: Bools, challenger: Bools, is_bad: Bools, *, amounts_minor: Amounts | None = None
) -> SwapSet:
    """Cross what two scores accept: `champion` and `challenger` say of each row whether they do.

    Amounts are the money each row stands for; without them every sum is 0. The ending of rows that
    were never lent to is not known: leave them out, or say how it was inferred.
    """
    if not champion.shape == challenger.shape == is_bad.shape:
        shapes = f"{champion.shape}, {challenger.shape} and {is_bad.shape}"
        raise InvalidInput(f"columns differ in length: {shapes}")
    amounts = np.zeros(len(is_bad), np.int64) if amounts_minor is None else amounts_minor
    if amounts.shape != is_bad.shape or amounts.dtype.kind != "i":
        raise InvalidInput("there must be one whole amount a row", where="amounts_minor")
    return SwapSet(
        both=_cell(champion & challenger, is_bad, amounts),
        swapped_in=_cell(~champion & challenger, is_bad, amounts),
        swapped_out=_cell(champion & ~challenger, is_bad, amounts),
        neither=_cell(~champion & ~challenger, is_bad, amounts),
    )


def _cell(rows: Bools, is_bad: Bools, amounts: Amounts) -> Cell:
    count, bads = int(np.count_nonzero(rows)), int(np.count_nonzero(rows & is_bad))
    total, bad = int(amounts[rows].sum()), int(amounts[rows & is_bad].sum())
    return Cell(count, bads, bads / max(count, 1), total, bad)


def _placements(score: Floats, is_bad: Bools) -> tuple[Floats, Floats]:
    """Return, for each bad row, the share of good rows below it, and for each good one the share above."""
    bad, good = score[is_bad], score[~is_bad]
    return _share_below(bad, good), 1 - _share_below(good, bad)


def _variance(bad: Floats, good: Floats) -> float:
    if min(len(bad), len(good)) < 2:
        text = f"{len(bad)} of {len(bad) + len(good)} rows are bad: two of either are needed"
        raise InvalidInput(text, where="is_bad")
    return float(np.var(bad, ddof=1)) / len(bad) + float(np.var(good, ddof=1)) / len(good)


def _share_below(score: Floats, others: Floats) -> Floats:
    ordered = np.sort(others)
    below = np.searchsorted(ordered, score, side="left")
    up_to = np.searchsorted(ordered, score, side="right")
    return (below + up_to) / (2 * len(others))


def _checked(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise InvalidInput(f"a confidence of {confidence} is none", where="confidence")
    return confidence
