"""What people do when asked, refused or told, as pure functions of their dice: all of it is assumed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from whiteslip.world.promotion.terms import Willing


class Way(StrEnum):
    """What a refused person does."""

    PART = "part"
    LESS = "less"
    OTHER = "other"
    LEAVE = "leave"


class Offer(NamedTuple):
    """A way to pay that is open: what on credit, what by another method; without `plan_months` as asked before."""

    way: Way
    credit_minor: int
    other_minor: int
    plan_months: int | None = None


class Refused(NamedTuple):
    """A refused person: what they want, their cash, and the least share of the basket they would still buy."""

    wants_minor: int
    cash_minor: int
    least_share: float
    die: float


_ORDER = (Way.PART, Way.LESS, Way.OTHER)


def preferred(die: float, willing: Willing) -> Way:
    """Tell what a die says a person would rather do."""
    edge = 0.0
    for way, share in zip(_ORDER, (willing.part, willing.less, willing.other), strict=True):
        edge += share
        if die < edge:
            return way
    return Way.LEAVE


def choose(refused: Refused, offers: Iterable[Offer], willing: Willing) -> Offer:
    """Take what the person would rather do, or the next thing that is offered and possible; else leave."""
    first = preferred(refused.die, willing)
    if first is Way.LEAVE:
        return _LEAVE
    open_to = {offer.way: offer for offer in offers if _possible(refused, offer)}
    for way in _ORDER[_ORDER.index(first) :]:
        if way in open_to:
            return open_to[way]
    return _LEAVE


_LEAVE = Offer(Way.LEAVE, 0, 0)


def _possible(refused: Refused, offer: Offer) -> bool:
    match offer.way:
        case Way.LESS:
            return offer.credit_minor >= refused.least_share * refused.wants_minor
        case Way.PART | Way.OTHER:
            return offer.other_minor <= refused.cash_minor
        case Way.LEAVE:
            return True


def by_oneself(room_minor: int, wants_minor: int) -> tuple[Offer, ...]:
    """List what a person finds without being told: the room on the screen, and other methods."""
    other = Offer(Way.OTHER, 0, wants_minor)
    if not 0 < room_minor < wants_minor:
        return (other,)
    part = Offer(Way.PART, room_minor, wants_minor - room_minor)
    return (part, Offer(Way.LESS, room_minor, 0), other)


def shortest_bearable(dues: Sequence[tuple[int, int]], bearable_minor: int) -> int | None:
    """Choose the shortest plan, of pairs of months and largest due, that a month bears; None for none."""
    fits = [months for months, largest_minor in dues if largest_minor <= bearable_minor]
    return min(fits, default=None)
