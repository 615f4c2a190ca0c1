"""What reading rings gives: accounts that share scarce things, and what speaks against them."""

from __future__ import annotations

from datetime import date

from msgspec import Struct


class RingShort(Struct, frozen=True):
    """A ring in a list; the outcome is of its case, once decided."""

    id: str
    case_id: str
    raised_on: date
    score: float
    signs: list[str]
    members: int
    known_bad: int
    state: str
    outcome: str | None


class Rings(Struct, frozen=True):
    """Rings, the latest first."""

    items: list[RingShort]


class Measured(Struct, frozen=True):
    """Shares from 0 to 1: what the score is made of."""

    density: float
    scarcity: float
    synchrony: float
    bad_share: float
    new_share: float


class RingMember(Struct, frozen=True):
    """An account of the ring as it was known then."""

    customer_id: str
    joined_on: date
    first_on: date
    is_bad: bool


class SharedThing(Struct, frozen=True):
    """Something several members use; what it is is not kept."""

    kind: str
    members: list[str]
    weight: float


class RingWhole(Struct, frozen=True):
    """A ring with its evidence, as it was when it was raised."""

    ring: RingShort
    measured: Measured
    members: list[RingMember]
    shared: list[SharedThing]
