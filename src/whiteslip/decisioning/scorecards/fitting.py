"""Learning a scorecard from a sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from types import MappingProxyType
from typing import Final

import numpy as np
from scipy.special import expit

from whiteslip.decisioning.samples.model import Bools, CategoryColumn, Floats, Sample
from whiteslip.decisioning.scorecards.adjusting import adjust
from whiteslip.decisioning.scorecards.binning import (
    Binned,
    bin_column,
    join_equals,
    with_bins,
)
from whiteslip.decisioning.scorecards.model import Scorecard, Variable
from whiteslip.decisioning.scorecards.regression import Matrix, Penalty, Steps, fit_weights
from whiteslip.decisioning.scorecards.settings import Settings
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode

_LOOKED_AT: Final = 10
"""So many times the variables wanted are looked at for some that differ."""
_FEW: Final = 50
_LOOSE: Final = 1e-6
_NO_REASONS: Final[Mapping[str, ReasonCode]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A scorecard, and how it came about.

    `probability` is that of a bad ending for each row of the sample; `information` the information
    value of every column of the sample; `notes` say in words what was dropped, and why.
    """

    scorecard: Scorecard
    probability: Floats
    information: Mapping[str, float]
    notes: tuple[str, ...]


def fit(
    sample: Sample,
    *,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    name: str = "scorecard",
    version: int = 1,
    description: str = "",
    reasons: Mapping[str, ReasonCode] = _NO_REASONS,
) -> Fit:
    """Learn a card: bins, selection, logistic regression on evidence, all bins together, points.

    `reasons` gives variables the reason to tell when they cost points. The same sample and settings
    give the same card. `InvalidInput` if the sample has only one ending, columns that do not fit
    together, or nothing that tells the endings apart.
    """
    _check(sample)
    notes = _first_notes(sample)
    binned = [
        bin_column(
            column,
            sample.is_bad,
            settings=settings,
            direction=sample.directions.get(column.name, 0),
        )
        for column in sample.columns
    ]
    information = {each.variable.name: each.information for each in binned}
    kept = _informative(binned, settings, notes)
    kept = _independent(kept, settings, notes)
    weights, kept = _weigh(kept, sample.is_bad, settings, notes)
    card, probability = _card(kept, weights, sample.is_bad, settings)
    card = replace(card, name=name, version=version, description=description)
    return Fit(_reasoned(card, reasons), probability, information, tuple(notes))


def _check(sample: Sample) -> None:
    rows, bads = len(sample), int(np.count_nonzero(sample.is_bad))
    if rows == 0:
        raise InvalidInput("the sample has no rows", where="sample")
    if bads in (0, rows):
        found = "no row ended badly" if bads == 0 else "every row ended badly"
        raise InvalidInput(f"{found} of {rows}: there is nothing to tell apart", where="sample")
    for column in sample.columns:
        if len(column) != rows:
            cause = f"column {column.name!r} has {len(column)} rows, the sample {rows}"
            raise InvalidInput(cause, where=column.name)
    for column, times in Counter(column.name for column in sample.columns).items():
        if times > 1:
            raise InvalidInput(f"{times} columns are named {column!r}", where=column)
    _check_directions(sample)


def _check_directions(sample: Sample) -> None:
    for column in sample.columns:
        direction = sample.directions.get(column.name, 0)
        if direction not in (-1, 0, 1):
            raise InvalidInput(
                f"the direction of {column.name!r} is {direction!r}, it must be -1 or 1",
                where=column.name,
            )
        if direction and isinstance(column, CategoryColumn):
            raise InvalidInput(
                f"{column.name!r} is a category and has no direction", where=column.name
            )


def _first_notes(sample: Sample) -> list[str]:
    names = {column.name for column in sample.columns}
    loose = sorted(sample.directions.keys() - names)
    notes = [f"{name}: a direction is given, but there is no such column" for name in loose]
    for ending, count in (
        ("badly", int(np.count_nonzero(sample.is_bad))),
        ("well", int(np.count_nonzero(~sample.is_bad))),
    ):
        if count < _FEW:
            notes.append(f"only {count} of {len(sample)} rows ended {ending}: trust it little")
    return notes


def _informative(binned: list[Binned], settings: Settings, notes: list[str]) -> list[Binned]:
    kept: list[Binned] = []
    for each in binned:
        filled = sum(slot.count > 0 for slot in each.variable.slots)
        if filled < 2:
            notes.append(f"{each.variable.name}: dropped, {_why_one_bin(each)}")
        elif each.information < settings.least_information:
            told = f"information value {each.information:.4f} is below {settings.least_information}"
            notes.append(f"{each.variable.name}: dropped, its {told}")
        else:
            kept.append(each)
    return kept


