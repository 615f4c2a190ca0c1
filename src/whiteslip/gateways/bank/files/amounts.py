"""Amounts as files write them, with a decimal point, and as we keep them, in minor units; never as a float."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from whiteslip.gateways.bank.files.trees import Doubt
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import MAX_MINOR

_BY_DIGITS: Final = {
    0: "JPY KRW VND",
    2: "AUD CAD CHF CNY CZK DKK EUR GBP HKD MOP MYR NOK NZD PLN SEK SGD THB TWD USD",
    3: "BHD KWD",
}
DIGITS: Mapping[str, int] = MappingProxyType(
    {currency: digits for digits, those in _BY_DIGITS.items() for currency in those.split()}
)
"""The currencies that are known, with the digits of their minor units (ISO 4217)."""

_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,17})?|\.\d{1,17})", re.ASCII)


def number(text: str) -> Decimal | None:
    """Read a decimal number, None where it is none."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def minor(text: str, currency: str | None) -> int:
    """Read an amount in minor units; `Doubt` says why it is none."""
    if currency is None or currency not in DIGITS:
        raise Doubt(f"unknown currency {(currency or 'none')[:8]}")
    amount = number(text)
    if amount is None:
        raise Doubt("an amount that is no number")
    if amount <= 0:
        raise Doubt("an amount that is not positive")
    scaled = amount.scaleb(DIGITS[currency])
    if scaled != int(scaled):
        raise Doubt(f"a fraction of the smallest unit of {currency}")
    if scaled > MAX_MINOR:
        raise Doubt("an amount that is too large")
    return int(scaled)


def major(amount_minor: int, currency: str) -> Decimal:
    """Turn minor units into a decimal number with just the digits of its currency; `InvalidInput` for one not known."""
    if currency not in DIGITS:
        raise InvalidInput(f"{currency!r} is not a currency files are written in", where="currency")
    return Decimal(amount_minor).scaleb(-DIGITS[currency])


def written(amount: Decimal) -> str:
    """Write a decimal number plainly, without an exponent."""
    return f"{amount:f}"
