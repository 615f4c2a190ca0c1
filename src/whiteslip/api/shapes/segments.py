"""What segments, tightenings and the environment take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.answers import Words
from whiteslip.api.bodies import Body
from whiteslip.api.shapes.reviews import Note

Color: TypeAlias = Literal["green", "yellow", "orange", "red", "unknown"]
Level: TypeAlias = Literal["calm", "low", "warning", "out", "unknown"]
Measure: TypeAlias = Literal["roll_to_overdue", "roll_to_thirty", "default", "thirty_plus"]
Outcome: TypeAlias = Literal["no_plans", "step_up", "limit_share", "stop"]
Standing: TypeAlias = Literal["proposed", "released", "lifting", "lifted", "dismissed", "undone"]
Word: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$", examples=["self_employed"])]
TighteningId: TypeAlias = Annotated[int, Meta(ge=1, le=2_000_000_000)]
Figure: TypeAlias = Annotated[
    str, Meta(pattern="^-?[0-9]{1,9}(\\.[0-9]{1,6})?$", examples=["49.8"])
]


class ProposalBody(Body, frozen=True):
    """Propose to tighten a segment, whatever its charts say."""

    segment: Word
    note: Note


class SayingBody(Body, frozen=True):
    """Why."""

    note: Note


class MacroBody(Body, frozen=True):
    """A value that was learned: of a date, known since a day, published by somebody."""

    of_on: date
    value: Figure
    learned_on: date
    source: Annotated[
        str,
        Meta(min_length=1, max_length=120, pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]+$"),
    ]


class Judged(Struct, frozen=True):
    """A measure at a month end; rates and limits in ppm, and why it is unknown where it is."""

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
    why: Literal["too_few", "absent", "no_baseline"] | None


class Segment(Struct, frozen=True):
    """A segment, what its last month end asks for, how its environment stands, and what stands in each direction."""

    segment: str
    title: Words
    when: str
    owner: str
    asks: Literal["nothing", "unknown", "watch", "tighten", "loosen"]
    macro: str | None
    macro_color: Color | None
    judged: list[Judged]
    tightening_id: int | None
    loosening_id: int | None


class Segments(Struct, frozen=True):
    """Every segment."""

    segments: list[Segment]


class SegmentHistory(Struct, frozen=True):
    """What was judged of a segment, the latest month end first."""

    segment: str
    judged: list[Judged]


class Expected(Struct, frozen=True):
    """What was expected of a tightening when it was proposed; `stages` are lines restricted by the end of each."""

    members: int
    touched: int
    held_out: int
    exempt: int
    owed_minor: int
    undrawn_minor: int
    stopped_minor: int
    default_chance: float
    loss_minor: int
    good: int
    stages: list[int]


class Stage(Struct, frozen=True):
    """From so many days after the release on, such a share of those not held out."""

    after_days: int
    share_ppm: int


class Tightening(Struct, frozen=True):
    """A tightening as it stands."""

    tightening_id: int
    segment: str
    condition: str
    outcome: Outcome
    state: Standing
    holdout_ppm: int
    stages: list[Stage]
    stages_done: int
    proposed_on: date
    proposed_by: str
    released_on: date | None
    review_on: date | None
    ended_on: date | None
    expected: Expected


class Tightenings(Struct, frozen=True):
    """Tightenings, the latest first."""

    tightenings: list[Tightening]


class Step(Struct, frozen=True):
    """A step of a tightening or loosening."""

    command: str
    state: Standing
    actor: str
    note: str
    happened_on: date
    happened_at: datetime


class Interval(Struct, frozen=True):
    """A difference, those touched less those held out, and the interval it lies in."""

    difference: float
    low: float
    high: float


class Effect(Struct, frozen=True):
    """What it did by a month end: lines of each arm, those newly 30 days late, and the differences; None if too few."""

    month_end: date
    touched_lines: int
    touched_hits: int
    held_out_lines: int
    held_out_hits: int
    thirty_plus: Interval | None
    bad_minor: Interval | None
    bought_minor: Interval | None


class TighteningShown(Struct, frozen=True):
    """A tightening, its steps, how many people it waits for, the restrictions that stand, and what it did."""

    tightening: Tightening
    steps: list[Step]
    missing_people: int
    restrictions: int
    effect: Effect | None


class Said(Struct, frozen=True):
    """Where it stands, how many people must still agree, and how many restrictions or limits moved."""

    number: int
    state: Standing
    missing_people: int
    moved: int


class MacroValue(Struct, frozen=True):
    """A value as it was known."""

    of_on: date
    value: str
    learned_on: date
    revision: int
    source: str


class MacroSeries(Struct, frozen=True):
    """How a series stands; unknown where it is absent or late."""

    series: str
    title: Words
    unit: str
    color: Color
    why: Literal["absent", "late"] | None
    yellow: str
    red: str
    last: MacroValue | None


class Macro(Struct, frozen=True):
    """Every series."""

    series: list[MacroSeries]


class MacroHistory(Struct, frozen=True):
    """The last values of a series, the latest first."""

    series: str
    values: list[MacroValue]


class MacroKept(Struct, frozen=True):
    """Whether the value was news, and its revision; None where it was known."""

    series: str
    revision: int | None