def _why_one_bin(each: Binned) -> str:
    if each.variable.missing.count:
        return "it is missing in every row"
    return "all rows fall into one bin, no cut follows a trend and leaves enough rows on both sides"


def _independent(kept: list[Binned], settings: Settings, notes: list[str]) -> list[Binned]:
    """Of variables that say the same, keep the one that says most, and of all no more than are wanted."""
    if not kept:
        raise InvalidInput(
            "no column tells good from bad: " + "; ".join(notes or ["there are none"]),
            where="sample",
        )
    ranked = sorted(kept, key=lambda each: -each.information)
    strongest = ranked[: _LOOKED_AT * settings.most_variables]
    likeness = np.atleast_2d(np.corrcoef([each.woe.take(each.slots) for each in strongest]))
    chosen: list[int] = []
    for place, each in enumerate(strongest):
        if len(chosen) == settings.most_variables:
            break
        twin = next((at for at in chosen if likeness[place, at] > settings.most_correlation), None)
        if twin is None:
            chosen.append(place)
            continue
        other, amount = strongest[twin].variable.name, likeness[place, twin]
        told = f"tells the same as {other} (correlation of evidence {amount:.3f})"
        notes.append(f"{each.variable.name}: dropped, it {told}")
    names = {strongest[place].variable.name for place in chosen}
    seen = chosen[-1] + 1 if len(chosen) == settings.most_variables else len(strongest)
    notes += [f"{each.variable.name}: dropped, stronger ones are enough" for each in ranked[seen:]]
    return [each for each in kept if each.variable.name in names]


@dataclass(frozen=True, slots=True, eq=False)
class _EvidenceDesign:
    """The weights are the intercept and the weight of each variable's evidence."""

    matrix: Matrix

    def log_odds(self, weights: Floats) -> Floats:
        return self.matrix @ weights

    def gradient(self, residuals: Floats) -> Floats:
        return self.matrix.T @ residuals

    def curvature(self, variances: Floats) -> Matrix:
        return (self.matrix.T * variances) @ self.matrix


def _weigh(
    kept: list[Binned], is_bad: Bools, settings: Settings, notes: list[str]
) -> tuple[Floats, list[Binned]]:
    """Fit the weights, none of them negative: beside others, evidence may lose its say, not turn it."""
    evidence = [each.woe.take(each.slots) for each in kept]
    matrix = np.stack([np.ones(len(is_bad)), *evidence], axis=1)
    size = len(kept) + 1
    start = np.zeros(size)
    start[0] = log(np.count_nonzero(~is_bad) / np.count_nonzero(is_bad))
    weights = fit_weights(
        _EvidenceDesign(matrix),
        (~is_bad).astype(np.float64),
        start=start,
        penalty=Penalty(np.append(_LOOSE, np.full(size - 1, settings.ridge)), np.zeros(size)),
        steps=Steps(np.eye(size), np.arange(size) > 0),
    )
    told: list[Binned] = []
    for each, weight in zip(kept, weights[1:], strict=True):
        if weight > 0:
            told.append(each)
        else:
            turned = "beside the others its weight would turn negative"
            notes.append(f"{each.variable.name}: dropped, {turned}")
    return weights[np.append(True, weights[1:] > 0)], told


def _card(
    kept: Sequence[Binned], weights: Floats, is_bad: Bools, settings: Settings
) -> tuple[Scorecard, Floats]:
    intercept = float(weights[0])
    gains = [weight * each.woe for each, weight in zip(kept, weights[1:], strict=True)]
    if settings.adjustment is not None:
        is_good = (~is_bad).astype(np.float64)
        intercept, gains = adjust(kept, weights, is_good, ridge=settings.adjustment)
    card = Scorecard(
        name="",
        version=1,
        description="",
        base_points=settings.base_points,
        pdo=settings.pdo,
        base_odds=settings.base_odds,
        intercept=intercept,
        variables=(),
    )
    variables = tuple(
        _variable(each, float(weight), card.factor * gain)
        for each, weight, gain in zip(kept, weights[1:], gains, strict=True)
    )
    odds = np.full(len(is_bad), intercept)
    for each, gain in zip(kept, gains, strict=True):
        odds += gain.take(each.slots)
    return replace(card, variables=variables), expit(-odds)


def _variable(each: Binned, coefficient: float, points: Floats) -> Variable:
    slots = [
        replace(slot, points=float(value))
        for slot, value in zip(each.variable.slots, points, strict=True)
    ]
    return join_equals(replace(with_bins(each.variable, slots), coefficient=coefficient))


def _reasoned(card: Scorecard, reasons: Mapping[str, ReasonCode]) -> Scorecard:
    variables = tuple(replace(each, reason=reasons.get(each.name)) for each in card.variables)
    return replace(card, variables=variables)
