"""Amounts as integers of minor units (1 yuan = 100 fen), and the only places where they are rounded."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeAlias

from whiteslip.kernel.errors import invariant

Minor: TypeAlias = int
"""An amount in minor units of the ledger's one currency."""

MAX_MINOR: Minor = 10**15
"""No single amount may be larger: sums of a million of them still fit 64 bits."""


class Rounding(StrEnum):
    """How a fraction of a minor unit becomes whole; a parameter of the product."""

    HALF_EVEN = "half_even"
    HALF_UP = "half_up"
    DOWN = "down"
    UP = "up"


def divide(numerator: int, denominator: int, rounding: Rounding = Rounding.HALF_EVEN) -> int:
    """Divide two integers, numerator ≥ 0 and denominator > 0, to a whole number."""
    invariant(numerator >= 0 and denominator > 0, "only whole, non-negative parts are divided")
    quotient, rest = divmod(numerator, denominator)
    match rounding:
        case Rounding.DOWN:
            up = False
        case Rounding.UP:
            up = rest > 0
        case Rounding.HALF_UP:
            up = 2 * rest >= denominator
        case Rounding.HALF_EVEN:
            up = 2 * rest > denominator or (2 * rest == denominator and quotient % 2 == 1)
    return quotient + up


def split(total_minor: Minor, parts: int) -> tuple[Minor, ...]:
    """Divide into equal parts; the last parts carry the odd minor units."""
    invariant(parts > 0, "an amount is split into at least one part")
    base, odd = divmod(total_minor, parts)
    return (base,) * (parts - odd) + (base + 1,) * odd


def share_out(total_minor: Minor, weights: Sequence[int]) -> tuple[Minor, ...]:
    """Share an amount ≥ 0 by weights; the largest remainders take the odd minor units, earliest first."""
    whole = sum(weights)
    invariant(total_minor >= 0 and whole > 0 and min(weights) >= 0, "shares need positive weights")
    shares = [total_minor * weight // whole for weight in weights]
    rests = [total_minor * weight % whole for weight in weights]
    odd = total_minor - sum(shares)
    for index in sorted(range(len(shares)), key=lambda index: (-rests[index], index))[:odd]:
        shares[index] += 1
    return tuple(shares)


def level(total_minor: Minor, rooms: Sequence[Minor]) -> tuple[Minor, ...]:
    """Fill rooms evenly, none above its own size; the last ones carry the odd minor units.

    What is more than all of them take is left out: the shares sum to the total or to the rooms, whichever is less.
    """
    left = total_minor
    shares = list(rooms)
    unfilled = list(range(len(rooms)))
    for place in sorted(unfilled, key=rooms.__getitem__):
        if rooms[place] * len(unfilled) > left:
            break
        left -= rooms[place]
        unfilled.remove(place)
    if unfilled:
        for place, share in zip(unfilled, split(left, len(unfilled)), strict=True):
            shares[place] = share
    return tuple(shares)


def decimal_text(amount_minor: Minor) -> str:
    """Write an amount in major units with two decimals: 33834 → "338.34"."""
    sign = "-" if amount_minor < 0 else ""
    major, minor = divmod(abs(amount_minor), 100)
    return f"{sign}{major}.{minor:02d}"
