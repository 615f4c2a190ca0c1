"""What a scorecard is made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, log
from typing import Final, TypeAlias

from whiteslip.kernel.reason import ReasonCode

MOST_LOG_ODDS: Final = 500.0
"""Log odds are held within ±500 before they become a probability: beyond, PostgreSQL's exp() is an error."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Points against a value that says nothing, and what training saw in the bin.

    `woe` is the weight of evidence ln(share of all good / share of all bad), drawn towards 0 where
    there were few rows; above 0 is better than average. `count` and `bads` are rows of training.
    """

    points: float
    woe: float
    count: int
    bads: int


@dataclass(frozen=True, slots=True)
class Special:
    """A number that means something else than an amount, such as -7 or 99999999."""

    value: float
    bin: Bin


@dataclass(frozen=True, slots=True)
class NumberVariable:
    """Bins of an amount: bin i holds the values from cut i-1 up to, but without, cut i.

    `cuts` ascend; there is one bin more than cuts. NaN, infinities and None are missing.
    `coefficient` is the weight of the variable's evidence in the regression.
    """

    name: str
    cuts: tuple[float, ...]
    bins: tuple[Bin, ...]
    specials: tuple[Special, ...]
    missing: Bin
    coefficient: float
    reason: ReasonCode | None = None

    @property
    def slots(self) -> tuple[Bin, ...]:
        """Every bin, in the order in which evaluators number them; missing is the last."""
        return (*self.bins, *(special.bin for special in self.specials), self.missing)


@dataclass(frozen=True, slots=True)
class Group:
    """Labels that share a bin."""

    labels: tuple[str, ...]
    bin: Bin


@dataclass(frozen=True, slots=True)
class CategoryVariable:
    """Groups of labels; `other` is for labels never seen in training, or too rarely to judge."""

    name: str
    groups: tuple[Group, ...]
    other: Bin
    missing: Bin
    coefficient: float
    reason: ReasonCode | None = None

    @property
    def slots(self) -> tuple[Bin, ...]:
        """Every bin, in the order in which evaluators number them; missing is the last."""
        return (*(group.bin for group in self.groups), self.other, self.missing)


Variable: TypeAlias = NumberVariable | CategoryVariable


@dataclass(frozen=True)
class Scorecard:
    """Points of the variables on a scale where `base_points` stand for odds of `base_odds` good to one bad.

    `pdo` is how many points double the odds. `intercept` is the log odds of good where every
    variable says nothing. The scaling is Siddiqi, Credit Risk Scorecards (2006), ch. 6.
    """

    name: str
    version: int
    description: str
    base_points: float
    pdo: float
    base_odds: float
    intercept: float
    variables: tuple[Variable, ...]

    def __hash__(self) -> int:
        return hash(
            (self.name, self.version)
        )  # cheap: evaluators look their program up by the card

    @cached_property
    def factor(self) -> float:
        """Points for one unit of log odds."""
        return self.pdo / log(2)

    @cached_property
    def start_points(self) -> float:
        """The points of someone of whom nothing is known."""
        return self.base_points + self.factor * (self.intercept - log(self.base_odds))

    def probability(self, points: float) -> float:
        """Return the probability of a bad ending that the points stand for."""
        odds = log(self.base_odds) + (points - self.base_points) / self.factor
        return 1.0 / (1.0 + exp(min(max(odds, -MOST_LOG_ODDS), MOST_LOG_ODDS)))
