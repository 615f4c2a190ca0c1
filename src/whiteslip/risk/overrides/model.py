"""An act that takes two people."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from whiteslip.kernel.reason import ReasonCode


class Kind(StrEnum):
    """What takes two people."""

    OVERRIDE = "override"
    CLOSE = "close"
    RESTRICT = "restrict"


class ActState(StrEnum):
    """Where an act stands."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


class Act(NamedTuple):
    """What somebody asked for: an override names its restriction and last day, a closing its reason.

    To restrict a member of a ring names the reason, which is the member's own, the level and the ring.
    """

    customer_id: int
    act_id: int
    kind: Kind
    line_id: int
    restriction_id: int | None
    until_on: date | None
    reason: ReasonCode | None
    note: str
    state: ActState
    asked_by: str
    level: int | None = None
    ring_customer_id: int | None = None
    ring_id: int | None = None
