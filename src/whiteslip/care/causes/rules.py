"""Which cause the facts speak for, and reading the two tables strictly."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, Final, cast

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
_LARGEST: Final = 10**12


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
    table = _toml(text, _CAUSES)
    _only(table, {"enough_points", "evidence"}, _CAUSES)
    listed = table.get("evidence")
    if not isinstance(listed, list) or not listed:
        raise InvalidInput(f"{_CAUSES} needs [[evidence]] tables", where="evidence")
    evidence = tuple(_evidence(each) for each in cast("list[Any]", listed))
    return Table(_whole(table, "enough_points", 1, 1000), evidence)


def _evidence(value: object) -> Evidence:
    table = _table(value, "evidence")
    _only(table, set(Evidence._fields), "evidence")
    at_least, at_most = _bound(table, "at_least"), _bound(table, "at_most")
    if at_least is None and at_most is None:
        raise InvalidInput("evidence needs a bound", where="evidence")
    fact = _choice(table, "fact", FACTS)
    cause = Cause(_choice(table, "cause", set(Cause)))
    return Evidence(cause, fact, at_least, at_most, _whole(table, "points", 1, 1000))


def read_treatments(text: str, *, forms: Collection[str]) -> Treatments:
    """Read the treatment of every cause; `forms` are the reliefs there are."""
    table = _toml(text, _TREATMENTS)
    _only(table, set(Cause), _TREATMENTS)
    return MappingProxyType({cause: _treatment(table.get(cause), cause, forms) for cause in Cause})


def _treatment(value: object, cause: Cause, forms: Collection[str]) -> Treatment:
    table = _table(value, cause)
    _only(table, set(Treatment._fields), cause)
    offers = cast(
        "list[Any]", table.get("offers") if isinstance(table.get("offers"), list) else [0]
    )
    if wrong := [each for each in offers if each not in forms]:
        text = f"{wrong[0]!r} is no form of relief; one of {', '.join(forms)}"
        raise InvalidInput(text, where=f"{cause}.offers")
    education = table.get("education")
    if not isinstance(education, str) or not education:
        raise InvalidInput(f"{cause} needs the key of a text", where=f"{cause}.education")
    return Treatment(
        tuple(offers),
        _whole(table, "quiet_days", 0, 90),
        _whole(table, "fee_free_days", 0, 90),
        _choice(table, "feedback", FEEDBACK),
        education,
    )


def _toml(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{file} is not TOML: {error}") from error


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput(f"{where} is not there or no table", where=where)
    return cast("dict[str, Any]", value)


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(table) - known):
        raise InvalidInput(f"unknown key {unknown[0]!r} in {where}", where=unknown[0])


def _whole(table: dict[str, Any], key: str, least: int, most: int) -> int:
    value = table.get(key)
    if type(value) is not int or not least <= value <= most:
        raise InvalidInput(f"{key} must be a whole number from {least} to {most}", where=key)
    return value


def _bound(table: dict[str, Any], key: str) -> float | None:
    value = table.get(key)
    if value is None:
        return None
    if type(value) not in {int, float} or not -_LARGEST <= value <= _LARGEST:
        raise InvalidInput(f"{key} must be a number", where=key)
    return float(value)


def _choice(table: dict[str, Any], key: str, known: Collection[str]) -> str:
    value = table.get(key)
    if not isinstance(value, str) or value not in known:
        raise InvalidInput(f"{key} is one of {', '.join(sorted(known))}", where=key)
    return value
