"""Quotes before a purchase and disclosures after it: what the API gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from whiteslip.api.answers import Currency, ReasonSaid, Term, Words


class Charge(Struct, frozen=True):
    """What a plan charges, as figures and in words: a fee of the principal each month, or interest on what remains.

    Its payee is the lender. The day count is null for a flat fee.
    """

    method: Literal["flat_fee", "equal_installments", "equal_principal"]
    monthly_fee_ppm: int
    annual_rate_ppm: int
    day_count: str | None
    words: Words
    payee: Literal["lender"] = "lender"


class IfLate(Struct, frozen=True):
    """What a default costs: a rate a day of overdue principal after days of grace, and one example of it.

    The example is the first installment, paid `example_days` after its due date.
    """

    late_fee_ppm: int
    grace_days: int
    example_days: int
    example_minor: int


class Quote(Struct, frozen=True):
    """What a purchase would cost, and whether it could be made now.

    Confirm it with its `version`, and with `quoted_at` or when else it was shown: if anything of it changes before,
    nothing is bought.
    """

    plan_months: int
    principal_minor: int
    fee_minor: int
    total_minor: int
    annual_cost_ppm_simple: int
    annual_cost_ppm_compound: int
    annual_cap_ppm: int
    cap_basis: Literal["simple", "compound"]
    charge: Charge | None
    if_late: IfLate
    available_minor: int
    installments: list[Term]
    reasons: list[ReasonSaid]
    version: str
    quoted_at: datetime
    currency: Currency = "CNY"


class Disclosure(Struct, frozen=True):
    """What was agreed to with a plan: all that was said before it was confirmed, kept and never changed.

    `shown_at` is null where it was not told; `is_named` says that whoever confirmed named the version.
    """

    purchase_id: str
    version: str
    is_named: bool
    shown_at: datetime | None
    confirmed_at: datetime
    disclosed_on: date
    product: str
    product_version: int
    months: int
    principal_minor: int
    fee_minor: int
    total_minor: int
    annual_cost_ppm_simple: int
    annual_cost_ppm_compound: int
    annual_cap_ppm: int
    cap_basis: Literal["simple", "compound"]
    charge: Charge
    if_late: IfLate
    installments: list[Term]
    currency: Currency = "CNY"
