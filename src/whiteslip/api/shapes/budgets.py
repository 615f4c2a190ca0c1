"""What budgets take and give: answers, self-tests, the picture of the days to come, caps and lessons."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.answers import Words
from whiteslip.api.bodies import Amount, Body, Currency, LineId, Monthly, Months

Verdict: TypeAlias = Literal["comfortable", "tight", "too_much"]
CapKind: TypeAlias = Literal["purchase", "day", "week", "month", "cooling_off"]
Moment: TypeAlias = Literal[
    "first_late_day", "utilization_high", "minimum_payment", "first_plan", "after_raise"
]
CapAmount: TypeAlias = Annotated[int, Meta(ge=0, le=20_000_000_000, description="Minor units.")]
Hours: TypeAlias = Annotated[int, Meta(ge=0, le=8760)]
Change: TypeAlias = Annotated[
    int,
    Meta(
        ge=-10_000_000_000,
        le=10_000_000_000,
        description="What is expected of the income from next month on, minor units; a fall is negative.",
    ),
]


class AnswersBody(Body, frozen=True):
    """A person's month in their own words, minor units a month; debts are those owed elsewhere."""

    monthly_income_minor: Monthly
    income_day: Annotated[int, Meta(ge=1, le=31)]
    monthly_rent_minor: Monthly = 0
    monthly_debts_minor: Monthly = 0
    monthly_fixed_minor: Monthly = 0
    expected_change_minor: Change = 0
    cushion_minor: Monthly = 0
    currency: Currency = "CNY"


class SelfTestBody(Body, frozen=True):
    """Test a purchase against answers, or without them against those kept; `keep` keeps these."""

    line_id: LineId
    amount_minor: Amount
    plan_months: Months = 0
    answers: AnswersBody | None = None
    keep: bool = False
    currency: Currency = "CNY"


class CapBody(Body, frozen=True):
    """Set a cap, or take it away with no amount; hours are how long a cooling-off waits."""

    kind: CapKind
    amount_minor: CapAmount | None = None
    wait_hours: Hours = 0
    currency: Currency = "CNY"


class LessonBody(Body, frozen=True):
    """A lesson the person was shown."""

    moment: Moment


class TestedMonth(Struct, frozen=True):
    """A month in which the purchase is due: what it already has, what this adds, what is left."""

    month: date
    income_minor: int
    dues_minor: int
    purchase_minor: int
    left_minor: int
    verdict: Verdict


class TestedChoice(Struct, frozen=True):
    """A way to buy it: its months (0: pay later), what it costs, and what it would mean."""

    plan_months: int
    fee_minor: int
    annual_cost_ppm_simple: int
    verdict: Verdict


class SelfTested(Struct, frozen=True):
    """Advice, not a decision; the largest amount that would be comfortable, and longer plans."""

    verdict: Verdict
    says: Words
    months: list[TestedMonth]
    chosen: TestedChoice
    longer_plans: list[TestedChoice]
    comfortable_amount_minor: int
    kept: bool
    currency: Currency = "CNY"


class Kept(Struct, frozen=True):
    """Whether answers are kept now."""

    customer_id: str
    kept: bool


class BudgetDue(Struct, frozen=True):
    """What is to be paid on a day; `held` is a purchase that is approved and not captured yet."""

    due_on: date
    line_id: str
    kind: Annotated[str, Meta(examples=["pay_later", "plan", "revolving_fee", "held"])]
    number: int
    amount_minor: int


class BudgetDay(Struct, frozen=True):
    """One day: the income of a payday, what is due, and what is free after it."""

    on: date
    income_minor: int
    due_minor: int
    free_minor: int


class ImpulseShare(Struct, frozen=True):
    """What was bought unlike oneself of late, held against a month's disposable income where it is known."""

    amount_minor: int
    purchases: int
    share_ppm: int | None
    above_mark: bool


class Budget(Struct, frozen=True):
    """The next 60 days; days and what is safe to spend only where answers are kept."""

    customer_id: str
    on: date
    dues: list[BudgetDue]
    impulse: ImpulseShare
    answers: AnswersBody | None
    days: list[BudgetDay]
    payday_on: date | None
    safe_to_spend_minor: int | None
    currency: Currency = "CNY"


class CapShown(Struct, frozen=True):
    """A cap; for cooling-off the amount above which so many hours are waited."""

    kind: CapKind
    amount_minor: int | None
    wait_hours: int
    effective_at: datetime | None = None


class Caps(Struct, frozen=True):
    """Caps in force, what was spent in their windows, and changes that do not count yet."""

    customer_id: str
    caps: list[CapShown]
    waiting: list[CapShown]
    spent_day_minor: int
    spent_week_minor: int
    spent_month_minor: int
    currency: Currency = "CNY"


class CapSet(Struct, frozen=True):
    """A change taken in: tightening counts at once, loosening from an instant on."""

    customer_id: str
    kind: CapKind
    amount_minor: int | None
    wait_hours: int
    at_once: bool
    effective_at: datetime


class Lesson(Struct, frozen=True):
    """A few words for the moment."""

    moment: Moment
    title: Words
    text: Words


class Lessons(Struct, frozen=True):
    """The lesson that would help now, if there is one the person was not told."""

    customer_id: str
    lesson: Lesson | None
