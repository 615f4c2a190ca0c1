"""A result as a bank told it, and what came of it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    """What became of a debit. A returned one had been paid, and is taken back."""

    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"


class Told(NamedTuple):
    """What a bank told of a debit, as it told it; `reason` is its own code."""

    result_id: str
    reference: str
    outcome: Outcome
    amount_minor: int
    currency: str
    reason: str | None
    booked_on: date


class Did(StrEnum):
    """What came of a result: noted, said before; queued, people look; suspended, its money lies in suspense."""

    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"
    NOTED = "noted"
    QUEUED = "queued"
    SUSPENDED = "suspended"


class Payment(NamedTuple):
    """What paid under a reference, and the source that said so."""

    amount_minor: int
    booked_on: date
    source: str


class Kept(NamedTuple):
    """A result as it was told first, and what came of it."""

    told: Told
    did: Did | None
