"""Where lines stand at month ends, the moves between two of them, and how lines opened in one month turn out."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from whiteslip.kernel.money import Minor
from whiteslip.risk.portfolio.classes import AssetClass, ClassWhy, Stage, StageWhy


class Standing(StrEnum):
    """Where a line stands at a month end: not opened yet, owing nothing, or in a thirty-day bucket."""

    NOT_OPENED = "not-opened"
    NOTHING_OWED = "nothing-owed"
    CURRENT = "current"
    DAYS_1_30 = "1-30"
    DAYS_31_60 = "31-60"
    DAYS_61_90 = "61-90"
    DAYS_91_120 = "91-120"
    DAYS_121_150 = "121-150"
    DAYS_151_180 = "151-180"
    OVER_180 = "181+"


class Move(NamedTuple):
    """Lines that stood in one place at a month end and in another at the next; what they owed at each."""

    before: Standing
    after: Standing
    lines: int
    owed_before_minor: Minor
    owed_after_minor: Minor


class Rolls(NamedTuple):
    """The moves from one month end to the next; a pair that nobody made is left out."""

    before_on: date
    after_on: date
    moves: tuple[Move, ...]


class Rate(NamedTuple):
    """What part of those that stood in one place stood in another a month later.

    By lines, and by what was owed before; None where there is nothing to take a part of.
    """

    before: Standing
    after: Standing
    lines: int
    owed_minor: Minor
    share: float | None
    owed_share: float | None


class Flow(NamedTuple):
    """What became of a bucket in a month, in lines: `opening` + `came` = `left` + `closing`."""

    standing: Standing
    opening: int
    stayed: int
    worsened: int
    improved: int
    came: int
    closing: int
    opening_minor: Minor
    closing_minor: Minor

    @property
    def left(self) -> int:
        """How many left it, either way."""
        return self.worsened + self.improved


class Cohort(NamedTuple):
    """Lines opened in one month, named by its first day."""

    opened_in: date
    lines: int


class Reached(NamedTuple):
    """How many lines of a month of opening were more than so many days past due at a month end for the first time."""

    opened_in: date
    over_days: int
    month_end: date
    lines: int


class Worst(NamedTuple):
    """Lines of a month of opening that stood later at a month end than at any before."""

    opened_in: date
    month_end: date
    before: Standing
    after: Standing
    lines: int


class Classed(NamedTuple):
    """Lines that owed at a month end, of one class, stage and cause of each; scored is what has a score of late.

    `scored_bad_minor` is what they owed times the chance of default that the model gives.
    """

    product: str
    standing: Standing
    asset_class: AssetClass
    class_why: ClassWhy
    stage: Stage
    stage_why: StageWhy
    terms_version: int
    lines: int
    owed_minor: Minor
    scored_lines: int
    scored_owed_minor: Minor
    scored_bad_minor: Minor


class ClassSum(NamedTuple):
    """Lines of one name summed; the model's chance is weighed by what is owed, None where nothing has a score."""

    name: str
    lines: int
    owed_minor: Minor
    scored_lines: int
    served_chance: float | None


class VintagePoint(NamedTuple):
    """How many of a cohort had ever been past the threshold by so many months on book.

    The month of opening ends with 0 months on book.
    """

    months_on_book: int
    month_end: date
    lines: int
    share: float


class Vintage(NamedTuple):
    """A cohort over its months on book; it has a point for each month end that was kept, and none after."""

    opened_in: date
    lines: int
    over_days: int
    points: tuple[VintagePoint, ...]
