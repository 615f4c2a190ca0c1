"""An interest-bearing offer as the terms of a plan, whose rows `money/plans` makes."""

from __future__ import annotations

from datetime import date

from whiteslip.kernel.errors import invariant
from whiteslip.kernel.money import Rounding
from whiteslip.money.plans.model import Amortization, DayCount, Every, Terms, Unit
from whiteslip.money.products.model import Method, PlanOffer

_MONTHLY = Every(1, Unit.MONTHS)
_EQUAL = {
    Method.EQUAL_INSTALLMENTS: Amortization.EQUAL_INSTALLMENTS,
    Method.EQUAL_PRINCIPAL: Amortization.EQUAL_PRINCIPAL,
}


def terms_of(offer: PlanOffer, rounding: Rounding, *, first_on: date | None = None) -> Terms:
    """Say an interest-bearing offer as terms; its first period ends on `first_on`, else after a whole month."""
    invariant(offer.bears_interest, "only a plan that bears interest is counted by a day count")
    return Terms(
        count=offer.months,
        every=_MONTHLY,
        annual_ppm=offer.annual_ppm,
        day_count=offer.day_count or DayCount.BY_PERIOD,
        amortization=_EQUAL[offer.method],
        rounding=rounding,
        multiple_minor=offer.multiple_minor,
        first_due_on=first_on,
    )
