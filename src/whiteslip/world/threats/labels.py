"""What is planted and what merely looks odd: known to the world alone, for measuring; no decision reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What an episode is: three kinds of fraud, then life, groups that share things, and the book at large."""

    RING = "ring"
    TAKEOVER = "takeover"
    CASH_OUT = "cash-out"
    MOVED = "moved house"
    NEW_PHONE = "new phone"
    WEDDING = "wedding"
    HOLIDAY = "holiday abroad"
    LOST_WORK = "lost work"
    BIRTH = "birth"
    FAMILY = "family"
    DORMITORY = "dormitory"
    TABLET = "shop's tablet"
    DOWNTURN = "downturn"


FRAUD = frozenset({Kind.RING, Kind.TAKEOVER, Kind.CASH_OUT})
LIFE = (
    Kind.MOVED, Kind.NEW_PHONE, Kind.WEDDING, Kind.HOLIDAY, Kind.LOST_WORK, Kind.BIRTH,
)  # fmt: skip
GROUPS = (Kind.FAMILY, Kind.DORMITORY, Kind.TABLET)


class Hand(StrEnum):
    """Who holds the phone at a purchase: a thief passes a second factor seldom, an owner nearly always."""

    OWNER = "owner"
    THIEF = "thief"


class Episode(NamedTuple):
    """Something planted: whom it befalls, and from which day to which, counted from the first of the world."""

    kind: Kind
    who: tuple[int, ...]
    first: int
    last: int


@dataclass(slots=True)
class Labels:
    """The truth: the episodes, and by order reference which episode an order belongs to.

    It lives beside the book and is never written to it.
    """

    episodes: tuple[Episode, ...]
    orders: dict[str, int] = field(default_factory=dict[str, int])

    def kind_of(self, order_ref: str) -> Kind | None:
        """Tell what an order belongs to, if anything was planted."""
        place = self.orders.get(order_ref)
        return None if place is None else self.episodes[place].kind

    def is_fraud(self, order_ref: str) -> bool:
        """Tell whether an order is part of a fraud."""
        return self.kind_of(order_ref) in FRAUD
