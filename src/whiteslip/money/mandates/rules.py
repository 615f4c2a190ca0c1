"""Which sources are accepted, and in which order they are asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from whiteslip.kernel.errors import Conflict, InvalidInput, WhiteslipError
from whiteslip.money.mandates.model import NewSource, Source

MOST_SOURCES: Final = 8
"""How many sources of a line may be active: each is asked in turn, and a bank asked too often refuses."""

_NUMBER: Final = re.compile(r"\d(?:[ -]?\d){8,}")
"""So many digits in a row are an account's number, or a card's, and no masked label."""


def mistake(new: NewSource, active: Sequence[Source], *, at: datetime) -> WhiteslipError | None:
    """Say what is wrong with a source somebody adds to a line, if anything is."""
    if new.given_at > at:
        return InvalidInput("a mandate is not given in the future", where="given_at")
    if _NUMBER.search(new.label):
        text = "the label is what people are shown: mask the number, as in •••• 1234"
        return InvalidInput(text, where="label")
    if any(one.mandate == new.mandate for one in active):
        return Conflict(f"the mandate {new.mandate!r} is on this line already")
    if len(active) >= MOST_SOURCES:
        return Conflict(f"a line has at most {MOST_SOURCES} sources: stop one first")
    return None


def last_place(active: Iterable[Source]) -> int:
    """Return the place of the source that is asked last, 0 where there is none."""
    return max((one.place for one in active), default=0)


def check_order(wanted: Sequence[int], active: Iterable[Source]) -> InvalidInput | None:
    """Say what is wrong with an order: it names every active source once, and no other."""
    if sorted(wanted) != sorted(one.source_id for one in active):
        return InvalidInput("name every active source of the line once", where="source_ids")
    return None


def in_order(sources: Iterable[Source]) -> list[Source]:
    """Return the sources that may be asked, the first first."""
    active = (one for one in sources if one.is_active)
    return sorted(active, key=lambda one: (one.place, one.source_id))
