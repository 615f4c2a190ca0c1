"""Periods of a plan, and what a unit of principal bears in one: the rate times the part of a year, to twelve digits."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from math import floor
from typing import NamedTuple

from whiteslip.kernel.calendar import add_months, days_between
from whiteslip.kernel.errors import invariant
from whiteslip.kernel.money import Minor, Rounding, divide
from whiteslip.kernel.rate import WHOLE_PPM, Ppm
from whiteslip.money.plans.model import DayCount, Every, Period, Unit

DIGITS = 12
EXACT = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN)
"""Factors are counted with twelve significant digits, and kept with twelve decimals."""
_PLACES = Decimal(1).scaleb(-DIGITS)
_WIDE = Context(prec=40, rounding=ROUND_HALF_EVEN)
_YEAR = {
    DayCount.THIRTY_360: 360,
    DayCount.ACT_360: 360,
    DayCount.ACT_364: 364,
    DayCount.ACT_365: 365,
}
_NIGHT = timedelta(days=1)
_PERIODS_A_YEAR = {Unit.MONTHS: 12, Unit.WEEKS: 52, Unit.DAYS: 365}


def after(start: date, every: Every, times: int, *, anchor_day: int | None = None) -> date:
    """Go on from a day by a rhythm; a month that is too short ends it, and does not shorten the months after."""
    if every.unit is Unit.MONTHS:
        return add_months(start, every.times * times, anchor_day=anchor_day)
    days = every.times * times * (7 if every.unit is Unit.WEEKS else 1)
    return start + timedelta(days=days)


def periods(
    start: date, every: Every, count: int, *, first_due_on: date | None = None
) -> list[Period]:
    """Make `count` periods that follow each other; `first_due_on` makes the first longer or shorter."""
    if first_due_on is None:
        dues = [after(start, every, number) for number in range(1, count + 1)]
    else:
        dues = [after(first_due_on, every, number) for number in range(count)]
    return [Period(*pair) for pair in zip([start, *dues], dues, strict=False)]


class Bearing(NamedTuple):
    """What interest is counted by: a rate a year, a day count, a rhythm, and whether months count by their names."""

    annual_ppm: Ppm
    day_count: DayCount
    every: Every
    by_month: bool = False


@lru_cache(1 << 14)
def factor(by: Bearing, period: Period, from_on: date, until_on: date) -> Decimal:
    """What a unit of principal bears from a day of a period until another, to twelve decimals.

    The whole period bears the rate times its part of a year; a part of it, by days.
    """
    if by.annual_ppm == 0 or until_on <= from_on:
        return Decimal(0)
    rate = EXACT.divide(Decimal(by.annual_ppm), Decimal(WHOLE_PPM))
    if by.day_count is DayCount.ACT_ACT and not by.by_month:
        borne = EXACT.multiply(rate, _calendar_years(from_on, until_on))
    elif by.day_count is DayCount.ACT_ACT and from_on.year < until_on.year:
        borne = EXACT.multiply(rate, _calendar_years(from_on + _NIGHT, until_on + _NIGHT))
    else:
        days, whole = days_between(from_on, until_on), days_between(*period)
        borne = EXACT.multiply(rate, _part_of_year(by, whole, from_on))
        borne = EXACT.divide(EXACT.multiply(borne, Decimal(days)), Decimal(whole))
    return borne.quantize(_PLACES, ROUND_HALF_EVEN)


def _part_of_year(by: Bearing, days: int, from_on: date) -> Decimal:
    if by.day_count is DayCount.BY_PERIOD:
        return EXACT.divide(Decimal(by.every.times), Decimal(_PERIODS_A_YEAR[by.every.unit]))
    if by.every.unit is Unit.MONTHS:
        if by.day_count is DayCount.THIRTY_360:
            days = 30 * by.every.times
        elif by.by_month:
            days = monthrange(from_on.year, from_on.month)[1] * by.every.times
    year = _YEAR.get(by.day_count) or _days_of_year(from_on.year)
    return EXACT.divide(Decimal(days), Decimal(year))


def _calendar_years(from_on: date, until_on: date) -> Decimal:
    """Sum each calendar year's days over the days that year has."""
    total = Decimal(0)
    for year in range(from_on.year, until_on.year + 1):
        begin, end = max(from_on, date(year, 1, 1)), min(until_on, date(year + 1, 1, 1))
        days = max(days_between(begin, end), 0)
        total = EXACT.add(total, EXACT.divide(Decimal(days), Decimal(_days_of_year(year))))
    return total


def _days_of_year(year: int) -> int:
    return days_between(date(year, 1, 1), date(year + 1, 1, 1))


def equal_installment(
    balance_minor: Minor, factors: Sequence[Decimal], rounding: Rounding, multiple_minor: Minor = 1
) -> Minor:
    """The installment that, paid at the end of each period, leaves nothing; rounded to multiples.

    It is Rn × P / Fn, where Rn is the product of all 1 + f and Fn the sum of the products of those that follow.
    """
    invariant(len(factors) > 0, "what is owed is paid in one installment at least")
    grown, summed = Decimal(1), Decimal(0)
    for place, each in enumerate(factors):
        plus = EXACT.add(Decimal(1), each)
        grown = EXACT.multiply(grown, plus)
        summed = Decimal(1) if place == 0 else EXACT.add(Decimal(1), EXACT.multiply(summed, plus))
    exact = EXACT.divide(EXACT.multiply(grown, Decimal(balance_minor)), summed)
    return rounded(exact, rounding, multiple_minor)


def bears(balance_minor: Minor, borne: Decimal, rounding: Rounding) -> Minor:
    """What a balance bears by a factor, rounded to a whole minor unit; a negative balance bears nothing."""
    return rounded(_WIDE.multiply(Decimal(max(balance_minor, 0)), borne), rounding)


def rounded(amount: Decimal, rounding: Rounding, multiple_minor: Minor = 1) -> Minor:
    """Round an amount ≥ 0 in minor units to a multiple."""
    numerator, denominator = amount.as_integer_ratio()
    return divide(numerator, denominator * multiple_minor, rounding) * multiple_minor


def shared(total_minor: Minor, parts: int, rounding: Rounding, multiple_minor: Minor = 1) -> Minor:
    """One of so many equal parts, rounded to a multiple; the last part takes the rest."""
    return divide(total_minor, parts * multiple_minor, rounding) * multiple_minor


def tolerance(count: int) -> int:
    """How many minor units the last installment may differ from the others before another one is tried."""
    return floor(count / 2)
