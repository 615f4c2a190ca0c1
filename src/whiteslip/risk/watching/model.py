"""What a run of the watch book finds on lines, and the changes it makes to their restrictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from whiteslip.decisioning.decisions.model import Decision, ScoreSeen
from whiteslip.decisioning.decisions.rules import Fact
from whiteslip.decisioning.rulebooks.model import Rule, RuleBook
from whiteslip.kernel.reason import ReasonCode
from whiteslip.risk.reviews.model import NewCase
from whiteslip.risk.suspensions.model import RESTRICTING, Change, NewRestriction


class Finding(NamedTuple):
    """A line on which what the book says and the restrictions that are active differ; bit i of a mask is rule i.

    `fired` and `unknown` are of all rules; `standing` are those with a restriction of their level that is not over, of
    which those `curable` end when their rule fires no more, and those on `probation` come back when it does. `gone` are
    the rules of the book's other restrictions that end by themselves: this version does not have them, or has them at
    another level. `seen` are the values of the book's inputs, in their order, as they were judged. `is_unasked`: a
    rule fires that asks a person whether it is fraud, and no case of that kind is open.
    """

    customer_id: int
    line_id: int
    level: int
    fired: int
    unknown: int
    standing: int
    curable: int
    probation: int
    is_unasked: bool
    gone: tuple[str, ...]
    seen: tuple[Fact, ...]


class Found(NamedTuple):
    """How many lines a statement judged, and on which of them something differs."""

    lines: int
    findings: list[Finding]


class Action(NamedTuple):
    """What follows: the rules that restrict the line now, and, by their ids, those that no longer do or again do.

    `asks` are the rules that want a person to look.
    """

    finding: Finding
    imposes: tuple[Rule, ...]
    lifts: tuple[str, ...]
    relapses: tuple[str, ...] = ()
    asks: tuple[Rule, ...] = ()


class Cured(NamedTuple):
    """A restriction of a rule that fires no more, or on probation fires again."""

    customer_id: int
    line_id: int
    rule_id: str
    decision_id: int


@dataclass(frozen=True, slots=True)
class Orders:
    """What is to be written of actions, each under its number; a line that changes has one notice and one decision."""

    imposed: list[NewRestriction]
    cured: list[Cured]
    relapsed: list[Cured]
    decisions: list[Decision]
    notice_ids: list[int]
    cases: list[NewCase]


class Explained(NamedTuple):
    """What weighed in the score of a line: the reasons that lost points or added risk, and the score as it is kept."""

    lost: tuple[tuple[ReasonCode, float], ...]
    seen: ScoreSeen


Explanations: TypeAlias = Mapping[tuple[int, int], Explained]
"""By customer and line; one whose score cannot be taken apart is left out."""


class Watched(NamedTuple):
    """What one version of the watch book did: how many lines it judged, how restrictions changed.

    `proposed` counts the lines it would take the buying from once its run is released, `held` those it would have
    taken it from at once, so many that nothing was done and the end of the day judges them.
    """

    book: RuleBook
    lines: int
    changes: Sequence[Change]
    proposed: int
    held: int = 0

    @property
    def moved(self) -> int:
        """How many lines it took the buying from, or would."""
        taken = sum(one.level_after >= RESTRICTING > one.level_before for one in self.changes)
        return taken + self.proposed
