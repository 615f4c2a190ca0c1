"""Rates as integers in parts per million, and what they make of an amount."""

from __future__ import annotations

from typing import TypeAlias

from whiteslip.kernel.errors import invariant
from whiteslip.kernel.money import Minor, Rounding, divide

Ppm: TypeAlias = int
"""A rate in parts per million: 0.05 % a day is 500."""

WHOLE_PPM: Ppm = 1_000_000


def of(amount_minor: Minor, rate_ppm: Ppm, rounding: Rounding = Rounding.HALF_EVEN) -> Minor:
    """Take a rate of an amount ≥ 0, rounded to a whole minor unit."""
    return divide(amount_minor * rate_ppm, WHOLE_PPM, rounding)


def accrue(base_minor: Minor, rate_ppm: Ppm, carried_ppm: int) -> tuple[Minor, int]:
    """Charge one day's fee and carry the fraction of a minor unit to the next day.

    `carried_ppm` is the fraction left by the days before, in millionths of a minor unit, 0 ≤ it < 10⁶.
    Only whole minor units are charged, so the sum of all days is the exact fee rounded down: never too much.
    Returns (charge, fraction carried on).
    """
    invariant(base_minor >= 0 and rate_ppm >= 0, "a fee accrues on what is owed")
    invariant(0 <= carried_ppm < WHOLE_PPM, "a carried fraction is less than a minor unit")
    return divmod(base_minor * rate_ppm + carried_ppm, WHOLE_PPM)
