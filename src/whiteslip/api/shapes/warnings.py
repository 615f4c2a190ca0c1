"""What the warnings give: how each indicator of the book stands, and what it came to on each day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from whiteslip.api.answers import Words
from whiteslip.api.bodies import Body
from whiteslip.api.shapes.reviews import Note

Color: TypeAlias = Literal["green", "yellow", "orange", "red", "unknown"]
State: TypeAlias = Literal["raised", "escalated", "acknowledged", "ended"]
Why: TypeAlias = Literal["too_few", "absent", "late", "clock", "failed", "never", "stale"]


class Evaluated(Struct, frozen=True):
    """What an indicator came to on a business date: `hits` out of `out_of` in the days before `to_on`.

    `value_ppm` is shown where it can be computed, also when it says nothing; `why` says why a color is unknown, and
    `detail` of whom or what the value is. Center and spread are those of its own history, where it was held against
    them; `judged_by` is what gave the color. What a fast indicator came to carries the business date it was felt on.
    """

    evaluated_on: date
    evaluated_at: datetime
    thresholds_version: int
    from_on: date
    to_on: date
    hits: int | None
    out_of: int | None
    value_ppm: int | None
    color: Color
    why: Why | None
    detail: str
    judged_by: Literal["thresholds", "control"] | None
    center_ppm: int | None
    spread_ppm: int | None


class Standing(Struct, frozen=True):
    """The warning that stands: the worst color it had, by when it must be acknowledged, and by whom it was."""

    state: State
    worst: Literal["yellow", "orange", "red"]
    raised_on: date
    due_at: datetime
    acknowledged_by: str | None
    note: str | None


class AcknowledgmentBody(Body, frozen=True):
    """What is done about it."""

    note: Note


class Acknowledged(Struct, frozen=True):
    """Where the warning of an indicator stands now."""

    indicator: str
    state: State


class Warned(Struct, frozen=True):
    """How an indicator stands now; `last` is its last evaluation, which may be of another day.

    A fast one looks at its last minutes (`window_minutes`), any other at days. Values are in ppm of what `unit` says.
    """

    indicator: str
    name: Words
    measures: Words
    to_do: Words
    owner: str
    escalates_to: str
    unit: Literal["share", "per_thousand", "times", "index"]
    window_minutes: int | None
    color: Color
    why: Why | None
    last: Evaluated | None
    warning: Standing | None


class Warnings(Struct, frozen=True):
    """Every indicator asked for, the worst first."""

    warnings: list[Warned]


class WarningHistory(Struct, frozen=True):
    """The last evaluations of an indicator, the newest first."""

    indicator: str
    evaluations: list[Evaluated]
