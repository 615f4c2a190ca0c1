"""Numbers for the rows of a life: those the book knows, and new ones where a life differs from the book."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping

from whiteslip.money.replays.model import Row

FIRST_NEW = 1 << 62
"""Rows the book does not have are numbered from here until they are written: after all that it has."""


class Known:
    """The numbers of the book: rows of one capture, number and kind are in order, those a correction made have keys."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """Take the rows of the book."""
        self._waiting: dict[tuple[object, ...], deque[int]] = defaultdict(deque)
        self._keyed: dict[str, int] = {}
        for row in sorted(rows, key=lambda row: row.installment_id):
            if row.key:
                self._keyed[row.key] = row.installment_id
            else:
                self._waiting[_family(row)].append(row.installment_id)
        self._missing = FIRST_NEW

    def name(self, row: Row) -> int:
        """Return the number of the key, or the next of its family; a new one, which the book lacks, if none is left."""
        if row.key in self._keyed:
            return self._keyed[row.key]
        waiting = self._waiting[_family(row)]
        if waiting:
            return waiting.popleft()
        self._missing += 1
        return self._missing


class Anew:
    """The numbers a first life found, by key, and new ones for the rows it does not have."""

    def __init__(self, first: Mapping[str, Row]) -> None:
        """Take the rows of the first life."""
        self._known = {key: row.installment_id for key, row in first.items()}
        self._new = FIRST_NEW

    def name(self, row: Row) -> int:
        """Return the number of the key."""
        known = self._known.get(row.key)
        if known is None:
            self._new += 1
            return self._new
        return known


def _family(row: Row) -> tuple[object, ...]:
    return row.purchase_id, row.captured_on, row.number, row.kind == "revolving_fee"
