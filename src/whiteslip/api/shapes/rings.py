"""What reading rings gives: accounts that share scarce things, and what speaks against them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from whiteslip.api.bodies import Body, Level, LineId
from whiteslip.api.shapes.suspensions import Act, Note
from whiteslip.kernel.reason import ReasonCode

MOST_MEMBERS = 60


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


class MemberAct(Struct, frozen=True):
    """What one person asked for a member of the ring, why, and what another person decided."""

    act_id: str
    line_id: str
    level: int
    reason: str
    note: str
    state: str
    asked_by: str
    decided_by: str | None


class RingWhole(Struct, frozen=True):
    """A ring with its evidence, as it was when it was raised."""

    ring: RingShort
    measured: Measured
    members: list[RingMember]
    shared: list[SharedThing]
    acts: list[MemberAct]


class MemberBody(Struct, frozen=True, forbid_unknown_fields=True):
    """One member's line, the level, and what speaks against this person: being in the ring does not."""

    line_id: LineId
    level: Level
    reason: ReasonCode
    note: Note


class MembersBody(Body, frozen=True):
    """Ask that members of a confirmed ring be restricted, each for a reason of their own."""

    members: Annotated[list[MemberBody], Meta(min_length=1, max_length=MOST_MEMBERS)]


class MemberActs(Struct, frozen=True):
    """What was asked, in the order of the members; each waits for another person."""

    items: list[Act]
