"""A segment and its chart, what a measure of it came to, and how a tightening of it is to go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from whiteslip.kernel.money import Minor
from whiteslip.kernel.rate import Ppm
from whiteslip.risk.signals.model import Said


class Measure(StrEnum):
    """A rate of the lines that were in the segment a month before; the first three are flows, the last a stock."""

    ROLL_TO_OVERDUE = "roll_to_overdue"
    ROLL_TO_THIRTY = "roll_to_thirty"
    DEFAULT = "default"
    THIRTY_PLUS = "thirty_plus"


class Level(StrEnum):
    """Where a rate stands to its control limits; what is unknown is never calm."""

    CALM = "calm"
    LOW = "low"
    WARNING = "warning"
    OUT = "out"
    UNKNOWN = "unknown"


class Unsaid(StrEnum):
    """Why a chart says nothing."""

    TOO_FEW = "too_few"
    ABSENT = "absent"
    NO_BASELINE = "no_baseline"


class Direction(StrEnum):
    """Which way a segment is moved: restricted while it turns bad, or given more room while it turns well."""

    TIGHTEN = "tighten"
    LOOSEN = "loosen"


class Outcome(StrEnum):
    """What is done to a line: no new plans, a second factor, a share of its limit, no new credit; or more room."""

    NO_PLANS = "no_plans"
    STEP_UP = "step_up"
    LIMIT_SHARE = "limit_share"
    STOP = "stop"
    ROOM = "room"


class Chart(NamedTuple):
    """The parameters of the control charts, as `data/segments.toml` explains them."""

    baseline_months: int
    least_baseline_months: int
    lag_months: int
    history_months: int
    weight_ppm: Ppm
    warning_milli: int
    action_milli: int
    single_milli: int
    least_hits: int


class Stage(NamedTuple):
    """A step of a roll-out: from so many days after the release on, such a share of those not held out."""

    after_days: int
    share_ppm: Ppm


class Offer(NamedTuple):
    """What a loosening gives a good line: a temporary limit of a share of the fixed one, within least and most.

    Whoever was late within `late_free_months` gets none.
    """

    share_ppm: Ppm
    least_minor: Minor
    most_minor: Minor
    late_free_months: int


class Segment(NamedTuple):
    """A part of the book: the condition that says who is in it, what is watched of it, and what is proposed for it.

    `macro` names the series of the environment that goes with it. `ends_by` are the flows that must be calm for a
    tightening to have passed: a stock stays high long after the trouble is over. `loosens_by` are the flows that must
    be low for `offer` to be proposed; without an offer the segment is never loosened.
    """

    name: str
    title: Said
    when: str
    least_count: int
    measures: tuple[Measure, ...]
    ends_by: tuple[Measure, ...]
    outcome: Outcome
    macro: str | None
    owner: str
    loosens_by: tuple[Measure, ...] = ()
    offer: Offer | None = None


class Loosening(NamedTuple):
    """When a segment is given more room and who is left out, as `data/segments.toml` explains it."""

    loosen_months: int
    highest_level: int
    notice_days: int


class Rollout(NamedTuple):
    """How segments are moved stage by stage, and how that ends, as `data/segments.toml` explains it."""

    stages: tuple[Stage, ...]
    holdout_ppm: Ppm
    review_days: int
    decide_ahead_days: int
    calm_months: int
    again_after_days: int
    recent_months: int
    loss_months: int
    step_up_stops_ppm: Ppm
    confidence_ppm: Ppm


class Catalog(NamedTuple):
    """All segments, the charts, and how they are moved; `version` counts changes of any of them."""

    version: int
    chart: Chart
    rollout: Rollout
    loosening: Loosening
    segments: Mapping[str, Segment]


class Month(NamedTuple):
    """What a measure came to at a month end: `hits` of `out_of` lines."""

    month_end: date
    hits: int
    out_of: int


class Judged(NamedTuple):
    """A measure of a segment judged at a month end; rates and limits are in ppm, None where there are none.

    `base_ppm` is the rate of the baseline, `smooth_ppm` the weighted average since, the limits are those of the
    average; `single_ppm` is the limit of the month by itself.
    """

    segment: str
    measure: Measure
    month_end: date
    hits: int
    out_of: int
    base_ppm: int | None
    smooth_ppm: int | None
    warning_ppm: int | None
    action_ppm: int | None
    single_ppm: int | None
    baseline_months: int
    level: Level
    why: Unsaid | None

    @property
    def rate_ppm(self) -> int | None:
        """The month's own rate."""
        return self.hits * 1_000_000 // self.out_of if self.out_of else None
