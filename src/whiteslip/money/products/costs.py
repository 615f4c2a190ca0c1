"""What credit costs a year: the rate at which the payments are worth the principal (DOMAIN: IRR on what remains)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from whiteslip.kernel.errors import invariant
from whiteslip.kernel.money import Minor
from whiteslip.kernel.rate import WHOLE_PPM, Ppm
from whiteslip.money.plans.cost import Flow, actuarial_rate

MONTHS_A_YEAR = 12


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
    compound = (1 + monthly) ** MONTHS_A_YEAR - 1
    return AnnualCost(round(MONTHS_A_YEAR * monthly * WHOLE_PPM), round(compound * WHOLE_PPM))


@lru_cache(maxsize=256)
def flat_fee_cost(months: int, monthly_fee_ppm: Ppm) -> AnnualCost:
    """Return the annual cost of equal installments with a flat fee on the original principal."""
    principal_minor = months * 10**9
    return annual_cost(
        principal_minor, [10**9 + principal_minor * monthly_fee_ppm // WHOLE_PPM] * months
    )
