"""Rows of many plans of the same terms at once, as columns: to the cent what the rules make of each alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from whiteslip.kernel.money import Minor, Rounding
from whiteslip.kernel.rate import WHOLE_PPM, Ppm
from whiteslip.money.plans.factors import (
    DIGITS,
    EXACT,
    equal_installment,
    tolerance,
)
from whiteslip.money.plans.model import Amortization, Interest, Row, Terms
from whiteslip.money.plans.rules import factor_of, periods_of, schedule

Column: TypeAlias = npt.NDArray[np.int64]
_ONE = 10**DIGITS
_ROOM = 2**62
_NEAR = 0.01
"""So near a tie, in minor units, an installment is counted again digit by digit."""


class Columns(NamedTuple):
    """Amounts in minor units, a row a plan and a column an installment."""

    principal: Column
    interest: Column
    fee: Column


def flat_fee_plans(principals: Column, *, months: int, monthly_fee_ppm: Ppm) -> Columns:
    """Equal parts, the last ones with the odd minor units, each with a fee of the original principal (half even)."""
    part, odd = np.divmod(principals, months)
    places = np.arange(months)
    principal = part[:, None] + (places[None, :] >= (months - odd)[:, None])
    fee = _half_even(principals * monthly_fee_ppm, WHOLE_PPM)
    fees = np.repeat(fee[:, None], months, axis=1)
    return Columns(principal, np.zeros_like(principal), fees)


def plans(terms: Terms, principals: Column, *, drawn_on: date) -> Columns:
    """Make the installments of plans drawn on one day; what is not plain is made one after the other."""
    dated = periods_of(terms, drawn_on=drawn_on)
    factors = [factor_of(terms, Row(1, *period, annual_ppm=terms.annual_ppm)) for period in dated]
    scaled = [int(one * _ONE) for one in factors]
    if not _is_plain(terms) or int(principals.max(initial=0)) * max(scaled) >= _ROOM:
        return _alone(terms, principals, drawn_on)
    equal = _equal(terms, principals, factors)
    columns, difference = _filled(principals, equal, scaled)
    (odd,) = np.nonzero(np.abs(difference) > tolerance(terms.count))
    if not terms.evened or not len(odd):
        return columns
    step = _half_even(np.abs(difference[odd]), terms.count) * np.sign(difference[odd])
    multiple: Minor = terms.multiple_minor
    other = _half_even(np.maximum(equal[odd] + step, 0), multiple) * multiple
    tried, missed = _filled(principals[odd], other, scaled)
    nearer = np.abs(missed) < np.abs(difference[odd])
    columns.principal[odd[nearer]] = tried.principal[nearer]
    columns.interest[odd[nearer]] = tried.interest[nearer]
    return columns


def _is_plain(terms: Terms) -> bool:
    return (
        terms.interest is Interest.DECLINING
        and terms.amortization is Amortization.EQUAL_INSTALLMENTS
        and terms.rounding is Rounding.HALF_EVEN
        and terms.installment_fee is None
        and not terms.down_payment_ppm
        and not (terms.principal_grace or terms.interest_grace or terms.interest_free)
    )


def _alone(terms: Terms, principals: Column, drawn_on: date) -> Columns:
    made = [schedule(terms, int(one), drawn_on=drawn_on) for one in principals]
    width = max(map(len, made), default=terms.count)

    def column(amounts: list[list[Minor]]) -> Column:
        even = [[0] * (width - len(one)) + one for one in amounts]  # some have no down payment
        return np.array(even, np.int64).reshape(len(made), width)

    return Columns(
        column([[row.principal_minor for row in rows] for rows in made]),
        column([[row.interest_minor for row in rows] for rows in made]),
        column([[row.fee_minor for row in rows] for rows in made]),
    )


def _equal(terms: Terms, principals: Column, factors: Sequence[Decimal]) -> Column:
    """Count by floating point, and again digit by digit where that could round to the other side."""
    grown, summed = Decimal(1), Decimal(0)
    for place, one in enumerate(factors):
        plus = EXACT.add(Decimal(1), one)
        grown = EXACT.multiply(grown, plus)
        summed = Decimal(1) if place == 0 else EXACT.add(Decimal(1), EXACT.multiply(summed, plus))
    exact = principals * (float(grown) / float(summed) / terms.multiple_minor)
    equal = np.rint(exact).astype(np.int64) * terms.multiple_minor
    near = np.abs(exact - np.floor(exact) - 0.5) * terms.multiple_minor < _NEAR
    for place in np.flatnonzero(near):
        equal[place] = equal_installment(
            int(principals[place]), factors, terms.rounding, terms.multiple_minor
        )
    return equal


def _filled(principals: Column, equal: Column, scaled: Sequence[int]) -> tuple[Columns, Column]:
    """Fill installments; returns them and by how much the last of each plan is more than the others."""
    shape = (len(scaled), len(principals))
    principal, interest = np.empty(shape, np.int64), np.empty(shape, np.int64)
    left = principals.copy()
    for place, one in enumerate(scaled):
        interest[place] = _half_even(left * one, _ONE)
        if place == len(scaled) - 1:
            principal[place] = left
        else:
            principal[place] = np.minimum(np.maximum(equal - interest[place], 0), left)
        left -= principal[place]
    difference = principal[-1] + interest[-1] - equal
    return Columns(principal.T, interest.T, np.zeros(shape, np.int64).T), difference


def _half_even(numerator: Column, denominator: int) -> Column:
    whole, rest = np.divmod(numerator, denominator)
    twice = 2 * rest
    return whole + ((twice > denominator) | ((twice == denominator) & (whole % 2 == 1)))
