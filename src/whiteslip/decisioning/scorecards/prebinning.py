"""The first, fine cut of a number: parts of about equal size, and a part for every frequent value."""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

import numpy as np

from whiteslip.decisioning.samples.model import Bools, Floats


class Prebins(NamedTuple):
    """Part i holds the values from cut i-1 up to, but without, cut i."""

    cuts: Floats
    below: Floats
    """The greatest value beneath each cut."""
    counts: Floats
    bads: Floats


def prebin(values: Floats, is_bad: Bools, *, parts: int) -> Prebins:
    """Cut finite numbers at their quantiles; a value as frequent as a whole part stands alone."""
    ordered = np.sort(values)
    ordered_bads = np.sort(values[is_bad])
    cuts = _cuts(ordered, parts)
    below = ordered[np.searchsorted(ordered, cuts, side="left") - 1]
    return Prebins(cuts, below, _counts(ordered, cuts), _counts(ordered_bads, cuts))


def round_cut(below: float, above: float) -> float:
    """Return the number with the fewest digits in (below, above], near the middle among equals.

    The rows fall to the same sides as with any other cut between the two neighbors, and people can
    read it: 50000 instead of 49871.5.
    """
    low, high = Decimal(below), Decimal(above)
    middle = (low + high) / 2
    top = max(low.adjusted(), high.adjusted()) + 1
    for exponent in range(top, top - 18, -1):
        step = Decimal(1).scaleb(exponent)
        for number, rounding in ((middle, ROUND_HALF_EVEN), (high, ROUND_FLOOR)):
            cut = float(number.quantize(step, rounding))
            if below < cut <= above:
                return cut + 0.0  # not -0.0
    return above


def _cuts(ordered: Floats, parts: int) -> Floats:
    rows = len(ordered)
    if rows == 0:
        return ordered
    edges = np.unique(ordered[np.arange(1, parts) * rows // parts])
    after = np.searchsorted(ordered, edges, side="right")
    frequent = after - np.searchsorted(ordered, edges, side="left") >= rows / parts
    nexts = ordered[after[frequent & (after < rows)]]
    cuts = np.unique(np.concatenate([edges, nexts]))
    return cuts[cuts > ordered[0]]


def _counts(ordered: Floats, cuts: Floats) -> Floats:
    places = np.concatenate([[0], np.searchsorted(ordered, cuts, side="left"), [len(ordered)]])
    return np.diff(places).astype(np.float64)
