"""An indicator, what was measured of it, and how that was judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
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


class Unit(StrEnum):
    """How people are told a value, which is kept in ppm whatever it is: a share, times the usual, an index."""

    SHARE = "share"
    PER_THOUSAND = "per_thousand"
    TIMES = "times"
    INDEX = "index"


class Thresholds(NamedTuple):
    """From where on an indicator is yellow, orange and red, and how far it must come back to get better; in ppm."""

    bad: Direction
    yellow_ppm: int
    orange_ppm: int
    red_ppm: int
    margin_ppm: int


class Judge(StrEnum):
    """What gave a color: the fixed thresholds, or the limits of the indicator's own history."""

    THRESHOLDS = "thresholds"
    CONTROL = "control"


class Control(NamedTuple):
    """From how many robust deviations off its own center an indicator is yellow, orange and red; in thousandths.

    It learns from the days of the last `days`, none before `since`, and says nothing of fewer than `least_days`. The
    spread is never taken to be below `floor_ppm`: what never moved would alarm at the first breath.
    """

    days: int
    least_days: int
    yellow_milli: int
    orange_milli: int
    red_milli: int
    floor_ppm: int
    since: date | None = None


class Fast(NamedTuple):
    """How a fast indicator looks: at its last minutes; a source silent for more than `silent_minutes` is late."""

    window_minutes: int
    silent_minutes: int | None


class Said(NamedTuple):
    """A text in both languages."""

    zh: str
    en: str


class Indicator(NamedTuple):
    """A share, or another number in ppm as its unit says, that is watched.

    The window is `window_days` long and ends `lag_days` before the end of the day judged: what began in it had so many
    days to go wrong. Below `least_count` nothing is concluded. A source from which nothing came for more than
    `silent_days` is late; None where silence is no sign. What the owner does not acknowledge within `acknowledge_hours`
    goes to another role. `settings` are numbers its measure needs. A fast one looks at minutes; its days are 0.
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
    control: Control | None = None
    settings: Mapping[str, int] = MappingProxyType({})
    fast: Fast | None = None
    unit: Unit = Unit.SHARE


class Rhythm(NamedTuple):
    """How often the fast ones are felt, how often a color that stays is kept, and from when a look is stale."""

    every_seconds: int
    keep_minutes: int
    stale_seconds: int


class Catalog(NamedTuple):
    """All indicators, those of a day and the fast ones, the version of their thresholds, and the book's patience.

    The book may lie `late_after_days` behind the clock. `stable_features` are those whose spread is watched.
    """

    version: int
    late_after_days: int
    indicators: Mapping[str, Indicator]
    fast: Mapping[str, Indicator] = MappingProxyType({})
    rhythm: Rhythm = Rhythm(15, 10, 60)
    stable_features: tuple[str, ...] = ()


class Window(NamedTuple):
    """Days from the first up to but without the last, judged as of the end of `as_of`, the lag after its last day."""

    from_on: date
    to_on: date
    as_of: date
    lag_days: int


class Measured(NamedTuple):
    """How many of `out_of` were hit, and the last day its source told of anything.

    Where the value is no share of these it comes as `value_ppm`; `detail` says of whom or what it is.
    """

    hits: int
    out_of: int
    seen_on: date | None
    value_ppm: int | None = None
    detail: str = ""


class Felt(NamedTuple):
    """What a fast measure found, and the last instant its source told of anything."""

    hits: int
    out_of: int
    seen_at: datetime | None
    value_ppm: int | None = None
    detail: str = ""


class Band(NamedTuple):
    """Center and spread of an indicator's own past, in ppm, and of how many days."""

    center_ppm: int
    spread_ppm: int
    days: int


class Evaluation(NamedTuple):
    """An indicator judged for a business date; the value is in ppm, None where there is none.

    Center and spread are those of the band it was held against, `judged_by` what gave the color.
    """

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
    detail: str = ""
    center_ppm: int | None = None
    spread_ppm: int | None = None
    judged_by: Judge | None = None


class Past(NamedTuple):
    """The last color of an indicator that was known before a date, and when anything of it was last evaluated."""

    color: Color | None
    evaluated_at: datetime | None


class Pulse(NamedTuple):
    """A fast indicator felt at an instant of a business date; the value is in ppm, None where there is none."""

    indicator: str
    felt_at: datetime
    from_at: datetime
    felt_on: date
    version: int
    hits: int | None
    out_of: int | None
    value_ppm: int | None
    color: Color
    why: Why | None
    detail: str = ""

    @property
    def evaluation(self) -> Evaluation:
        """Say it as an evaluation of its business date."""
        return Evaluation(
            self.indicator,
            self.version,
            self.felt_on,
            self.felt_at,
            self.felt_on,
            self.felt_on + timedelta(days=1),
            self.hits,
            self.out_of,
            self.value_ppm,
            self.color,
            self.why,
            self.detail,
        )


class LastFelt(NamedTuple):
    """How a fast indicator stood: its last pulse kept, its last known color, and when it was last looked at."""

    color: Color | None
    why: Why | None
    known: Color | None
    felt_at: datetime | None
    looked_at: datetime | None
