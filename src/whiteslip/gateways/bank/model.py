"""A debit the bank is asked for, what it says became of one, and the two ways to talk to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeAlias


class Debit(NamedTuple):
    """What the bank is to collect, under our own reference, which names it for good (35 characters at most).

    `mandate` is what the payer signed, `account` the payer's account as the bank knows it; amounts in minor units.
    """

    reference: str
    mandate: str
    account: str
    holder: str
    amount_minor: int
    currency: str
    due_on: date


class Outcome(StrEnum):
    """What became of a debit. A returned one had been paid, and is taken back."""

    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"


class Result(NamedTuple):
    """What the bank says of a debit: told again, it has the same number.

    `reason` is the bank's own code (ISO 20022 external code set, such as AM04), None where the outcome is paid.
    `amount_minor` is what was moved or would have been; `booked_on` the day it counts from.
    """

    result_id: str
    reference: str
    outcome: Outcome
    amount_minor: int
    currency: str
    reason: str | None
    booked_on: date


class Taken(NamedTuple):
    """The bank has the debits; what becomes of each it says later."""


class Failed(NamedTuple):
    """Not known to be taken; `may_have` tells that the bank may have them all the same. `detail` names no person."""

    may_have: bool
    detail: str


class Page(NamedTuple):
    """Results in the order the bank tells them; `after` is where to go on, the same when there are no more."""

    results: tuple[Result, ...]
    after: str


Answer: TypeAlias = Taken | Failed


class Rail(Protocol):
    """A bank that is asked and answers; sending the same debits again collects none of them twice."""

    address: str
    """Where it is asked."""

    def collect(self, debits: Sequence[Debit]) -> Answer:
        """Hand debits in, and return within the time limit; never raises for what the other side does."""
        ...

    def results(self, after: str) -> Page | Failed:
        """Ask for what is new since a place, "" for everything."""
        ...

    def knock(self) -> str | None:
        """Tell why nobody listens there, None when somebody does; nothing is asked."""
        ...
