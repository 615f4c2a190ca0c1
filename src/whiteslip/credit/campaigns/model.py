"""A campaign, what may be asked of it, and a grant."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from whiteslip.kernel.money import Minor
from whiteslip.kernel.parameters import Version
from whiteslip.kernel.rate import WHOLE_PPM, Ppm


class Status(StrEnum):
    """Where a campaign stands; the last two are final."""

    DRAFT = "draft"
    APPROVED = "approved"
    RUNNING = "running"
    STOPPED = "stopped"
    ENDED = "ended"


class Command(StrEnum):
    """What may be asked of a campaign; it starts and ends with its window."""

    APPROVE = "approve"
    START = "start"
    STOP = "stop"
    END = "end"


class Guards(Struct, frozen=True, forbid_unknown_fields=True):
    """What any campaign may promise, as `data/campaigns.toml` has it."""

    version: Version
    longest_days: Annotated[int, Meta(ge=0, le=366)]
    most_share_ppm: Annotated[Ppm, Meta(ge=0, le=WHOLE_PPM)]
    largest_grant_minor: Annotated[Minor, Meta(ge=0, le=20_000_000)]
    largest_budget_minor: Annotated[Minor, Meta(ge=0, le=10**15)]
    ending_notice_days: Annotated[int, Meta(ge=0, le=60)]
    highest_level: Annotated[int, Meta(ge=0, le=2)]


class Draft(NamedTuple):
    """A campaign about to be drafted. A grant is `share_ppm` of the fixed limit within least and most.

    `segment` is a condition in the language of rule books over features; the window is [`starts_on`, `ends_on`).
    """

    name: str
    segment: str
    share_ppm: Ppm
    least_minor: Minor
    most_minor: Minor
    starts_on: date
    ends_on: date
    budget_minor: Minor
    actor: str


class Campaign(NamedTuple):
    """A campaign as it stands, with what is granted so far."""

    campaign_id: int
    name: str
    segment: str
    share_ppm: Ppm
    least_minor: Minor
    most_minor: Minor
    starts_on: date
    ends_on: date
    budget_minor: Minor
    granted_minor: Minor
    granted_lines: int
    status: Status
    drafted_by: str

    @property
    def left_minor(self) -> Minor:
        """What is left of the budget."""
        return self.budget_minor - self.granted_minor


class Candidate(NamedTuple):
    """A line that may be granted something, in minor units."""

    customer_id: int
    line_id: int
    fixed_limit_minor: Minor
    temporary_limit_minor: Minor
    cap_minor: Minor


class Grant(NamedTuple):
    """What a line is granted."""

    customer_id: int
    line_id: int
    amount_minor: Minor
    fixed_limit_minor: Minor


class Ending(NamedTuple):
    """A grant about to end, and the fixed limit that will hold then."""

    customer_id: int
    line_id: int
    campaign_id: int
    amount_minor: Minor
    ends_on: date
    limit_minor: Minor
