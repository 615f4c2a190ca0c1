"""Fitting the bins of all variables together, so that none repeats what the others have said.

A weight of evidence is what a bin tells alone. Beside other variables part of it is known already,
and in some bins more of it than in others, which one weight for the whole variable cannot say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.samples.model import Floats
from whiteslip.decisioning.scorecards.binning import Binned
from whiteslip.decisioning.scorecards.regression import Matrix, Penalty, Steps, fit_weights
from whiteslip.decisioning.scorecards.slots import Slots

_CURVATURE_ROWS: Final = 20_000
_LOOSE: Final = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class _BinDesign:
    """The weights are the intercept and then, variable by variable, what each slot adds."""

    slots: Sequence[Slots]
    sizes: Sequence[int]

    @property
    def places(self) -> list[slice]:
        """Where the weights of each variable are."""
        ends = np.cumsum(self.sizes) + 1
        return [
            slice(int(end) - size, int(end)) for end, size in zip(ends, self.sizes, strict=True)
        ]

    def log_odds(self, weights: Floats) -> Floats:
        odds = np.full(len(self.slots[0]), weights[0])
        for slots, place in zip(self.slots, self.places, strict=True):
            odds += weights[place].take(slots)
        return odds

    def gradient(self, residuals: Floats) -> Floats:
        sums = [
            np.bincount(slots, weights=residuals, minlength=size)
            for slots, size in zip(self.slots, self.sizes, strict=True)
        ]
        return np.concatenate([[residuals.sum()], *sums])

    def curvature(self, variances: Floats) -> Matrix:
        """Estimate it from evenly spread rows where there are very many."""
        every = max(1, len(variances) // _CURVATURE_ROWS)
        sampled = variances[::every] * (len(variances) / len(variances[::every]))
        slots = [np.asarray(each[::every], np.intp) for each in self.slots]
        result = np.zeros((1 + sum(self.sizes),) * 2)
        result[0, 0] = sampled.sum()
        for one, place in enumerate(self.places):
            alone = np.bincount(slots[one], weights=sampled, minlength=self.sizes[one])
            result[place, place] = np.diag(alone)
            result[0, place] = result[place, 0] = alone
            for other, beside in enumerate(self.places[:one]):
                table = self._table(slots, one, other, sampled)
                result[place, beside], result[beside, place] = table, table.T
        return result

    def _table(
        self, slots: Sequence[NDArray[np.intp]], one: int, other: int, sampled: Floats
    ) -> Matrix:
        shape = self.sizes[one], self.sizes[other]
        cells = slots[one] * shape[1] + slots[other]
        sums = np.bincount(cells, weights=sampled, minlength=shape[0] * shape[1])
        return sums.astype(np.float64, copy=False).reshape(shape)


def adjust(
    binned: Sequence[Binned], weights: Floats, is_good: Floats, *, ridge: float
) -> tuple[float, list[Floats]]:
    """Return the intercept and what each slot adds to the log odds of good.

    `weights` are the intercept and the weight of each variable's evidence. Slots are drawn to
    weight x evidence by the ridge; from bin to bin they rise or fall only as the evidence does.
    """
    design = _BinDesign([each.slots for each in binned], [len(each.woe) for each in binned])
    parts = [weight * each.woe for each, weight in zip(binned, weights[1:], strict=True)]
    start = np.concatenate([weights[:1], *parts])
    penalty = Penalty(np.append(_LOOSE, np.full(len(start) - 1, ridge)), start)
    found = fit_weights(
        design, is_good, start=start, penalty=penalty, steps=_steps(binned, design.places)
    )
    return float(found[0]), [found[place] for place in design.places]


def _steps(binned: Sequence[Binned], places: Sequence[slice]) -> Steps:
    size = places[-1].stop
    sums, bounded = np.eye(size), np.zeros(size, np.bool_)
    for each, place in zip(binned, places, strict=True):
        first, last = place.start, place.start + each.steps
        rises = np.sign(np.diff(each.woe[: each.steps]))
        if each.steps:
            sums[first:last, first] = 1.0
        for step, rise in enumerate(rises, first + 1):
            sums[step:last, step] = rise
            bounded[step] = True
    return Steps(sums, bounded)
