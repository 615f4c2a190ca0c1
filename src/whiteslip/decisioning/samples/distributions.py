"""How a column is spread over bins laid out once, and how far another sample has moved from that."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.samples.model import Column, Floats, NumberColumn
from whiteslip.kernel.errors import InvalidInput

Counts: TypeAlias = "NDArray[np.int64]"

WATCH = 0.10
ACT = 0.25
"""The thresholds of practice for a stability index (Siddiqi, Credit Risk Scorecards, 2006)."""


class Alarm(StrEnum):
    """What a figure asks for; `unknown` where too few rows would say anything."""

    CLEAR = "clear"
    WATCH = "watch"
    ACT = "act"
    UNKNOWN = "unknown"


class NumberLayout(NamedTuple):
    """Bins of a number: one each for missing and for every special code, then ranges.

    A range holds `edge <= value < next edge`.
    """

    edges: tuple[float, ...]
    specials: tuple[float, ...]


class CategoryLayout(NamedTuple):
    """Bins of a category: missing, a label not known then, and each label."""

    labels: tuple[str, ...]


Layout: TypeAlias = NumberLayout | CategoryLayout


def lay_out(column: Column, *, parts: int = 10) -> Layout:
    """Lay bins out for a column: about equal parts of its amounts, its codes and missing apart."""
    if not isinstance(column, NumberColumn):
        return CategoryLayout(column.labels)
    special = np.isin(column.values, column.specials)
    amounts = column.values[~np.isnan(column.values) & ~special]
    return NumberLayout(quantile_edges(amounts, parts=parts), column.specials)


def quantile_edges(values: Floats, *, parts: int = 10) -> tuple[float, ...]:
    """Return up to parts - 1 ascending values that cut into about equal parts; equal ones are one."""
    if parts < 2:
        raise InvalidInput(f"{parts} parts need no edges", where="parts")
    if not len(values):
        return ()
    shares = np.arange(1, parts) / parts
    edges = np.unique(np.quantile(values, shares, method="higher"))
    return tuple(edges[edges > values.min()].tolist())


def count_bins(layout: Layout, column: Column) -> Counts:
    """Count the rows of each bin, in the layout's order; a column of another kind is `InvalidInput`."""
    if isinstance(layout, NumberLayout):
        if not isinstance(column, NumberColumn):
            raise InvalidInput("a number was expected, not a category", where=column.name)
        return _count_numbers(layout, column.values)
    if isinstance(column, NumberColumn):
        raise InvalidInput("a category was expected, not a number", where=column.name)
    known = {label: place + 2 for place, label in enumerate(layout.labels)}
    bins = np.array([*(known.get(label, 1) for label in column.labels), 0])
    return np.bincount(bins[column.codes], minlength=len(known) + 2)


def stability_index(expected: Sequence[int] | Counts, actual: Sequence[int] | Counts) -> float:
    """Return the PSI, Σ (actual - expected) × ln(actual / expected) over shares of bins.

    A bin empty on one side counts as half a row there, since the logarithm knows no zero; a bin
    empty on both says nothing. It is 0 for equal shares and the same when both sides are swapped.
    """
    left, right = np.asarray(expected, np.float64), np.asarray(actual, np.float64)
    if left.shape != right.shape or left.ndim != 1:
        raise InvalidInput(f"{left.shape} bins against {right.shape}", where="actual")
    if not left.sum() > 0 or not right.sum() > 0 or min(left.min(), right.min()) < 0:
        raise InvalidInput("a distribution needs rows, and no bin fewer than none")
    used = (left > 0) | (right > 0)
    left, right = np.maximum(left[used], 0.5), np.maximum(right[used], 0.5)
    left, right = left / left.sum(), right / right.sum()
    return math.fsum(((right - left) * np.log(right / left)).tolist())


def alarm(value: float, *, watch: float = WATCH, act: float = ACT) -> Alarm:
    """Say what a figure asks for that is worse the larger it is; at a threshold it counts."""
    if not watch <= act:
        raise InvalidInput(f"watch ({watch}) lies above act ({act})", where="watch")
    if math.isnan(value):
        return Alarm.UNKNOWN
    if value >= act:
        return Alarm.ACT
    return Alarm.WATCH if value >= watch else Alarm.CLEAR


def _count_numbers(layout: NumberLayout, values: Floats) -> Counts:
    codes = np.zeros(len(values), dtype=np.intp)
    present = ~np.isnan(values)
    codes[present] = np.searchsorted(layout.edges, values[present], side="right")
    codes[present] += 1 + len(layout.specials)
    for place, special in enumerate(layout.specials):
        codes[values == special] = 1 + place
    return np.bincount(codes, minlength=2 + len(layout.specials) + len(layout.edges))
