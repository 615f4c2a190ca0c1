"""How much of the answer one column alone gives away."""

from __future__ import annotations

from typing import Final

import numpy as np

from whiteslip.decisioning.samples.distributions import Counts, count_bins, lay_out
from whiteslip.decisioning.samples.model import Bools, Column

PARTS: Final = 20
_MIX: Final = 2_654_435_761
"""Knuth's multiplier spreads the row numbers, so that halves do not follow the order of the file."""


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
