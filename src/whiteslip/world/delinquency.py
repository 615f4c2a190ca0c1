"""How late the customers were, as the book computes it and as the bank recorded it, in counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from whiteslip.world.panel import Ints

STATUS_LABELS = {
    -2: "no use",
    -1: "paid in full",
    0: "revolving",
}
UTILIZATION_EDGES = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
UTILIZATION_LABELS = (
    "nothing owed",
    "up to 10 %",
    "10–30 %",
    "30–50 %",
    "50–70 %",
    "70–90 %",
    "90–100 %",
    "over the limit",
)
RECORDED_GROUPS = ("0 or below", "1", "2", "3", "4 or more")
"""Recorded repayment statuses as roll rates group them: months late, as the bank counted."""


@dataclass(frozen=True, slots=True)
class Table:
    """Counts by a row and a column, each with its labels."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: Ints

    def shares(self) -> list[list[float | None]]:
        """Each count as a share of its row; None where a row has nothing."""
        totals = self.counts.sum(axis=1)
        return [
            [count / total if total else None for count in counts]
            for counts, total in zip(self.counts.tolist(), totals.tolist(), strict=True)
        ]


def by_status(buckets: Ints, statuses: Ints, labels: Sequence[str]) -> Table:
    """Count customer-months by our bucket and the recorded status of the same month."""
    codes = np.unique(statuses)
    columns = tuple(status_label(int(code)) for code in codes)
    places = np.searchsorted(codes, statuses)
    used = tuple(labels[: int(buckets.max(initial=0)) + 1])
    return Table(used, columns, _counted(buckets, places, len(used), len(columns)))


def status_label(code: int) -> str:
    """Say what a recorded status means."""
    if code > 0:
        return f"{code} mo. late"
    return STATUS_LABELS.get(code, str(code))


def rolls(groups: Ints, labels: Sequence[str]) -> Table:
    """Count the moves from one month to the next, all months pooled."""
    used = tuple(labels[: int(groups.max(initial=0)) + 1])
    return Table(used, used, _counted(groups[:, :-1], groups[:, 1:], len(used), len(used)))


def recorded_groups(statuses: Ints) -> Ints:
    """Group recorded statuses into `RECORDED_GROUPS`."""
    return np.clip(statuses, 0, 4)


def utilization(outstanding_minor: Ints, limits_minor: Ints, months: Sequence[str]) -> Table:
    """Count customers by what they owe as a share of their limit, month by month."""
    share = outstanding_minor / limits_minor[:, None]
    band = np.searchsorted(np.array(UTILIZATION_EDGES), share, side="left")
    month = np.zeros_like(band) + np.arange(share.shape[1], dtype=np.int64)
    counts = _counted(month, band, len(months), len(UTILIZATION_LABELS))
    return Table(tuple(months), UTILIZATION_LABELS, counts)


def _counted(rows: Ints, columns: Ints, height: int, width: int) -> Ints:
    flat = (rows * width + columns).ravel()
    return np.bincount(flat, minlength=height * width).reshape(height, width)
