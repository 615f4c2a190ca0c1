"""What a customer is told before confirming, and what is kept of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from whiteslip.kernel.money import Minor
from whiteslip.kernel.rate import Ppm
from whiteslip.money.products.costs import AnnualCost
from whiteslip.money.products.model import CapBasis, PlanOffer
from whiteslip.money.schedules.model import InstallmentTerms

LATE_DAYS = 30
"""The example of a default: the first installment is paid so many days after its due date."""


class Disclosure(NamedTuple):
    """All that is said of a purchase before it is confirmed; amounts in minor units. `offer` is None for pay later.

    Every fee is the lender's. `late_fee_ppm` is charged a day on what is overdue of the principal, after `grace_days`;
    `late_example_minor` is what the first installment bears when it is paid `LATE_DAYS` days late. `version` is a
    digest of all of it.
    """

    product_id: int
    months: int
    offer: PlanOffer | None
    principal_minor: Minor
    installments: tuple[InstallmentTerms, ...]
    cost: AnnualCost
    late_fee_ppm: Ppm
    grace_days: int
    late_example_minor: Minor
    cap_ppm: Ppm
    cap_basis: CapBasis
    on: date
    version: str

    @property
    def fee_minor(self) -> Minor:
        """All fees together, interest included."""
        return sum(row.fee_minor for row in self.installments)

    @property
    def total_minor(self) -> Minor:
        """What is paid in all, if it is paid as agreed."""
        return self.principal_minor + self.fee_minor


class Confirmation(NamedTuple):
    """A plan that was confirmed: what was agreed to, when it was shown (None: it was not told) and confirmed.

    `is_named` says that whoever confirmed named the version.
    """

    customer_id: int
    purchase_id: int
    agreed: Disclosure
    shown_at: datetime | None
    confirmed_at: datetime
    is_named: bool
