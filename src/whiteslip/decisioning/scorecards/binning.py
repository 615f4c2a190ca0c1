"""A column of a sample turned into a variable: its bins, and the weight of evidence of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from whiteslip.decisioning.samples.model import Bools, CategoryColumn, Column, Floats, NumberColumn
from whiteslip.decisioning.scorecards.merging import Limits, merge
from whiteslip.decisioning.scorecards.model import (
    Bin,
    CategoryVariable,
    Group,
    NumberVariable,
    Special,
    Variable,
)
from whiteslip.decisioning.scorecards.prebinning import prebin, round_cut
from whiteslip.decisioning.scorecards.settings import Settings
from whiteslip.decisioning.scorecards.slots import Slots, category_slots, number_slots

_SAME_POINTS: Final = 1e-10
_EMPTY: Final = Bin(points=0.0, woe=0.0, count=0, bads=0)


@dataclass(frozen=True, slots=True, eq=False)
class Binned:
    """A variable without points yet, the slot of every row, and what the variable tells.

    `information` is the information value: the sum over bins of (share of all good - share of all
    bad) x evidence.
    """

    variable: Variable
    slots: Slots
    information: float

    @property
    def woe(self) -> Floats:
        """The evidence of every slot."""
        return np.array([each.woe for each in self.variable.slots])

    @property
    def steps(self) -> int:
        """How many of the first slots have an order."""
        match self.variable:
            case NumberVariable():
                return len(self.variable.bins)
            case CategoryVariable():
                return len(self.variable.groups)


def bin_column(column: Column, is_bad: Bools, *, settings: Settings, direction: int = 0) -> Binned:
    """Find the best bins of a column; `direction` as in `Sample.directions`."""
    match column:
        case NumberColumn():
            variable = _number_variable(column, is_bad, settings, direction)
            slots = number_slots(variable, column.values)
            return _weighed(variable, slots, is_bad, is_bad.astype(np.float64), settings)
        case CategoryColumn():
            share = _label_shares(column, is_bad)
            category = _category_variable(column, is_bad, share, settings)
            slots = category_slots(category, column)
            return _weighed(category, slots, is_bad, share[column.codes], settings)


def _limits(settings: Settings, rows: int) -> Limits:
    least = max(settings.least_share * rows, settings.least_rows)
    return Limits(least, settings.most_bins, settings.smoothing)


def _number_variable(
    column: NumberColumn, is_bad: Bools, settings: Settings, direction: int
) -> NumberVariable:
    specials = sorted({value + 0.0 for value in column.specials if np.isfinite(value)})
    usual = np.isfinite(column.values)
    for value in specials:
        usual &= column.values != value
    parts = prebin(column.values[usual], is_bad[usual], parts=settings.prebins)
    starts = merge(
        parts.counts,
        parts.bads,
        limits=_limits(settings, len(is_bad)),
        base_rate=float(is_bad.mean()),
        direction=direction,
        turn_gain=settings.turn_gain,
    )
    cuts = tuple(
        round_cut(float(parts.below[start - 1]), float(parts.cuts[start - 1]))
        for start in starts[1:-1]
    )
    return NumberVariable(
        name=column.name,
        cuts=cuts,
        bins=(_EMPTY,) * (len(cuts) + 1),
        specials=tuple(Special(value, _EMPTY) for value in specials),
        missing=_EMPTY,
        coefficient=0.0,
    )


def _label_shares(column: CategoryColumn, is_bad: Bools) -> Floats:
    """Return, by code, the bad rate of a label drawn towards the average; the last is of missing.

    How far it is drawn follows from how much more the labels differ than chance would make them:
    a beta-binomial model fitted by moments (Kleinman 1973, JASA 68:46-54), giving them the benefit
    of one standard deviation, so that a few labels keep what they seem to tell while a thousand
    labels of pure noise end near the average.
    """
    codes = column.codes
    present = codes >= 0
    size = len(column.labels)
    counts = np.bincount(codes[present], minlength=size).astype(np.float64)
    bads = np.bincount(codes[present & is_bad], minlength=size).astype(np.float64)
    rows, seen = counts.sum(), np.count_nonzero(counts)
    average = bads.sum() / max(rows, 1.0)
    variance = average * (1 - average)
    likeness = 0.0
    if variance > 0 and rows > seen:
        spread = ((bads - counts * average) ** 2 / np.maximum(counts, 1)).sum() / variance
        by_chance = seen - 1 - np.sqrt(2.0 * (seen - 1))
        likeness = float(np.clip((spread - by_chance) / (rows - seen), 0.0, 0.999))
    own = counts * likeness / (counts * likeness + 1 - likeness)
    shares = average + own * (bads / np.maximum(counts, 1) - average)
    missing = float(is_bad[~present].mean()) if not present.all() else average
    return np.append(shares, missing)


def _category_variable(
    column: CategoryColumn, is_bad: Bools, shares: Floats, settings: Settings
) -> CategoryVariable:
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.labels))
    frequent = np.flatnonzero(counts >= settings.least_rows)
    ordered = frequent[np.argsort(shares[frequent], kind="stable")]
    parts = _pooled(counts[ordered], settings.prebins)
    held = counts[ordered].astype(np.float64)
    starts = merge(
        np.add.reduceat(held, parts) if len(parts) else held,
        np.add.reduceat(held * shares[ordered], parts) if len(parts) else held,
        limits=_limits(settings, len(is_bad)),
        base_rate=float(is_bad.mean()),
        direction=1,
    )
    places = [*(int(parts[start]) for start in starts[:-1]), len(ordered)] if len(parts) else [0]
    groups = tuple(
        Group(tuple(sorted(column.labels[int(code)] for code in ordered[begin:end])), _EMPTY)
        for begin, end in pairwise(places)
    )
    return CategoryVariable(column.name, groups, _EMPTY, _EMPTY, coefficient=0.0)


def _pooled(counts: np.ndarray[tuple[int], np.dtype[np.intp]], most: int) -> list[int]:
    """Say where parts of labels in order of their bad rate begin, `most` parts at most."""
    if len(counts) <= most:
        return list(range(len(counts)))
    part = (np.cumsum(counts) - counts) * most // counts.sum()
    return [0, *(int(place) for place in np.flatnonzero(np.diff(part)) + 1)]


def _weighed(
    variable: Variable, slots: Slots, is_bad: Bools, badness: Floats, settings: Settings
) -> Binned:
    """Count the rows of each slot and weigh its evidence.

    `badness` is what each row adds to the bad of its slot as evidence: 1 or 0, or the share of bad
    of its label.
    """
    size = len(variable.slots)
    counts = np.bincount(slots, minlength=size)
    bads = np.bincount(slots[is_bad], minlength=size)
    likely = np.bincount(slots, weights=badness, minlength=size).astype(np.float64, copy=False)
    woe = weights_of_evidence(
        counts, likely, base_rate=float(is_bad.mean()), smoothing=settings.smoothing
    )
    shares = (counts - bads) / (~is_bad).sum() - bads / is_bad.sum()
    bins = [
        Bin(0.0, float(evidence), int(count), int(bad))
        for evidence, count, bad in zip(woe, counts, bads, strict=True)
    ]
    return Binned(with_bins(variable, bins), slots, float((shares * woe).sum()))


def weights_of_evidence(
    counts: Floats | np.ndarray[tuple[int], np.dtype[np.intp]],
    bads: Floats,
    *,
    base_rate: float,
    smoothing: float,
) -> Floats:
    """Return ln(good odds / average good odds) of bins to which average rows were added."""
    bad = bads + smoothing * base_rate
    good = counts - bads + smoothing * (1 - base_rate)
    return np.log(np.maximum(good, 1e-12) / bad) - np.log((1 - base_rate) / base_rate)


def with_bins(variable: Variable, bins: list[Bin]) -> Variable:
    """Return the variable with other bins, given in the order of its slots."""
    match variable:
        case NumberVariable():
            ordered = len(variable.bins)
            specials = tuple(
                Special(special.value, each)
                for special, each in zip(variable.specials, bins[ordered:-1], strict=True)
            )
            return replace(
                variable, bins=tuple(bins[:ordered]), specials=specials, missing=bins[-1]
            )
        case CategoryVariable():
            groups = tuple(
                Group(group.labels, each)
                for group, each in zip(variable.groups, bins[:-2], strict=True)
            )
            return replace(variable, groups=groups, other=bins[-2], missing=bins[-1])


def join_equals(variable: Variable) -> Variable:
    """Join neighboring bins of the same points; the evidence of the joined bin is their mean by rows."""
    match variable:
        case NumberVariable():
            runs = _runs(variable.bins)
            cuts = tuple(variable.cuts[begin - 1] for begin, _ in runs[1:])
            bins = tuple(_joined(variable.bins[begin:end]) for begin, end in runs)
            return replace(variable, cuts=cuts, bins=bins)
        case CategoryVariable():
            bins = tuple(group.bin for group in variable.groups)
            groups = tuple(
                Group(_labels(variable.groups[begin:end]), _joined(bins[begin:end]))
                for begin, end in _runs(bins)
            )
            return replace(variable, groups=groups)


def _runs(bins: Sequence[Bin]) -> list[tuple[int, int]]:
    begins = [
        place
        for place, each in enumerate(bins)
        if place == 0 or abs(each.points - bins[place - 1].points) > _SAME_POINTS
    ]
    return list(pairwise([*begins, len(bins)]))


def _joined(bins: Sequence[Bin]) -> Bin:
    count = sum(each.count for each in bins)
    woe = sum(each.woe * each.count for each in bins) / max(count, 1)
    joined = Bin(bins[0].points, woe, count, sum(each.bads for each in bins))
    return bins[0] if len(bins) == 1 else joined


def _labels(groups: Sequence[Group]) -> tuple[str, ...]:
    return tuple(sorted(label for group in groups for label in group.labels))
