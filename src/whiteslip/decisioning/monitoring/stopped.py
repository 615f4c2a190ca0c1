"""What policies of stopping in time did on customers held out, as figures and reports show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from whiteslip.decisioning.monitoring.stopping import Estimate
from whiteslip.kernel.plain import plain


class Reached(NamedTuple):
    """What stopping reaches, each figure with its uncertainty; see `Caught`."""

    share: Estimate
    recall: Estimate
    money: Estimate
    precision: Estimate
    good_hit: Estimate


@dataclass(frozen=True, slots=True)
class Band:
    """Lines an outcome or a rule holds for, a split on average: how many, their bad rate, and that of all others."""

    name: str
    outcome: str
    reason: str
    lines: float
    bads: float
    bad_rate: float
    bad_rate_of_others: float


class Point(NamedTuple):
    """A place on a curve: what stopping this share of the lines, the highest scores first, reaches."""

    share: float
    recall: Estimate
    money: Estimate
    precision: Estimate


@dataclass(frozen=True, slots=True)
class PolicyFigures:
    """One policy: whom its book suspends, its outcomes and rules, the curve of its score, and the book of one split.

    `suspend`, `restrict` and so on of `thresholds` are means over the splits.
    """

    reached: Reached
    outcomes: tuple[Band, ...]
    rules: tuple[Band, ...]
    curve: tuple[Point, ...]
    book: str


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One month end: what was judged as bad after it, and what each policy did."""

    month: str
    decided_on: str
    ending: str
    customers: int
    held_out: int
    bads: int
    owed_minor: int
    bad_owed_minor: int
    auc: Estimate
    policies: Mapping[str, PolicyFigures]


class AimFigure(NamedTuple):
    """An aim of the last month, what was reached on customers held out, and in how many of the splits."""

    policy: str
    figure: str
    aim: float
    reached: Estimate
    met: bool
    splits_met: int
    splits: int


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """The policy run through the database: lines by rule as restricted there, and as the book says outside of it."""

    policy: str
    scored: int
    judged_on: str
    restricted: Mapping[str, int]
    expected: Mapping[str, int]
    suspended_held_out: int
    expected_held_out: int
    seconds: Mapping[str, float]

    @property
    def faults(self) -> tuple[str, ...]:
        """Where both differ."""
        names = sorted(self.restricted.keys() | self.expected.keys())
        found = [
            f"rule {name}: {self.restricted.get(name, 0)} lines restricted, {self.expected.get(name, 0)} called for"
            for name in names
            if self.restricted.get(name, 0) != self.expected.get(name, 0)
        ]
        if self.suspended_held_out != self.expected_held_out:
            text = f"{self.suspended_held_out} lines held out are suspended, not {self.expected_held_out}"
            found.append(text)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class StoppingReport:
    """Everything: months, aims, the run through the database, and what must not be.

    `month_before` is what a model of the month before reaches in the last month, at the share of the budget.
    """

    panel: str
    model: str
    splits: int
    held_out_share: float
    months: tuple[MonthFigures, ...]
    aims: tuple[AimFigure, ...]
    month_before: Point | None
    live: LiveFigures | None
    seconds: Mapping[str, float]
    faults: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain types."""
        return plain(asdict(self), digits=5)
