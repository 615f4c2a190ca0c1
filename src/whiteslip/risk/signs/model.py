"""A sign, how signs make a color, and what was seen of a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from whiteslip.decisioning.rulebooks.model import Input, Predicate


class Color(StrEnum):
    """How a line looks ahead of trouble; what is not known is not green."""

    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    UNKNOWN = "unknown"


class Words(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Sign:
    """One fact that moved. `name` is for the staff, `told` is how its person is told of it.

    Signs of one family tell of one thing: a color of several families is not reached by one thing seen twice.
    """

    id: str
    family: str
    points: int
    when: Predicate
    reads: tuple[str, ...]
    name: Words
    told: Words


class Step(NamedTuple):
    """From how many points, in how many families, a color holds."""

    points: int
    families: int


class Evidence(NamedTuple):
    """The least that must be known: a line's age, and how many signs can be told at all."""

    least_age_days: int
    least_known: int


class Help(NamedTuple):
    """To whom help is offered and how often, to how many a day, and how many are called upon by a person."""

    colors: frozenset[Color]
    period_days: int
    most_offers: int
    most_cases: int


@dataclass(frozen=True, slots=True)
class Terms:
    """All signs, in order, what makes a color of them, and what follows from it; `inputs` are the facts they read."""

    version: int
    owner: str
    late_after_days: int
    evidence: Evidence
    steps: Mapping[Color, Step]
    help: Help
    inputs: tuple[Input, ...]
    signs: tuple[Sign, ...]


class Sight(NamedTuple):
    """What was seen of a line for a closed day; facts are what the signs were seen by."""

    customer_id: int
    line_id: int
    color: Color
    signs: tuple[str, ...]
    facts: Mapping[str, Any]


class Standing(NamedTuple):
    """The last sight kept of a line."""

    color: Color
    signs: tuple[str, ...]


class Waiting(NamedTuple):
    """A line that is red and in nobody's hands."""

    customer_id: int
    line_id: int
    seen_on: date
    signs: tuple[str, ...]
    facts: Mapping[str, Any]
    principal_minor: int


class Run(NamedTuple):
    """What was seen of the whole book for a day."""

    seen_on: date
    seen_at: datetime
    version: int
    lines: int
    yellow: int
    orange: int
    red: int
    unknown: int
    offered: int
    cases: int
