"""Assessing a month, finding the limit it carries, and reading the terms."""

from __future__ import annotations

import tomllib
from itertools import pairwise
from typing import Any, cast

from whiteslip.credit.affordability.model import Assessment, Band, Means, Terms
from whiteslip.kernel import rate
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import Minor, Rounding, divide
from whiteslip.kernel.rate import WHOLE_PPM, Ppm

_NUMBERS = {
    "version": (1, 10_000),
    "unverified_income_ppm": (0, WHOLE_PPM),
    "living_minor": (0, 10_000_000),
    "stressed_income_ppm": (0, WHOLE_PPM),
    "stressed_obligations_ppm": (WHOLE_PPM, 5 * WHOLE_PPM),
}
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
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{_FILE} is not TOML: {error}") from error
    if unknown := sorted(set(table) - {*_NUMBERS, "band"}):
        raise InvalidInput(f"unknown key {unknown[0]!r} in {_FILE}", where=unknown[0])
    numbers = {key: _whole(table, key, *bounds) for key, bounds in _NUMBERS.items()}
    return Terms(bands=_bands(table.get("band")), **numbers)


def _bands(listed: object) -> tuple[Band, ...]:
    if not isinstance(listed, list) or len(cast("list[Any]", listed)) < 2:
        raise InvalidInput(f"{_FILE} needs two bands at least", where="band")
    tables = cast("list[Any]", listed)
    last = len(tables) - 1
    bands = tuple(_one_band(table, is_last=index == last) for index, table in enumerate(tables))
    if len({band.name for band in bands}) < len(bands):
        raise InvalidInput("a band is named twice", where="band")
    for before, after in pairwise(bands):
        if before.most_debt_to_income_ppm >= after.most_debt_to_income_ppm:
            raise InvalidInput(f"band {after.name} is not above {before.name}", where="band")
    return bands


def _one_band(table: object, *, is_last: bool) -> Band:
    if not isinstance(table, dict):
        raise InvalidInput(f"a band of {_FILE} is a table", where="band")
    band = cast("dict[str, Any]", table)
    known = {"name"} if is_last else {"name", "most_debt_to_income_ppm"}
    name = band.get("name")
    if set(band) != known or not isinstance(name, str) or not name:
        raise InvalidInput(f"a band has {' and '.join(sorted(known))}", where="band")
    if is_last:
        return Band(name, _UNBOUNDED)
    return Band(name, _whole(band, "most_debt_to_income_ppm", 0, WHOLE_PPM))


def _whole(table: dict[str, Any], key: str, least: int, most: int) -> int:
    value = table.get(key)
    if type(value) is not int or not least <= value <= most:
        raise InvalidInput(f"{key} must be a whole number from {least} to {most}", where=key)
    return value
