"""An indicator, what was measured of it, and how that was judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class Color(StrEnum):
    """How bad an indicator stands; what is unknown is never green."""

    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """Why a color is unknown."""

    TOO_FEW = "too_few"
    ABSENT = "absent"
    LATE = "late"
    CLOCK = "clock"
    FAILED = "failed"
    NEVER = "never"
    STALE = "stale"


class Direction(StrEnum):
    """On which side of its thresholds an indicator is bad."""

    ABOVE = "above"
    BELOW = "below"


class Thresholds(NamedTuple):
    """From where on an indicator is yellow, orange and red, and how far it must come back to get better; in ppm."""

    bad: Direction
    yellow_ppm: int
    orange_ppm: int
    red_ppm: int
    margin_ppm: int


class Said(NamedTuple):
    """A text in both languages."""

    zh: str
    en: str


class Indicator(NamedTuple):
    """A share that is watched.

    The window is `window_days` long and ends `lag_days` before the end of the day judged: what began in it had so many
    days to go wrong. Below `least_count` nothing is concluded. A source from which nothing came for more than
    `silent_days` is late; None where silence is no sign. What the owner does not acknowledge within `acknowledge_hours`
    goes to another role.
    """

    id: str
    name: Said
    measures: Said
    to_do: Said
    owner: str
    escalates_to: str
    acknowledge_hours: int
    window_days: int
    lag_days: int
    least_count: int
    silent_days: int | None
    thresholds: Thresholds


class Catalog(NamedTuple):
    """All indicators, the version of their thresholds, and how far the book may lie behind the clock, in days."""

    version: int
    late_after_days: int
    indicators: Mapping[str, Indicator]


class Window(NamedTuple):
    """Days from the first up to but without the last, judged as of the end of `as_of`, the lag after its last day."""

    from_on: date
    to_on: date
    as_of: date
    lag_days: int


class Measured(NamedTuple):
    """How many of `out_of` were hit, and the last day its source told of anything."""

    hits: int
    out_of: int
    seen_on: date | None


class Evaluation(NamedTuple):
    """An indicator judged for a business date; the value is in ppm, None where there is none."""

    indicator: str
    version: int
    evaluated_on: date
    evaluated_at: datetime
    from_on: date
    to_on: date
    hits: int | None
    out_of: int | None
    value_ppm: int | None
    color: Color
    why: Why | None


class Past(NamedTuple):
    """The last color of an indicator that was known before a date, and when anything of it was last evaluated."""

    color: Color | None
    evaluated_at: datetime | None
