"""A product version: every number that money and statements are computed with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from whiteslip.kernel.money import Minor, Rounding
from whiteslip.kernel.rate import Ppm


class Component(StrEnum):
    """The parts of what is owed, each kept apart in the books."""

    LATE_FEE = "late_fee"
    FEE = "fee"
    PRINCIPAL = "principal"


class CapBasis(StrEnum):
    """How the annual cost is counted when held against the cap: 12 × the monthly rate, or compounded."""

    SIMPLE = "simple"
    COMPOUND = "compound"


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """A plan of monthly installments; the fee is a rate of the original principal each month."""

    months: int
    monthly_fee_ppm: Ppm


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
