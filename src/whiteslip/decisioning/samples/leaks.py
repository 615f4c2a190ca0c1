"""How much of the answer one column alone gives away."""

from __future__ import annotations

from typing import Final

import numpy as np

from whiteslip.decisioning.samples.distributions import Counts, count_bins, lay_out
from whiteslip.decisioning.samples.model import Bools, Column, NumberColumn

PARTS: Final = 20
_MIX: Final = 2_654_435_761
"""Knuth's multiplier spreads the row numbers, so that halves do not follow the order of the file."""


MOST_BADS: Final = 0.98
"""Where rows with some value are bad in this share, that value may be an account of the bad ending."""
LEAST_USUAL: Final = 0.4
LEAST_ROWS: Final = 30


def rows_only_bad(column: Column, is_bad: Bools) -> int:
    """Count the rows off the usual value of a column if they are bad without fail, else 0.

    What is recovered, collected or written off is nothing for most and stands only where it ended
    badly; that may be too few of the bad to raise the AUC. The usual value, or missing, fills at
    least 40 % of rows, and the others are at least 30. With half of all rows bad or more that could
    be chance, and it is 0.
    """
    if isinstance(column, NumberColumn):
        keys = np.where(np.isnan(column.values), np.inf, column.values)
    else:
        keys = column.codes.astype(np.float64)
    values, places, counts = np.unique(keys, return_inverse=True, return_counts=True)
    usual = int(np.argmax(counts))
    others = places != usual
    rows, bads = int(others.sum()), int(np.count_nonzero(others & is_bad))
    if len(values) < 2 or int(counts[usual]) < LEAST_USUAL * len(is_bad) or rows < LEAST_ROWS:
        return 0
    base = float(is_bad.mean())
    return rows if base <= 0.5 and bads >= MOST_BADS * rows else 0


def auc_alone(column: Column, is_bad: Bools) -> float:
    """Return the AUC of bad rates by bin of one column, learned on one half and judged on the other.

    The mean of both ways; 0.5 where a half lacks an ending. Missing and special codes are bins too,
    so a column whose absence gives the answer away is found.
    """
    half = (np.arange(len(is_bad), dtype=np.uint64) * np.uint64(_MIX) >> np.uint64(16)) & np.uint64(
        1
    )
    first = half == 0
    layout = lay_out(column, parts=PARTS)
    parts = [
        count_bins(layout, column.take(rows))
        for rows in (first & is_bad, first & ~is_bad, ~first & is_bad, ~first & ~is_bad)
    ]
    forth = _judge(parts[0], parts[1], parts[2], parts[3])
    back = _judge(parts[2], parts[3], parts[0], parts[1])
    return (forth + back) / 2


def _judge(bads: Counts, goods: Counts, bads_there: Counts, goods_there: Counts) -> float:
    """Rank bins by the bad rates of one half; return the AUC that gives on the other half."""
    if not bads_there.sum() or not goods_there.sum() or not (bads.sum() + goods.sum()):
        return 0.5
    base = bads.sum() / (bads.sum() + goods.sum())
    rates = (bads + base) / (bads + goods + 1)
    _, rank = np.unique(rates, return_inverse=True)
    bad = np.bincount(rank, weights=bads_there)
    good = np.bincount(rank, weights=goods_there)
    below = np.cumsum(good) - good
    return float((bad * (below + good / 2)).sum() / (bad.sum() * good.sum()))
