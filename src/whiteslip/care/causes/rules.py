"""Which cause the facts speak for, and reading the two tables strictly."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from whiteslip.care.causes.model import (
    Cause,
    Evidence,
    Finding,
    Noticed,
    Source,
    Table,
    Treatment,
    Treatments,
    Value,
)
from whiteslip.kernel.actor import PROGRAM
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters
from whiteslip.risk.reviews.model import Kind, NewCase, SubjectType

FEATURES: Final = (
    "income_change_12m",
    "income_variation_12m",
    "income_monthly_minor",
    "limit_minor",
    "utilization",
    "minimum_only_streak",
    "spend_trend_90d",
    "line_age_days",
    "times_late_12m",
    "months_since_late",
)
"""The features that are read; the other facts are derived or given."""

FACTS: Final = frozenset(
    {*FEATURES, "limit_to_income", "is_disputed", "debit_failed", "segment_default_rate"}
)
FEEDBACK: Final = frozenset({"none", "review_limit", "tell_models", "tell_engineering"})

QUEUES: Final = MappingProxyType({"tell_models": Kind.DOWNTURN, "tell_engineering": Kind.DEBIT})
"""In whose queue a cause lies by what is fed back; a limit that is questioned is reviewed, and needs nobody."""

_CERTAIN_PCT: Final = 100
_CAUSES, _TREATMENTS = "causes.toml", "treatments.toml"


def attribute(table: Table, facts: Mapping[str, Value | None]) -> Finding:
    """Choose the cause with the most points; with too few it is unknown, and never sure."""
    points: dict[Cause, int] = {}
    spoke: dict[Cause, dict[str, Value]] = {}
    for one in table.evidence:
        value = facts.get(one.fact)
        if value is None or not _holds(one, value):
            continue
        points[one.cause] = points.get(one.cause, 0) + one.points
        spoke.setdefault(one.cause, {})[one.fact] = value
    best = max(points, key=lambda cause: points[cause], default=Cause.UNKNOWN)
    if points.get(best, 0) < table.enough_points:
        return Finding(Cause.UNKNOWN, 0, {})
    return Finding(best, _CERTAIN_PCT * points[best] // sum(points.values()), spoke[best])


def _holds(one: Evidence, value: Value) -> bool:
    return (one.at_least is None or value >= one.at_least) and (
        one.at_most is None or value <= one.at_most
    )


def with_derived(facts: Mapping[str, Value | None]) -> dict[str, Value | None]:
    """Add what follows from the features: the limit in months of income, unknown without one."""
    income, limit = facts.get("income_monthly_minor"), facts.get("limit_minor")
    ratio = limit / income if income and limit is not None else None
    return {**facts, "limit_to_income": ratio}


def fee_free_days(treatment: Treatment, source: Source) -> int:
    """Say for how many days late fees stand still: not on the customer's word alone."""
    return 0 if source is Source.ASKED else treatment.fee_free_days


def case_of(noticed: Noticed) -> NewCase | None:
    """Make the case in which somebody learns of a cause, in the queue of who can; None where nobody is to."""
    kind = QUEUES.get(noticed.feedback)
    if kind is None:
        return None
    return NewCase(
        noticed.customer_id,
        kind,
        SubjectType.CAUSE,
        noticed.cause_id,
        noticed.frozen,
        PROGRAM,
        noticed.line_id,
    )


def read_table(text: str) -> Table:
    """Read what speaks for which cause."""
    table = read_parameters(text, Table, file=_CAUSES)
    for one in table.evidence:
        if one.fact not in FACTS:
            raise InvalidInput(f"fact is one of {', '.join(sorted(FACTS))}", where="evidence.fact")
        if one.at_least is None and one.at_most is None:
            raise InvalidInput("evidence needs a bound", where="evidence")
    return table


def read_treatments(text: str, *, forms: Collection[str]) -> Treatments:
    """Read the treatment of every cause; `forms` are the reliefs there are."""
    treatments = read_parameters(text, dict[Cause, Treatment], file=_TREATMENTS)
    for cause in Cause:
        if cause not in treatments:
            raise InvalidInput(f"{_TREATMENTS} has no table {cause}", where=cause)
        _check(treatments[cause], cause, forms)
    return treatments


def _check(treatment: Treatment, cause: Cause, forms: Collection[str]) -> None:
    if wrong := [each for each in treatment.offers if each not in forms]:
        text = f"{wrong[0]!r} is no form of relief; one of {', '.join(forms)}"
        raise InvalidInput(text, where=f"{cause}.offers")
    if treatment.feedback not in FEEDBACK:
        text = f"feedback is one of {', '.join(sorted(FEEDBACK))}"
        raise InvalidInput(text, where=f"{cause}.feedback")
