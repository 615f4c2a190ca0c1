"""Features and facts from outside as they are declared, and facts as they are recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeAlias

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode

FACTS_LEARNED = "decisioning.facts-learned"
"""The event by which whoever records facts from outside says of whom; their lines are judged by them at once."""

WHOLE_BOUND = 2**53
"""Whole numbers are handed over as doubles, which count exactly strictly between ±2⁵³."""


class FeatureType(StrEnum):
    """What a feature or a fact may hold; money is in minor units, a ratio is any real number."""

    INT = "int"
    MONEY = "money"
    RATIO = "ratio"
    BOOL = "bool"
    TEXT = "text"

    @property
    def is_number(self) -> bool:
        """Whether it is held as a double, NaN where it is missing."""
        return self in (FeatureType.INT, FeatureType.MONEY, FeatureType.RATIO)


class WhenAbsent(StrEnum):
    """What it means that there is nothing to compute a feature from."""

    ZERO = "zero"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Text:
    """A description in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of a group's statement.

    `direction` is 1 where more is worse, -1 where more is better, 0 where that is not known.
    `window_days` counts the days up to the day, that day included, of which the feature speaks.
    `labels` are the values a text may have. `reason` is what a person is told where a score held the
    feature against them; None where no text of the catalog would be true.
    """

    name: str
    group: str
    type: FeatureType
    when_absent: WhenAbsent
    direction: int
    window_days: int | None
    labels: tuple[str, ...]
    about: Text
    reason: ReasonCode | None = None


@dataclass(frozen=True, slots=True)
class OutsideName:
    """A kind of fact that others tell: numbers from `least` to `most`, or one of `labels`."""

    name: str
    type: FeatureType
    least: int | None
    most: int | None
    labels: tuple[str, ...]
    about: Text


@dataclass(frozen=True)
class Declarations:
    """Everything declared, in the order of the file.

    `scores` are what a model said, and what follows from it: books judge by them, and no model learns from them.
    """

    features: Mapping[str, Feature]
    outside: Mapping[str, OutsideName]
    scores: Mapping[str, Feature] = field(default_factory=dict[str, Feature])

    @cached_property
    def facts(self) -> Mapping[str, Feature]:
        """Everything a book may judge a line by: the features, then the scores."""
        return {**self.features, **self.scores}

    @cached_property
    def groups(self) -> Mapping[str, tuple[Feature, ...]]:
        """The features, or scores, of each group."""
        found: dict[str, tuple[Feature, ...]] = {}
        for feature in self.facts.values():
            found[feature.group] = (*found.get(feature.group, ()), feature)
        return found

    def select(self, names: Iterable[str] | None) -> tuple[Feature, ...]:
        """Return the features named, all for None; an unknown name, or that of a score, is the caller's mistake."""
        return _select(self.features, self.features if names is None else names)

    def select_facts(self, names: Iterable[str]) -> tuple[Feature, ...]:
        """Return the features and scores named; an unknown name is the caller's mistake."""
        return _select(self.facts, names)


def _select(known: Mapping[str, Feature], names: Iterable[str]) -> tuple[Feature, ...]:
    wanted = tuple(dict.fromkeys(names))
    if unknown := [name for name in wanted if name not in known]:
        raise InvalidInput(f"no such feature: {', '.join(unknown)}", where=unknown[0])
    return tuple(known[name] for name in wanted)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the declarations are refused: the file, the table ("" = the file itself) and the cause."""

    file: str
    table: str
    cause: str

    def __str__(self) -> str:
        where = f"{self.file}, {self.table}" if self.table else self.file
        return f"{where}: {self.cause}"


OutsideValue: TypeAlias = int | float | bool | str


class OutsideFact(NamedTuple):
    """What somebody told of a customer: `observed_on` is the day it speaks of, `known_on` the day we learned it."""

    customer_id: int
    name: str
    value: OutsideValue
    observed_on: date
    known_on: date
    source: str
