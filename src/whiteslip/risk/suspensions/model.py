"""Restrictions, the steps they take, and what their owners are told of it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from whiteslip.kernel.errors import WhiteslipError
from whiteslip.kernel.money import Minor
from whiteslip.kernel.reason import Reason
from whiteslip.money.lines.model import STEP_UP_LEVEL, SUSPENDED_LEVEL, LineKey
from whiteslip.risk.suspensions.life import Command, State
from whiteslip.risk.suspensions.ways import Cure

RESTRICTING = 3
"""From this level on a restriction takes buying away: a part of it at 3, all from 4 on."""


CLOSED_LEVEL = 5
"""A line closed for good, which takes two people."""


class Scope(StrEnum):
    """What a restriction is for: one line, every line of its customer, or the plans of one line."""

    LINE = "line"
    CUSTOMER = "customer"
    PLANS = "plans"


class NewRestriction(NamedTuple):
    """A restriction to be imposed, or proposed; one imposed by hand has no decision. Days are those of its way.

    `until_on` is when the override ends of one that is imposed as overridden.
    """

    customer_id: int
    restriction_id: int
    line_id: int
    level: int
    book: str
    book_version: int
    rule_id: str
    reasons: tuple[Reason, ...]
    way_out: str
    notice_id: int
    cure: Cure
    probation_days: int
    review_days: int
    state: State = State.ACTIVE
    decision_id: int | None = None
    scope: Scope = Scope.LINE
    until_on: date | None = None


class Standing(NamedTuple):
    """A restriction as it stands."""

    customer_id: int
    restriction_id: int
    line_id: int
    level: int
    state: State
    book: str
    rule_id: str
    reasons: tuple[Reason, ...]
    cure: Cure
    probation_days: int
    notice_id: int
    until_on: date | None
    scope: Scope
    eased_to: int | None
    in_force: int
    steps: int

    @property
    def takes_buying(self) -> bool:
        """Whether it takes buying away now, in part or all; what stops plans alone does not."""
        return self.in_force >= RESTRICTING and self.scope is not Scope.PLANS

    @property
    def bars_plans(self) -> bool:
        """Whether it stops plans alone, now."""
        return self.scope is Scope.PLANS and self.in_force == self.level

    @property
    def line(self) -> LineKey:
        """The line it is on."""
        return LineKey(self.customer_id, self.line_id)


class Step(NamedTuple):
    """A command on one restriction, by somebody; `until_on` ends an override, `note` says why, `to_level` eases."""

    customer_id: int
    restriction_id: int
    command: Command
    actor: str
    note: str | None = None
    until_on: date | None = None
    to_level: int | None = None


class Change(NamedTuple):
    """How a line's restrictions changed, as its owner is to be told; level 0 is unrestricted.

    `usable_minor` is all that may be used of the line now, what is used already included. `imposed_level` is the
    highest level of what came into force with this, 0 where nothing did.
    """

    customer_id: int
    line_id: int
    notice_id: int
    level_before: int
    level_after: int
    reasons: tuple[Reason, ...]
    on: date
    usable_minor: Minor
    plans_barred_before: bool = False
    plans_barred_after: bool = False
    imposed_level: int = 0

    @property
    def kind(self) -> str | None:
        """The notice that tells of it; None where there is nothing the owner needs to be told."""
        if (
            self.level_after == self.level_before
            and self.plans_barred_after != self.plans_barred_before
        ):
            return "plans_stopped" if self.plans_barred_after else "plans_restored"
        if self.level_after > self.level_before:
            return _RAISED.get(self.level_after, "suspended")
        if self.is_eased:
            return "eased"
        if self.level_after < RESTRICTING <= self.level_before:
            return "restored"
        if (
            self.imposed_level >= STEP_UP_LEVEL
        ):  # another reason beside those that stand: it must be cured as well
            return _RAISED.get(self.level_after, "suspended")
        return "warned" if self.reasons else None

    @property
    def says_why(self) -> bool:
        """Whether something is taken, or given back in part: what is told of that says why."""
        stopped = self.plans_barred_after and not self.plans_barred_before
        return self.level_after > self.level_before or self.is_eased or stopped

    @property
    def is_eased(self) -> bool:
        """Whether what was taken is given back in part: purchases again, but verified, or up to a lower amount."""
        fell = self.level_after < self.level_before and self.level_before >= RESTRICTING
        return fell and STEP_UP_LEVEL <= self.level_after < SUSPENDED_LEVEL


class Taken(NamedTuple):
    """What steps led to: each restriction as it stands now, or why not, and what changed for the lines' owners."""

    answers: list[Standing | WhiteslipError]
    changes: list[Change]


_RAISED = {1: "warned", 2: "restricted", 3: "restricted"}
