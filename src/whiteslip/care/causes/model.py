"""Causes of a failure to repay, and their treatments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

Value: TypeAlias = "float | bool"


class Cause(StrEnum):
    """Why a due was not paid."""

    INCOME_SHOCK = "income_shock"
    SEASONAL_INCOME = "seasonal_income"
    OVER_GRANTING = "over_granting"
    OVER_SPENDING = "over_spending"
    DOWNTURN = "downturn"
    TECHNICAL = "technical_debit_failure"
    FORGOT = "forgot"
    DISPUTE = "dispute"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """Who says so."""

    FACTS = "facts"
    ASKED = "asked"
    STAFF = "staff"


class Evidence(NamedTuple):
    """A fact that speaks for a cause when it lies within bounds; both hold, None is no bound."""

    cause: Cause
    fact: str
    at_least: float | None
    at_most: float | None
    points: int


class Table(NamedTuple):
    """What speaks for which cause, and how many points make one; fewer is unknown."""

    enough_points: int
    evidence: tuple[Evidence, ...]


class Treatment(NamedTuple):
    """What answers a cause: forms of relief in order, what stands still for how many days, what is fed back."""

    offers: tuple[str, ...]
    quiet_days: int
    fee_free_days: int
    feedback: str
    education: str


Treatments: TypeAlias = Mapping[Cause, Treatment]


class Finding(NamedTuple):
    """A cause as facts speak for it: in percent of all points given, with the facts that spoke."""

    cause: Cause
    confidence_pct: int
    evidence: Mapping[str, Value]


class Episode(NamedTuple):
    """An episode of arrears."""

    customer_id: int
    line_id: int
    since_on: date


class CauseKey(NamedTuple):
    """Which attribution."""

    customer_id: int
    cause_id: int


class Noticed(NamedTuple):
    """An attribution somebody is to learn from, with all they are to see of it."""

    customer_id: int
    cause_id: int
    line_id: int
    feedback: str
    frozen: Mapping[str, Any]


class Attribution(NamedTuple):
    """The cause of an episode, and who says so."""

    episode: Episode
    cause_id: int
    finding: Finding
    source: Source
    actor: str
    words: str | None = None
