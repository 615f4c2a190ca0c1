"""A product version: every number that money and statements are computed with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from whiteslip.kernel.money import Minor, Rounding
from whiteslip.kernel.rate import Ppm
from whiteslip.money.plans.model import DayCount


class Component(StrEnum):
    """The parts of what is owed, each kept apart in the books."""

    LATE_FEE = "late_fee"
    FEE = "fee"
    PRINCIPAL = "principal"


class CapBasis(StrEnum):
    """How the annual cost is counted when held against the cap: 12 × the monthly rate, or compounded."""

    SIMPLE = "simple"
    COMPOUND = "compound"


class Method(StrEnum):
    """What a plan charges: a fee of the original principal each month, or interest on what remains of it."""

    FLAT_FEE = "flat_fee"
    EQUAL_INSTALLMENTS = "equal_installments"
    EQUAL_PRINCIPAL = "equal_principal"


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """A plan of monthly installments, with a flat fee each month or with interest at a rate a year.

    `multiple_minor` rounds what is equal from month to month where interest is borne; the last month carries the rest.
    """

    months: int
    monthly_fee_ppm: Ppm = 0
    method: Method = Method.FLAT_FEE
    annual_ppm: Ppm = 0
    day_count: DayCount | None = None
    multiple_minor: Minor = 1

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
    allocation: tuple[Component, ...]
    plans: tuple[PlanOffer, ...]

    def plan(self, months: int) -> PlanOffer | None:
        """Find the plan of so many months, if it is offered."""
        return next((plan for plan in self.plans if plan.months == months), None)
