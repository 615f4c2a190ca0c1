"""What affordability is judged from, and what comes out."""

from __future__ import annotations

from typing import NamedTuple

from whiteslip.kernel.money import Minor
from whiteslip.kernel.rate import Ppm


class Means(NamedTuple):
    """A person's month, in minor units; None is what nobody could tell us."""

    declared_income_minor: Minor
    verified_income_minor: Minor | None
    declared_obligations_minor: Minor
    reported_obligations_minor: Minor | None
    rent_minor: Minor


class Band(NamedTuple):
    """A class of affordability: it holds up to this share of income going to debts."""

    name: str
    most_debt_to_income_ppm: Ppm


class Terms(NamedTuple):
    """The parameters, as `data/affordability.toml` has them; the last band has no upper end."""

    version: int
    unverified_income_ppm: Ppm
    living_minor: Minor
    stressed_income_ppm: Ppm
    stressed_obligations_ppm: Ppm
    bands: tuple[Band, ...]


class Assessment(NamedTuple):
    """A person's month with one limit fully used, in minor units.

    `debt_to_income_ppm` is None without an income. `stressed_minor` is what the month leaves when income falls and
    debts rise as the terms say; below zero the line would be paid from other credit. `band` counts from 0, the best.
    """

    limit_minor: Minor
    income_minor: Minor
    obligations_minor: Minor
    minimum_payment_minor: Minor
    disposable_minor: Minor
    stressed_minor: Minor
    debt_to_income_ppm: Ppm | None
    is_verified: bool
    band: int
