"""What a person tells of their month, what they are advised, and the caps they set themselves."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct, field

from whiteslip.kernel.money import Minor
from whiteslip.kernel.parameters import Version, Words
from whiteslip.kernel.rate import WHOLE_PPM, Ppm
from whiteslip.kernel.reason import Reason


class Answers(NamedTuple):
    """A person's month in their own words, minor units a month; `income_day` is a day of the month, 1 to 31.

    `change_minor` is what they expect of their income from next month on: a fall is negative.
    """

    income_minor: Minor
    income_day: int
    rent_minor: Minor = 0
    debts_minor: Minor = 0
    fixed_minor: Minor = 0
    change_minor: Minor = 0
    cushion_minor: Minor = 0

    @property
    def costs_minor(self) -> Minor:
        """What a month costs before anything is bought."""
        return self.rent_minor + self.debts_minor + self.fixed_minor


class Due(NamedTuple):
    """What is to be paid on a day; `kind` is pay_later, plan, revolving_fee, or held for what is not captured yet."""

    due_on: date
    line_id: int
    kind: str
    number: int
    amount_minor: Minor


class Verdict(StrEnum):
    """What a purchase would mean for the person's months, the best first."""

    COMFORTABLE = "comfortable"
    TIGHT = "tight"
    TOO_MUCH = "too_much"


class Month(NamedTuple):
    """A month in which the purchase has something due; `left_minor` is what it leaves, below zero if it does not."""

    starts_on: date
    income_minor: Minor
    dues_minor: Minor
    purchase_minor: Minor
    left_minor: Minor
    verdict: Verdict


class Choice(NamedTuple):
    """Another way to buy it: a number of months (0: pay later), what it costs and what it would mean."""

    plan_months: int
    fee_minor: Minor
    annual_cost_ppm: Ppm
    verdict: Verdict


class Tested(NamedTuple):
    """The outcome of a self-test: the verdict is that of the worst month.

    `comfortable_minor` is the largest amount, up to the one asked for, that would be comfortable in the same months.
    """

    verdict: Verdict
    months: tuple[Month, ...]
    chosen: Choice
    others: tuple[Choice, ...]
    comfortable_minor: Minor


class Day(NamedTuple):
    """One day of the picture; `free_minor` is what is free after it: income less costs less dues."""

    on: date
    income_minor: Minor
    due_minor: Minor
    free_minor: Minor


class Picture(NamedTuple):
    """The days to come, the next payday, and what can be spent until then without touching the cushion later."""

    days: tuple[Day, ...]
    payday_on: date
    safe_minor: Minor


class Spending(NamedTuple):
    """A purchase as the person's own pattern knows it; `at` in the zone of the book."""

    at: datetime
    amount_minor: Minor


class Impulse(NamedTuple):
    """What was bought unlike oneself of late; `share_ppm` of the disposable income is None where that is not known."""

    amount_minor: Minor
    purchases: int
    share_ppm: Ppm | None
    above_mark: bool


class CapKind(StrEnum):
    """What a person may set for themselves."""

    PURCHASE = "purchase"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    COOLING_OFF = "cooling_off"


class Cap(NamedTuple):
    """A cap in force: no more than the amount, or for cooling-off: above the amount, wait so many hours."""

    kind: CapKind
    amount_minor: Minor
    wait_hours: int = 0


class CapRequest(NamedTuple):
    """A person sets a cap, or with no amount takes it away."""

    customer_id: int
    kind: CapKind
    amount_minor: Minor | None
    wait_hours: int = 0


class CapChange(NamedTuple):
    """A change of a cap as it is kept; it counts from `effective_at` on."""

    customer_id: int
    change_id: int
    kind: CapKind
    amount_minor: Minor | None
    wait_hours: int
    asked_at: datetime
    effective_at: datetime


class Spent(NamedTuple):
    """What a person bought on credit so far in the current day, week (from Monday) and month."""

    day_minor: Minor = 0
    week_minor: Minor = 0
    month_minor: Minor = 0


class Attempt(NamedTuple):
    """Somebody wants to buy; `first_asked_at` is when they first asked for it, None if they do now."""

    customer_id: int
    amount_minor: Minor
    at: datetime
    spent: Spent = Spent()
    first_asked_at: datetime | None = None


class OverCap(NamedTuple):
    """An attempt, by its place in the batch, over caps of its own person, and the one reason that names them all."""

    place: int
    kinds: tuple[CapKind, ...]
    reason: Reason


class Moment(StrEnum):
    """When a few words are worth more than a page of terms, the most pressing first."""

    FIRST_LATE_DAY = "first_late_day"
    UTILIZATION_HIGH = "utilization_high"
    MINIMUM_PAYMENT = "minimum_payment"
    FIRST_PLAN = "first_plan"
    AFTER_RAISE = "after_raise"


class Lesson(NamedTuple):
    """A title and a few sentences."""

    moment: Moment
    title: Words
    text: Words


class ImpulseTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """What counts as unlike oneself."""

    look_back_days: Annotated[int, Meta(ge=1, le=3660)]
    window_days: Annotated[int, Meta(ge=1, le=366)]
    late_from_hour: Annotated[int, Meta(ge=0, le=23)]
    late_until_hour: Annotated[int, Meta(ge=0, le=23)]
    own_late_ppm: Annotated[Ppm, Meta(ge=0, le=WHOLE_PPM)]
    repeated_minutes: Annotated[int, Meta(ge=1, le=1440)]
    above_usual_ppm: Annotated[Ppm, Meta(ge=WHOLE_PPM, le=100 * WHOLE_PPM)]
    least_purchases: Annotated[int, Meta(ge=1, le=1000)]
    signs_needed: Annotated[int, Meta(ge=1, le=3)]
    mark_ppm: Annotated[Ppm, Meta(ge=0, le=WHOLE_PPM)]


class CapTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """How caps change, and how long a waited-for purchase stays open."""

    loosening_hours: Annotated[int, Meta(ge=0, le=720)]
    longest_wait_hours: Annotated[int, Meta(ge=1, le=8760)]
    open_hours: Annotated[int, Meta(ge=1, le=8760)]


class MomentTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """When a moment is one."""

    utilization_ppm: Annotated[Ppm, Meta(ge=0, le=WHOLE_PPM)]
    recent_days: Annotated[int, Meta(ge=1, le=366)]


class Terms(Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters, as `data/budgeting.toml` has them; the bands are names of affordability's."""

    version: Version
    horizon_days: Annotated[int, Meta(ge=1, le=366)]
    warn_days: Annotated[int, Meta(ge=1, le=60)]
    comfortable: Annotated[frozenset[str], Meta(min_length=1)]
    tight: Annotated[frozenset[str], Meta(min_length=1)]
    impulse: ImpulseTerms
    caps: CapTerms
    moments: MomentTerms
    words: dict[Verdict, Words] = field(name="verdict")
