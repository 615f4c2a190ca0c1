"""Liquidity and the safety valve: what people enter, what is expected, and what two people do about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.bodies import Body, Currency, Name
from whiteslip.api.shapes.suspensions import Note
from whiteslip.kernel.money import MAX_MINOR

State: TypeAlias = Literal["proposed", "rehearsed", "acting", "dismissed", "ended"]
Plans: TypeAlias = Literal["any", "none", "only"]
EntryKind: TypeAlias = Literal["cash", "commitment", "floor"]
Held: TypeAlias = Annotated[
    int, Meta(ge=-MAX_MINOR, le=MAX_MINOR, description="Minor units; only cash may be below 0.")
]
StageName: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$", examples=["smaller"])]
Segment: TypeAlias = Annotated[
    str,
    Meta(max_length=1_000, pattern="^[^\\u0000-\\u001f]*$", examples=["purchases_before = 0"]),
]


class EntryBody(Body, frozen=True):
    """Enter cash as it was at the end of a closed day, a commitment for some days, or the floor from a day on."""

    kind: EntryKind
    amount_minor: Held
    from_on: date
    note: Note
    name: Name | None = None
    until_on: date | None = None
    currency: Currency = "CNY"


class Entered(Struct, frozen=True):
    """The number of an entry; entries are never changed, a later one counts."""

    entry: int


class Entry(Struct, frozen=True):
    """An entry, by whom and on what grounds."""

    entry: int
    kind: EntryKind
    name: str
    amount_minor: int
    from_on: date
    until_on: date | None
    entered_by: str
    entered_at: datetime
    note: str


class Expected(Struct, frozen=True):
    """What is expected of a day: liquidity is cash and what may be drawn at its end, most likely from low to high."""

    on: date
    inflow_minor: int
    outflow_minor: int
    committed_minor: int
    liquidity_minor: int
    low_minor: int
    high_minor: int
    open_minor: int


class Forecast(Struct, frozen=True):
    """A forecast from a closed day; where it is unknown, `why` says so and there are no days.

    Coverages are the least liquidity expected out of the floor: as things stand, and with the valve open and under
    each stage.
    """

    forecast_on: date
    why: str | None
    cash_minor: int | None
    floor_minor: int | None
    coverage_ppm: int | None
    stage_coverages_ppm: list[int]
    days: list[Expected]


class Liquidity(Struct, frozen=True):
    """How liquidity stands: `why` says why nothing is known of now, and then the last forecast is of another day."""

    closed_on: date
    why: (
        Literal["not_closed", "no_cash", "old_cash", "no_floor", "no_history", "never", "stale"]
        | None
    )
    forecast: Forecast | None
    entries: list[Entry]


class ProposalBody(Body, frozen=True):
    """Propose a stage of the valve; a segment in place of its own is a condition over facts of a purchase."""

    stage: StageName
    note: Note
    segment: Segment | None = None


class ValveStepBody(Body, frozen=True):
    """On what grounds."""

    note: Note


class Governed(Struct, frozen=True):
    """A valve after a step, and how many people must still say the same."""

    valve: int
    state: State
    until_on: date | None
    missing: int


class ValveStep(Struct, frozen=True):
    """What was done with a valve."""

    command: str
    state: State
    by: str
    note: str
    at: datetime


class Counted(Struct, frozen=True):
    """What came to a valve on a day, and what of it was refused, or would have been when rehearsed."""

    on: date
    acted: bool
    asked: int
    asked_minor: int
    refused: int
    refused_minor: int


class Valve(Struct, frozen=True):
    """A valve: whom it lets through, where it stands, and what it did."""

    valve: int
    stage: int
    state: State
    share_ppm: int
    most_minor: int | None
    plans: Plans
    segment: str
    proposed_on: date
    until_on: date | None
    why: str
    steps: list[ValveStep]
    counted: list[Counted]


class Valves(Struct, frozen=True):
    """The valves, the newest first."""

    valves: list[Valve]
