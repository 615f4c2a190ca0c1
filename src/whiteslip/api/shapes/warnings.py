"""What the warnings give: how each indicator of the book stands, and what it came to on each day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from whiteslip.api.answers import Words

Color: TypeAlias = Literal["green", "yellow", "orange", "red", "unknown"]
Why: TypeAlias = Literal["too_few", "absent", "late", "clock", "failed", "never", "stale"]


class Evaluated(Struct, frozen=True):
    """What an indicator came to on a business date: `hits` out of `out_of` in the days before `to_on`.

    `value_ppm` is shown where it can be computed, also when it says nothing; `why` says why a color is unknown.
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


class Warned(Struct, frozen=True):
    """How an indicator stands now; `last` is its last evaluation, which may be of another day."""

    indicator: str
    name: Words
    measures: Words
    to_do: Words
    owner: str
    color: Color
    why: Why | None
    last: Evaluated | None


class Warnings(Struct, frozen=True):
    """Every indicator asked for, the worst first."""

    warnings: list[Warned]


class WarningHistory(Struct, frozen=True):
    """The last evaluations of an indicator, the newest first."""

    indicator: str
    evaluations: list[Evaluated]
