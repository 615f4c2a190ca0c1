"""What is overdue of a plan, by how long."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from whiteslip.kernel.calendar import days_between
from whiteslip.kernel.money import Minor
from whiteslip.money.plans.model import Row

RANGES: Final = (1, 3, 30, 60, 90, 120, 150, 180, 240)
"""The first range is a day to three, each other begins the day after its number and ends with the next."""


def buckets(rows: Iterable[Row], *, on: date, ranges: Sequence[int] = RANGES) -> dict[int, Minor]:
    """Sum what is open of overdue rows by range of days past due, the earliest first; empty ranges are left out."""
    sums: dict[int, Minor] = {}
    for row in rows:
        days = days_between(row.due_on, on)
        if days > 0 and row.open_minor:
            begins = [ranges[0], *(one + 1 for one in ranges[1:])]
            name = ranges[bisect_right(begins, days) - 1]
            sums[name] = sums.get(name, 0) + row.open_minor
    return dict(sorted(sums.items()))
