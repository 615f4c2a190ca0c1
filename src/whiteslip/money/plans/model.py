"""The terms of a plan, its rows, and everything that may happen to it; amounts in minor units, rates a year in ppm."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias, TypeVar

from whiteslip.kernel.money import Minor, Rounding
from whiteslip.kernel.rate import Ppm

Part = TypeVar("Part")


class DayCount(StrEnum):
    """What part of a year a period is: by its days, by months of 30, or by its name alone (a month is a twelfth)."""

    THIRTY_360 = "30/360"
    ACT_360 = "ACT/360"
    ACT_364 = "ACT/364"
    ACT_365 = "ACT/365"
    ACT_ACT = "ACT/ACT"
    BY_PERIOD = "by period"


class Unit(StrEnum):
    """What a rhythm is counted in."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


class Every(NamedTuple):
    """A rhythm: every month, every two weeks, every 30 days."""

    times: int
    unit: Unit


class Interest(StrEnum):
    """Interest on the principal as drawn, or on what remains of it."""

    FLAT = "flat"
    DECLINING = "declining"


class Amortization(StrEnum):
    """What is equal from period to period."""

    EQUAL_INSTALLMENTS = "equal installments"
    EQUAL_PRINCIPAL = "equal principal"


class Component(StrEnum):
    """The parts of what a row owes."""

    PENALTY = "penalty"
    FEE = "fee"
    INTEREST = "interest"
    PRINCIPAL = "principal"


class Timing(StrEnum):
    """How a row stands on the day of a payment."""

    PAST_DUE = "past due"
    DUE = "due"
    IN_ADVANCE = "in advance"


class Future(StrEnum):
    """Which row to come takes what is paid in advance: the next, the last, or all of them evenly."""

    NEXT = "next"
    LAST = "last"
    EVENLY = "evenly"


class Kind(StrEnum):
    """Why an amount is paid; a product may allocate each kind in its own way."""

    REPAYMENT = "repayment"
    DOWN_PAYMENT = "down payment"
    GOODWILL = "goodwill"
    MERCHANT_REFUND = "merchant refund"
    PAYOUT_REFUND = "payout refund"
    ADJUSTMENT = "charge adjustment"


Order: TypeAlias = tuple[tuple[Timing, Component], ...]


class Allocation(NamedTuple):
    """Where a payment goes: timings and components in order, and what becomes of the excess.

    Within a timing the oldest row is finished first; `by_component` finishes a component over all its rows instead.
    """

    order: Order
    future: Future = Future.NEXT
    by_component: bool = False


def ordered(*components: Part) -> tuple[tuple[Timing, Part], ...]:
    """Say the same order of components for what is past due, due, and in advance."""
    return tuple((timing, component) for timing in Timing for component in components)


DEFAULT_ORDER: Order = ordered(
    Component.PENALTY, Component.FEE, Component.INTEREST, Component.PRINCIPAL
)


class InstallmentFee(NamedTuple):
    """A fee with every installment: a rate of its principal, with its interest if so chosen, or an amount."""

    ppm: Ppm = 0
    with_interest: bool = False
    flat_minor: Minor = 0


