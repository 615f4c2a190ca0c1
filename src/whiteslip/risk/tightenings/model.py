"""A tightening and whom it concerns, what is expected of it and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from whiteslip.kernel.money import Minor
from whiteslip.kernel.rate import Ppm
from whiteslip.risk.segments.model import Direction, Offer, Outcome, Stage
from whiteslip.risk.suspensions.model import Change


class Expected(NamedTuple):
    """What a tightening is expected to do, from the book's own records; amounts in minor units.

    `touched` are the lines of all stages, `good` those of them that were never late in a year and bought lately.
    `stopped_minor` is new credit that would not be given until the review; `loss_minor` what is not lost by it.
    """

    members: int
    touched: int
    held_out: int
    exempt: int
    owed_minor: Minor
    undrawn_minor: Minor
    stopped_minor: Minor
    default_chance: float
    loss_minor: Minor
    good: int
    stages: tuple[int, ...]


class Arm(StrEnum):
    """Whether a line of the segment is restricted or given room in its stage, or held out to compare with."""

    TIGHTENED = "tightened"
    LOOSENED = "loosened"
    HELD_OUT = "held_out"


class Interval(NamedTuple):
    """A difference, those touched less those held out, and the interval it lies in."""

    difference: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether it leaves out 0."""
        return not self.low <= 0 <= self.high


class ArmFigures(NamedTuple):
    """What became of an arm by a month end: lines newly 30 days late, what these owe, and what was bought since.

    Means are minor units a line; the variances are those of single lines.
    """

    arm: Arm
    lines: int
    hits: int
    bad_mean: float
    bad_variance: float
    bought_mean: float
    bought_variance: float


class Effect(NamedTuple):
    """What either direction did by a month end, as far as the hold-out tells; None where an arm is too small."""

    month_end: date
    touched: ArmFigures
    held_out: ArmFigures
    thirty_plus: Interval | None
    bad_minor: Interval | None
    bought_minor: Interval | None


class State(StrEnum):
    """Where a tightening stands; the last three are final."""

    PROPOSED = "proposed"
    RELEASED = "released"
    LIFTING = "lifting"
    LIFTED = "lifted"
    DISMISSED = "dismissed"
    UNDONE = "undone"


TOUCHED: Mapping[Direction, Arm] = MappingProxyType(
    {Direction.TIGHTEN: Arm.TIGHTENED, Direction.LOOSEN: Arm.LOOSENED}
)
"""The arm in which something is done, in each direction."""


class Tightening(NamedTuple):
    """A tightening or a loosening as it stands; `review_on` is by when people must have decided whether it goes on.

    `offer` is what a loosening gives, as the segment's was when it was proposed.
    """

    tightening_id: int
    segment: str
    version: int
    condition: str
    outcome: Outcome
    holdout_ppm: Ppm
    stages: tuple[Stage, ...]
    proposed_on: date
    proposed_by: str
    released_on: date | None
    review_on: date | None
    ended_on: date | None
    stages_done: int
    state: State
    steps: int
    evidence: Mapping[str, Any]
    direction: Direction = Direction.TIGHTEN
    offer: Offer | None = None

    @property
    def touched(self) -> int:
        """How many lines it was proposed, and so released, to touch in all its stages."""
        return int(self.evidence["expected"]["touched"])


class Member(NamedTuple):
    """A line of the segment, in which arm, in which stage (from 0), and how late it was when it joined."""

    customer_id: int
    line_id: int
    arm: Arm
    stage: int
    is_exempt: bool
    days_past_due: int


class RolledOut(NamedTuple):
    """What a stage did: the tightening after it, the lines it restricted or that wait, and what is to be told."""

    tightening: Tightening
    restricted: int
    waiting: int
    changes: tuple[Change, ...]
