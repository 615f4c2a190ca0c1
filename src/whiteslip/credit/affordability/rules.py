"""Assessing a month, finding the limit it carries, and reading the terms."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from msgspec import Meta, Struct

from whiteslip.credit.affordability.model import Assessment, Band, Means, Terms
from whiteslip.kernel import rate
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import Minor, Rounding, divide
from whiteslip.kernel.parameters import Text, Version, read_parameters
from whiteslip.kernel.rate import WHOLE_PPM, Ppm


class _Band(Struct, frozen=True, forbid_unknown_fields=True):
    name: Text
    most_debt_to_income_ppm: Annotated[int, Meta(ge=0, le=WHOLE_PPM)] | None = None


class _Terms(Struct, frozen=True, forbid_unknown_fields=True):
    version: Version
    unverified_income_ppm: Annotated[int, Meta(ge=0, le=WHOLE_PPM)]
    living_minor: Annotated[int, Meta(ge=0, le=10_000_000)]
    stressed_income_ppm: Annotated[int, Meta(ge=0, le=WHOLE_PPM)]
    stressed_obligations_ppm: Annotated[int, Meta(ge=WHOLE_PPM, le=5 * WHOLE_PPM)]
    band: Annotated[tuple[_Band, ...], Meta(min_length=2)]


_UNBOUNDED: Ppm = 2**62
_FILE = "affordability.toml"


def income(means: Means, terms: Terms) -> Minor:
    """Count the income: what is confirmed, never more than declared; unconfirmed, only a share of it."""
    if means.verified_income_minor is None:
        return rate.of(means.declared_income_minor, terms.unverified_income_ppm, Rounding.DOWN)
    return min(means.declared_income_minor, means.verified_income_minor)


def obligations(means: Means) -> Minor:
    """Count the debts to pay each month: the larger of what is declared and what is reported."""
    return max(means.declared_obligations_minor, means.reported_obligations_minor or 0)


def updated(declared: Means | None, told: object, burden: object) -> Means | None:
    """Put together what a person declared and what others told since: the latest income, the larger debts.

    `told` is a month's income in minor units, `burden` the repayments elsewhere as a share of it; anything but a
    number is not known. An income told without an application is not confirmed either, and counts for less.
    """
    if not isinstance(told, float | int) or isinstance(told, bool):
        return declared
    income = int(told)
    owed = int(burden * income) if isinstance(burden, float | int) else None
    if declared is None:
        return Means(income, None, 0, owed, 0)
    reported = [each for each in (declared.reported_obligations_minor, owed) if each is not None]
    return declared._replace(
        declared_income_minor=income,
        reported_obligations_minor=max(reported, default=None),
    )


def assess(means: Means, limit_minor: Minor, terms: Terms, *, minimum_ppm: Ppm) -> Assessment:
    """Assess a month in which the minimum payment of a fully used limit is due; `minimum_ppm` > 0 is the product's.

    Debt to income counts debts and the new payment, not rent (12 CFR 1026.51(a)(1)(ii): obligations to income);
    rent and the cost of living come off before anything is called disposable.
    """
    earned = income(means, terms)
    owed = obligations(means)
    payment = rate.of(limit_minor, minimum_ppm, Rounding.UP)
    fixed = means.rent_minor + terms.living_minor + payment
    stressed = rate.of(earned, terms.stressed_income_ppm, Rounding.DOWN) - rate.of(
        owed, terms.stressed_obligations_ppm, Rounding.UP
    )
    ratio = divide((owed + payment) * WHOLE_PPM, earned, Rounding.UP) if earned else None
    return Assessment(
        limit_minor=limit_minor,
        income_minor=earned,
        obligations_minor=owed,
        minimum_payment_minor=payment,
        disposable_minor=earned - owed - fixed,
        stressed_minor=stressed - fixed,
        debt_to_income_ppm=ratio,
        is_verified=means.verified_income_minor is not None,
        band=_band(ratio, stressed - fixed, terms),
    )


def carried(means: Means, terms: Terms, *, minimum_ppm: Ppm) -> tuple[Minor, ...]:
    """Find for each band the largest limit with which the month is still in it, or better; 0 where there is none.

    Nothing is carried in the last band. So a person who asks for too much is offered less; they are refused only
    when even the smallest line is too much.
    """
    earned = income(means, terms)
    stressed = assess(means, 0, terms, minimum_ppm=minimum_ppm).stressed_minor
    limits: list[Minor] = []
    for band in terms.bands[:-1]:
        most = rate.of(earned, band.most_debt_to_income_ppm, Rounding.DOWN)
        payment = max(0, min(most - obligations(means), stressed))
        limits.append(divide(payment * WHOLE_PPM, minimum_ppm, Rounding.DOWN))
    return (*limits, 0)


def _band(ratio: Ppm | None, stressed_minor: Minor, terms: Terms) -> int:
    worst = len(terms.bands) - 1
    if ratio is None or stressed_minor < 0:
        return worst
    bounds = [band.most_debt_to_income_ppm for band in terms.bands]
    return next(index for index, bound in enumerate(bounds) if ratio <= bound or index == worst)


def read(text: str) -> Terms:
    """Read the terms from TOML; what is missing, unknown or out of order is named and refused."""
    read = read_parameters(text, _Terms, file=_FILE)
    return Terms(
        read.version,
        read.unverified_income_ppm,
        read.living_minor,
        read.stressed_income_ppm,
        read.stressed_obligations_ppm,
        _bands(read.band),
    )


def _bands(read: tuple[_Band, ...]) -> tuple[Band, ...]:
    *bounded, last = read
    if last.most_debt_to_income_ppm is not None:
        raise InvalidInput("the last band has no upper end", where="band")
    bands = (*(_band_of(one) for one in bounded), Band(last.name, _UNBOUNDED))
    if len({band.name for band in bands}) < len(bands):
        raise InvalidInput("a band is named twice", where="band")
    for before, after in pairwise(bands):
        if before.most_debt_to_income_ppm >= after.most_debt_to_income_ppm:
            raise InvalidInput(f"band {after.name} is not above {before.name}", where="band")
    return bands


def _band_of(read: _Band) -> Band:
    if read.most_debt_to_income_ppm is None:
        raise InvalidInput(f"band {read.name} has no most_debt_to_income_ppm", where="band")
    return Band(read.name, read.most_debt_to_income_ppm)
