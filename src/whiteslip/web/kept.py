"""Sums over the whole book, kept for a while: who looks sees when they were counted, and one in twenty seconds counts.

A sum that took long is kept for twenty times as long as it took, so that looking at a book never becomes its main work;
one that took less than a tenth of a second is counted anew each time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, Generic, NamedTuple, TypeVar

from whiteslip.infra.clock import Clock

T = TypeVar("T")
_SHORT: Final = timedelta(milliseconds=100)
_TIMES: Final = 20
_kept: dict[tuple[str, str], tuple[Any, datetime, datetime]] = {}


class Counted(NamedTuple, Generic[T]):
    """A sum, and when it was counted."""

    value: T
    at: datetime


def counted(dsn: str, name: str, count: Callable[[], T], clock: Clock) -> Counted[T]:
    """Return a sum of a database by name, counting it when it is not kept."""
    began = clock.now()
    known = _kept.get((dsn, name))
    if known is not None and known[1] <= began < known[2]:
        return Counted(known[0], known[1])
    value = count()
    ended = clock.now()
    took = ended - began
    if took >= _SHORT:
        _kept[dsn, name] = (value, ended, ended + _TIMES * took)
    return Counted(value, began)
