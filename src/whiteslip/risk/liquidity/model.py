"""A forecast and what it is made of, and a valve: its stage, its terms, and where it stands."""

from __future__ import annotations

from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple

from whiteslip.kernel.money import Minor


class Why(StrEnum):
    """Why a forecast is unknown."""

    NOT_CLOSED = "not_closed"
    NO_CASH = "no_cash"
    OLD_CASH = "old_cash"
    NO_FLOOR = "no_floor"
    NO_HISTORY = "no_history"


class Terms(NamedTuple):
    """How cash is forecast; days, weeks, a share in ppm, and from which day around a due date each bucket begins."""

    version: int
    horizon_days: int
    settlement_days: int
    history_weeks: int
    least_weeks: int
    pace_weeks: int
    cash_days: int
    paths: int
    interval_ppm: int
    buckets: tuple[int, ...]


class Class(IntEnum):
    """How a due came to be: bought and paid later, revolving from an earlier due, or an installment of a plan."""

    LATER = 0
    REVOLVING = 1
    PLAN = 2


class Days(NamedTuple):
    """What is expected of the days after the one forecast from, one value a day.

    Inflow, outflow and `liquidity_minor` are what is expected; the interval is `low_minor` to `high_minor`. Liquidity
    is cash and what of commitments may be drawn; `open_minor` is what it would be without a valve that acts.
    """

    inflow_minor: tuple[Minor, ...]
    outflow_minor: tuple[Minor, ...]
    committed_minor: tuple[Minor, ...]
    liquidity_minor: tuple[Minor, ...]
    low_minor: tuple[Minor, ...]
    high_minor: tuple[Minor, ...]
    open_minor: tuple[Minor, ...]


class Forecast(NamedTuple):
    """What was forecast from a closed day; unknown with `why`, else with cash, floor and days.

    `stages_minor` is the least liquidity expected with the valve open, and under each stage from the next day on.
    """

    forecast_on: date
    version: int
    why: Why | None
    cash_minor: Minor | None
    floor_minor: Minor | None
    days: Days | None
    stages_minor: tuple[Minor, ...] = ()

    @property
    def least_minor(self) -> Minor | None:
        """The least liquidity expected."""
        return None if self.days is None else min(self.days.liquidity_minor)

    @property
    def coverage_ppm(self) -> int | None:
        """The least liquidity expected in proportion to the floor, as things stand; below 0 when cash runs out."""
        return None if self.days is None else self._of_floor(min(self.days.liquidity_minor))

    @property
    def stage_coverages_ppm(self) -> tuple[int, ...]:
        """The same with the valve open, and under each stage; empty where nothing is known."""
        found = (self._of_floor(one) for one in self.stages_minor)
        return tuple(one for one in found if one is not None)

    def _of_floor(self, amount_minor: Minor) -> int | None:
        return None if not self.floor_minor else amount_minor * 1_000_000 // self.floor_minor


class Plans(StrEnum):
    """What a stage does with plans."""

    ANY = "any"
    NONE = "none"
    ONLY = "only"


class Stage(NamedTuple):
    """How tightly new purchases are let through, for so many days.

    `share_ppm` of people are let through on a day; `most_minor` bounds one purchase; a segment is a condition over the
    facts of a purchase, everybody where it is empty.
    """

    name: str
    days: int
    share_ppm: int
    most_minor: Minor | None
    plans: Plans
    segment: str


class ValveTerms(NamedTuple):
    """The stages, the mildest first, from which coverage one is proposed or made milder, and how one is released.

    Of what a stage refuses for its size or its plan, `retakes_ppm` is expected to be taken up within its bound.
    """

    version: int
    act_below_ppm: int
    enough_ppm: int
    retakes_ppm: int
    releases: int
    renew_days: int
    propose_days: int
    red_indicators: tuple[str, ...]
    stages: tuple[Stage, ...]


class State(StrEnum):
    """Where a valve stands; the last two are final."""

    PROPOSED = "proposed"
    REHEARSED = "rehearsed"
    ACTING = "acting"
    DISMISSED = "dismissed"
    ENDED = "ended"


class Acting(NamedTuple):
    """What the gate reads of a valve: whom it lets through, up to but without `until_on`."""

    valve_id: int
    stage: int
    share_ppm: int
    most_minor: Minor | None
    plans: Plans
    segment: str
    until_on: date


class Gated(NamedTuple):
    """The valve that acts and the one that is rehearsed beside it, None where there is none."""

    acting: Acting | None
    rehearsed: Acting | None


class Valve(NamedTuple):
    """A valve as it is kept; `stage` counts from 1, `until_on` is set once it is rehearsed or acts."""

    valve_id: int
    stage: int
    steps: int
    state: State
    days: int
    share_ppm: int
    most_minor: Minor | None
    plans: Plans
    segment: str
    proposed_on: date
    until_on: date | None
    why: str

    def as_acting(self) -> Acting:
        """Return what the gate reads of it."""
        until_on = self.until_on or self.proposed_on
        return Acting(
            self.valve_id, self.stage, self.share_ppm, self.most_minor, self.plans, self.segment, until_on
        )  # fmt: skip


class Step(NamedTuple):
    """What was done with a valve, by whom and why."""

    valve_id: int
    step: int
    command: str
    state: State
    actor: str
    note: str
    happened_at: datetime


class Asked(NamedTuple):
    """What was asked for, and what of it a stage would let pass whatever its share."""

    stage: int
    asked_minor: Minor
    passes_minor: Minor


class Counted(NamedTuple):
    """What came to a valve on a day, and what of it the valve refused, or would have refused when rehearsed."""

    valve_id: int
    counted_on: date
    acted: bool
    asked: int
    asked_minor: Minor
    refused: int
    refused_minor: Minor
