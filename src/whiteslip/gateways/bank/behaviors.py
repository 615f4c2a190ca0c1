"""How a debit goes at the simulated bank, by the end of its account, and what the bank then tells."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from whiteslip.gateways.bank.model import Debit, Outcome

RETURNED_AFTER_DAYS: Final = 3
"""A payer who disputes does so this many days after the debit was paid."""
LATE_BY_DAYS: Final = 5


class Behavior(StrEnum):
    """How a debit of an account goes."""

    PAID = "paid"
    INSUFFICIENT = "insufficient"
    INSUFFICIENT_ONCE = "insufficient-once"
    INSUFFICIENT_TWICE = "insufficient-twice"
    CLOSED = "closed"
    NO_MANDATE = "no-mandate"
    DISPUTED = "disputed"
    UNSPECIFIED = "unspecified"
    UNSPECIFIED_BY_AGENT = "unspecified-by-agent"
    BAD_FORMAT = "bad-format"
    BAD_BANK = "bad-bank"
    UNKNOWN_CODE = "unknown-code"
    TWICE = "twice"
    LATE = "late"
    OUT_OF_ORDER = "out-of-order"
    CONTRADICTING = "contradicting"
    STRANGER = "stranger"
    OTHER_AMOUNT = "other-amount"
    SLOW = "slow"
    HANGING = "hanging"
    BUSY = "busy"
    LOST = "lost"
    FAULTY = "faulty"


BY_CODE: Mapping[str, Behavior] = MappingProxyType(
    {f"{800 + place}": behavior for place, behavior in enumerate(Behavior)}
)
"""By the last three characters of an account, 800 the first; whoever is not named here is paid."""

AT_THE_DOOR: Final = (
    Behavior.BUSY,
    Behavior.HANGING,
    Behavior.LOST,
    Behavior.FAULTY,
    Behavior.SLOW,
)
"""How the bank takes a batch, the first that any of its debits names; the others are how a debit goes."""

_FAILS: Mapping[Behavior, str] = MappingProxyType(
    {
        Behavior.CLOSED: "AC04",
        Behavior.NO_MANDATE: "MD01",
        Behavior.UNSPECIFIED: "MS02",
        Behavior.UNSPECIFIED_BY_AGENT: "MS03",
        Behavior.BAD_FORMAT: "FF01",
        Behavior.BAD_BANK: "RC01",
        Behavior.UNKNOWN_CODE: "ZZ99",
    }
)
FAILED_TRIES: Mapping[Behavior, int] = MappingProxyType(
    {
        Behavior.INSUFFICIENT: 1_000_000,
        Behavior.INSUFFICIENT_ONCE: 1,
        Behavior.INSUFFICIENT_TWICE: 2,
    }
)
"""How many debits of an account fail for want of funds before one is paid."""


class Telling(NamedTuple):
    """One result to be told: its number among the debit's own, and the days after the booking it is booked and told."""

    number: int
    outcome: Outcome
    reason: str | None = None
    booked_after_days: int = 0
    told_after_days: int = 0
    of_stranger: bool = False
    amount_off_minor: int = 0


_PAID = Telling(1, Outcome.PAID)
_RETURNED = Telling(2, Outcome.RETURNED, "MD06", RETURNED_AFTER_DAYS, RETURNED_AFTER_DAYS)
_TOLD: Mapping[Behavior, tuple[Telling, ...]] = MappingProxyType(
    {
        Behavior.DISPUTED: (_PAID, _RETURNED),
        Behavior.OUT_OF_ORDER: (_RETURNED, _PAID._replace(told_after_days=RETURNED_AFTER_DAYS)),
        Behavior.TWICE: (_PAID, _PAID),
        Behavior.LATE: (_PAID._replace(told_after_days=LATE_BY_DAYS),),
        Behavior.CONTRADICTING: (_PAID, Telling(2, Outcome.FAILED, "AM04")),
        Behavior.STRANGER: (Telling(2, Outcome.PAID, of_stranger=True), _PAID),
        Behavior.OTHER_AMOUNT: (_PAID._replace(amount_off_minor=1),),
    }
)


def tellings(behavior: Behavior, *, tries: int, fails_first: int) -> tuple[Telling, ...]:
    """Say what the bank tells of a debit, in order; `tries` counts the account's debits from 1."""
    if tries <= fails_first:
        return (Telling(1, Outcome.FAILED, "AM04"),)
    if (code := _FAILS.get(behavior)) is not None:
        return (Telling(1, Outcome.FAILED, code),)
    return _TOLD.get(behavior, (_PAID,))


def stranger(debit: Debit) -> str:
    """Make a reference nobody sent."""
    return f"nobody-{debit.reference}"[:35]
