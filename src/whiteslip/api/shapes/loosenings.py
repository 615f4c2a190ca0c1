"""What loosenings take and give."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from whiteslip.api.shapes.segments import Effect, Stage, Standing, Step


class Offer(Struct, frozen=True):
    """What a good line is given: a share of its fixed limit within least and most, if it was not late for so long."""

    share_ppm: int
    least_minor: int
    most_minor: int
    late_free_months: int


class Expected(Struct, frozen=True):
    """What was expected when it was proposed; `stages` are lines and `stages_minor` room given by the end of each.

    `used_minor` is what is owed more for it; `income_minor` the shops' fee on that, null where nothing was bought.
    """

    members: int
    touched: int
    held_out: int
    exempt: int
    owed_minor: int
    undrawn_minor: int
    room_minor: int
    used_minor: int
    income_minor: int | None
    default_chance: float
    loss_minor: int
    stages: list[int]
    stages_minor: list[int]


class Loosening(Struct, frozen=True):
    """A loosening as it stands."""

    loosening_id: int
    segment: str
    condition: str
    offer: Offer
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


class Loosenings(Struct, frozen=True):
    """Loosenings, the latest first."""

    loosenings: list[Loosening]


class LooseningShown(Struct, frozen=True):
    """A loosening, its steps, how many people it waits for, the lines that have its room, and what it did."""

    loosening: Loosening
    steps: list[Step]
    missing_people: int
    lines: int
    room_minor: int
    effect: Effect | None