class LateCharge(NamedTuple):
    """Charged once on a row when it is unpaid so many days after its due date: a rate of its unpaid principal.

    `with_interest` counts its unpaid interest too.
    """

    ppm: Ppm
    grace_days: int = 0
    with_interest: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed. `count` installments; a down payment is a row besides, due as the money is drawn.

    `multiple_minor` rounds what is equal to multiples, such as 100 for whole yuan. `evened` tries one other equal
    installment when the last differs by much. `recalculated` counts interest on what was really owed each day.
    Who pays recalculated terms off pays interest until that day, or with `payoff_until_due` that of the whole period.
    `dated` names each period, instead of the rhythm. `by_month` lets a period of a month bear the days of the month it
    begins in, whatever its own, and counts each day in the year it ends in; without it days are those of the period,
    each in the year it begins in.
    """

    count: int
    every: Every
    annual_ppm: Ppm = 0
    day_count: DayCount = DayCount.ACT_365
    interest: Interest = Interest.DECLINING
    amortization: Amortization = Amortization.EQUAL_INSTALLMENTS
    rounding: Rounding = Rounding.HALF_EVEN
    multiple_minor: Minor = 1
    down_payment_ppm: Ppm = 0
    down_payment_at_once: bool = True
    principal_grace: int = 0
    interest_grace: int = 0
    interest_free: int = 0
    first_due_on: date | None = None
    dated: tuple[Period, ...] = ()
    by_month: bool = False
    evened: bool = True
    recalculated: bool = False
    payoff_until_due: bool = False
    installment_fee: InstallmentFee | None = None
    late_charge: LateCharge | None = None
    allocations: dict[Kind | None, Allocation] = field(
        default_factory=lambda: {None: Allocation(DEFAULT_ORDER)}
    )
    credit_order: tuple[Component, ...] = (
        Component.PENALTY,
        Component.FEE,
        Component.INTEREST,
        Component.PRINCIPAL,
    )

    def allocation(self, kind: Kind) -> Allocation:
        """Find how a kind of payment is allocated: in its own way, or as any other."""
        return self.allocations.get(kind) or self.allocations[None]


class Period(NamedTuple):
    """A stretch of time that ends with a due date."""

    from_on: date
    due_on: date


class Stretch(NamedTuple):
    """A part of a period with one balance; `factor` is what a unit of it bears, `interest_minor` what it bore."""

    from_on: date
    until_on: date
    balance_minor: Minor
    factor: Decimal
    interest_minor: Minor


class RowKind(StrEnum):
    """How a row came to be."""

    DOWN_PAYMENT = "down payment"
    INSTALLMENT = "installment"
    RE_AGED = "re-aged"
    ADDED = "added"


@dataclass(slots=True)
class Row:
    """A row of a plan as it stands: what is due of each component, what is paid of it, and when it was done.

    Where `equal_minor` is known it is the installment, of which interest takes its part and principal the rest. A row
    that `is_left` is one the plan went on without when it was re-aged.
    """

    number: int
    from_on: date
    due_on: date
    kind: RowKind = RowKind.INSTALLMENT
    annual_ppm: Ppm = 0
    equal_minor: Minor | None = None
    principal_minor: Minor = 0
    interest_minor: Minor = 0
    fee_minor: Minor = 0
    penalty_minor: Minor = 0
    added_minor: Minor = 0
    paid: dict[Component, Minor] = field(default_factory=lambda: dict.fromkeys(Component, 0))
    in_advance_minor: Minor = 0
    late_minor: Minor = 0
    balance_minor: Minor = 0
    completed_on: date | None = None
    is_charged_late: bool = False
    is_left: bool = False
    stretches: tuple[Stretch, ...] = ()

    def due_of(self, component: Component) -> Minor:
        """All that is due of a component, paid or not."""
        match component:
            case Component.PENALTY:
                return self.penalty_minor
            case Component.FEE:
                return self.fee_minor
            case Component.INTEREST:
                return self.interest_minor
            case Component.PRINCIPAL:
                return self.principal_minor

    def open_of(self, component: Component) -> Minor:
        """What is still to be paid of a component."""
        return self.due_of(component) - self.paid[component]

    @property
    def is_due_at_once(self) -> bool:
        """Tell whether it is due on the day of the drawing that made it."""
        return self.kind in {RowKind.DOWN_PAYMENT, RowKind.ADDED}

    @property
    def due_minor(self) -> Minor:
        """All that is due."""
        return sum(self.due_of(component) for component in Component)

    @property
    def paid_minor(self) -> Minor:
        """All that is paid."""
        return sum(self.paid.values())

    @property
    def open_minor(self) -> Minor:
        """All that is still to be paid."""
        return self.due_minor - self.paid_minor
