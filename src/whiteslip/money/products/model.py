"""A product version: every number that money and statements are computed with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from whiteslip.kernel.money import Minor, Rounding
from whiteslip.kernel.rate import Ppm
from whiteslip.money.plans.model import DayCount, Future, Timing


class Component(StrEnum):
    """The parts of what is owed, each kept apart in the books."""

    LATE_FEE = "late_fee"
    FEE = "fee"
    PRINCIPAL = "principal"


class PaymentKind(StrEnum):
    """Why an amount is paid; a product may allocate each kind in its own way. A refund has a law of its own."""

    REPAYMENT = "repayment"
    AUTOPAY = "autopay"
    CREDIT = "credit"
    GOODWILL = "goodwill"


AllocationOrder: TypeAlias = tuple[tuple[Timing, Component], ...]


@dataclass(frozen=True, slots=True)
class AllocationPolicy:
    """Where a payment goes: every due state with every component, in order, and what becomes of the excess.

    The oldest due is settled first and only within one due date the components; `by_component` goes through the order
    instead, each of its places over all dues. `future`: which plan installments take the excess; None: it is credit.
    `kinds` are the kinds of payment with a policy of their own.
    """

    order: AllocationOrder
    by_component: bool = False
    future: Future | None = None
    kinds: tuple[tuple[PaymentKind, AllocationPolicy], ...] = ()

    def for_kind(self, kind: PaymentKind) -> AllocationPolicy:
        """Find how a kind of payment is allocated: in its own way, or as any other."""
        return dict(self.kinds).get(kind, self)


class CapBasis(StrEnum):
    """How the annual cost is counted when held against the cap: 12 × the monthly rate, or compounded."""

    SIMPLE = "simple"
    COMPOUND = "compound"


class Method(StrEnum):
    """What a plan charges: a fee of the original principal each month, or interest on what remains of it."""

    FLAT_FEE = "flat_fee"
    EQUAL_INSTALLMENTS = "equal_installments"
    EQUAL_PRINCIPAL = "equal_principal"


class Reopens(StrEnum):
    """Where what a disputed collection had paid is owed again: at its old due date, or added to the next due."""

    OLD_DUE = "old_due"
    NEXT_DUE = "next_due"


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """A plan of monthly installments, with a flat fee each month or with interest at a rate a year.

    `multiple_minor` rounds what is equal from month to month where interest is borne; the last month carries the rest.
    `merchant_fee_ppm` of what is captured is what the shop pays for the plan beside its usual fee.
    """

    months: int
    monthly_fee_ppm: Ppm = 0
    method: Method = Method.FLAT_FEE
    annual_ppm: Ppm = 0
    day_count: DayCount | None = None
    multiple_minor: Minor = 1
    merchant_fee_ppm: Ppm = 0

    @property
    def by_real_days(self) -> bool:
        """Tell whether its interest follows real days; by the others a month is as long as any other."""
        return self.day_count not in {None, DayCount.BY_PERIOD, DayCount.THIRTY_360}

    @property
    def bears_interest(self) -> bool:
        """Tell whether it charges interest on what remains, and no flat fee."""
        return self.method is not Method.FLAT_FEE


@dataclass(frozen=True, slots=True)
class Product:
    """The terms of a line. Rates of fees that accrue are per day; days are calendar days."""

    product_id: int
    name: str
    version: int
    effective_on: date
    currency: str
    rounding: Rounding
    due_days: int
    hold_days: int
    minimum_ppm: Ppm
    revolving_fee_ppm: Ppm
    late_fee_ppm: Ppm
    grace_days: int
    annual_cap_ppm: Ppm
    cap_basis: CapBasis
    line_cap_minor: Minor
    plan_minimum_minor: Minor
    allocation: AllocationPolicy
    plans: tuple[PlanOffer, ...]
    reopens: Reopens = Reopens.OLD_DUE

    def plan(self, months: int) -> PlanOffer | None:
        """Find the plan of so many months, if it is offered."""
        return next((plan for plan in self.plans if plan.months == months), None)

    def merchant_fee_ppm(self, months: int) -> Ppm:
        """What a shop pays for a plan beside its usual fee; nothing where none is chosen."""
        offer = self.plan(months)
        return offer.merchant_fee_ppm if offer else 0
