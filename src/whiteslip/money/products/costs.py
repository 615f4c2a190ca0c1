"""What credit costs a year: the rate at which the payments are worth the principal (the IRR on what remains)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from whiteslip.kernel.calendar import add_months, days_between
from whiteslip.kernel.errors import Conflict, invariant
from whiteslip.kernel.money import Minor, Rounding
from whiteslip.kernel.rate import WHOLE_PPM, Ppm
from whiteslip.money.plans.cost import Flow, actuarial_rate, effective_rate
from whiteslip.money.plans.rules import schedule
from whiteslip.money.products.model import CapBasis, PlanOffer, Product
from whiteslip.money.products.offers import terms_of

MONTHS_A_YEAR = 12
_DAYS_A_YEAR = 365
_FOUR_YEARS = [add_months(date(2027, 1, 1), months) for months in range(48)]
"""Every month a plan may begin in, one of them in a leap year."""


class AnnualCost(NamedTuple):
    """The annual rate in ppm: twelve times the monthly one, and the monthly one compounded."""

    simple_ppm: Ppm
    compound_ppm: Ppm


def annual_cost(principal_minor: Minor, payments_minor: Sequence[Minor]) -> AnnualCost:
    """Solve for the monthly rate of equal months, then annualize both ways; rounded to the nearest ppm.

    Payments never sum to less than the principal; a cost of zero is zero.
    """
    invariant(principal_minor > 0, "a cost is counted on a principal")
    invariant(sum(payments_minor) >= principal_minor, "credit is repaid in full")
    paid = [Flow(amount, number) for number, amount in enumerate(payments_minor, start=1)]
    monthly = actuarial_rate([Flow(principal_minor, 0)], paid, periods_a_year=1)
    return _a_year(monthly)


def dated_cost(
    principal_minor: Minor, payments: Sequence[tuple[date, Minor]], *, on: date
) -> AnnualCost:
    """Say what payments on real days cost of a principal drawn on a day, never less than if they were monthly.

    Monthly, the first comes after a month, however late it is due. Where the days make it dearer, because one is due
    earlier than that, the effective rate by days / 365 counts; its simple rate is twelve times its monthly part.
    """
    equal = annual_cost(principal_minor, [amount for _, amount in payments])
    days = [days_between(on, due_on) for due_on, _ in payments]
    if all(
        MONTHS_A_YEAR * after >= number * _DAYS_A_YEAR for number, after in enumerate(days, start=1)
    ):
        return equal  # paid no earlier than monthly, it costs no more
    flows = [
        Flow(amount, after / _DAYS_A_YEAR)
        for after, (_, amount) in zip(days, payments, strict=True)
    ]
    yearly = effective_rate([Flow(principal_minor, 0)], flows)
    real = _a_year((1 + yearly) ** (1 / MONTHS_A_YEAR) - 1)
    return AnnualCost(*map(max, equal, real))


def _a_year(monthly: float) -> AnnualCost:
    compound = (1 + monthly) ** MONTHS_A_YEAR - 1
    return AnnualCost(round(MONTHS_A_YEAR * monthly * WHOLE_PPM), round(compound * WHOLE_PPM))


def check_cap(cost: AnnualCost, product: Product) -> Conflict | None:
    """Refuse what would cost more a year than the product's cap."""
    is_compound = product.cap_basis is CapBasis.COMPOUND
    annual_ppm = cost.compound_ppm if is_compound else cost.simple_ppm
    if annual_ppm <= product.annual_cap_ppm:
        return None
    cap = f"{product.annual_cap_ppm / 10_000:.2f} %"
    return Conflict(f"it would cost {annual_ppm / 10_000:.2f} % a year, above the cap of {cap}")


@lru_cache(maxsize=256)
def flat_fee_cost(months: int, monthly_fee_ppm: Ppm) -> AnnualCost:
    """Return the annual cost of equal installments with a flat fee on the original principal."""
    principal_minor = months * 10**9
    return annual_cost(
        principal_minor, [10**9 + principal_minor * monthly_fee_ppm // WHOLE_PPM] * months
    )


@lru_cache(maxsize=256)
def offer_cost(offer: PlanOffer) -> AnnualCost:
    """Return what a plan costs before any rounding; of real days, in the dearest month to begin in."""
    if not offer.bears_interest:
        return flat_fee_cost(offer.months, offer.monthly_fee_ppm)
    principal_minor = offer.months * 10**9
    starts = _FOUR_YEARS[:1] if not offer.by_real_days else _FOUR_YEARS
    terms = terms_of(offer, Rounding.HALF_EVEN)
    return max(
        annual_cost(
            principal_minor,
            [row.due_minor for row in schedule(terms, principal_minor, drawn_on=start)],
        )
        for start in starts
    )
