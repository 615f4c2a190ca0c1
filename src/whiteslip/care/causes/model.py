"""Causes of a failure to repay, and their treatments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, TypeAlias

from msgspec import Meta, Struct

from whiteslip.kernel.parameters import Text

Value: TypeAlias = "float | bool"
_Points: TypeAlias = Annotated[int, Meta(ge=1, le=1000)]
_Days: TypeAlias = Annotated[int, Meta(ge=0, le=90)]
_Bound: TypeAlias = Annotated[float, Meta(ge=-(10**12), le=10**12)]


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


class Evidence(Struct, frozen=True, forbid_unknown_fields=True):
    """A fact that speaks for a cause when it lies within bounds; both hold, None is no bound."""

    cause: Cause
    fact: str
    points: _Points
    at_least: _Bound | None = None
    at_most: _Bound | None = None


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """What speaks for which cause, and how many points make one; fewer is unknown."""

    enough_points: _Points
    evidence: Annotated[tuple[Evidence, ...], Meta(min_length=1)]


class Treatment(Struct, frozen=True, forbid_unknown_fields=True):
    """What answers a cause: forms of relief in order, what stands still for how many days, what is fed back."""

    offers: tuple[str, ...]
    quiet_days: _Days
    fee_free_days: _Days
    feedback: str
    education: Text


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
