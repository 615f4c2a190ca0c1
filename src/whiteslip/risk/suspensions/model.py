"""Restrictions, and the changes a run of the watch book makes to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from whiteslip.decisioning.decisions.model import Decision
from whiteslip.decisioning.decisions.rules import Fact
from whiteslip.decisioning.rulebooks.model import Rule, RuleBook
from whiteslip.kernel.reason import Reason

RESTRICTING = 3
"""From this level on a line buys nothing."""


class Finding(NamedTuple):
    """A line on which what the book says and the restrictions that are active differ; bit i of a mask is rule i.

    `fired` and `unknown` are of all rules; `active` are those with an active restriction of their level. `gone` are
    the rules of the book's other active restrictions: this version does not have them, or has them at another level.
    `seen` are the values of the book's inputs, in their order, as they were judged.
    """

    customer_id: int
    line_id: int
    level: int
    fired: int
    unknown: int
    active: int
    gone: tuple[str, ...]
    seen: tuple[Fact, ...]


class Found(NamedTuple):
    """How many lines a statement judged, and on which of them something differs."""

    lines: int
    findings: list[Finding]


class Action(NamedTuple):
    """What a finding leads to: the rules that restrict the line now, and those, by their ids, that no longer do."""

    finding: Finding
    imposes: tuple[Rule, ...]
    lifts: tuple[str, ...]


class NewRestriction(NamedTuple):
    """A restriction to be imposed; one imposed by hand has no decision."""

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
    decision_id: int | None = None


class Cured(NamedTuple):
    """An active restriction to be lifted, named by its rule."""

    customer_id: int
    line_id: int
    rule_id: str
    decision_id: int


@dataclass(frozen=True, slots=True)
class Orders:
    """What is to be written of actions, each under its number; a line that changes has one notice and one decision."""

    imposed: list[NewRestriction]
    cured: list[Cured]
    decisions: list[Decision]
    notice_ids: list[int]


class Change(NamedTuple):
    """How a line's restrictions changed, as its owner is to be told; level 0 is unrestricted."""

    customer_id: int
    line_id: int
    notice_id: int
    level_before: int
    level_after: int
    reasons: tuple[Reason, ...]
    on: date

    @property
    def kind(self) -> str | None:
        """The notice that tells of it; None where there is nothing the owner needs to be told."""
        if self.level_after > self.level_before:
            return "suspended" if self.level_after >= 4 else _RAISED[min(self.level_after, 3)]
        if self.level_after < RESTRICTING <= self.level_before:
            return "restored"
        return "warned" if self.reasons else None


class Watched(NamedTuple):
    """What one version of the watch book did: how many lines it judged, and how restrictions changed."""

    book: RuleBook
    lines: int
    changes: Sequence[Change]

    @property
    def moved(self) -> int:
        """How many lines it took the buying from."""
        return sum(one.level_after >= RESTRICTING > one.level_before for one in self.changes)


_RAISED = {1: "warned", 2: "restricted", 3: "restricted"}
