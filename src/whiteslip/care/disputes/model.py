"""A dispute and what happens to it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from whiteslip.kernel.money import Minor


class Status(StrEnum):
    """Where a dispute stands; all but the first are final."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Command(StrEnum):
    """What may be asked of a dispute."""

    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"


class Ground(StrEnum):
    """What the customer says is wrong."""

    NOT_MINE = "not_mine"
    NOT_RECEIVED = "not_received"
    FAULTY = "faulty"
    RETURNED = "returned"
    WRONG_AMOUNT = "wrong_amount"
    PAID_ALREADY = "paid_already"
    OTHER = "other"


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """The numbers of disputes, in calendar days."""

    answer_days: Annotated[int, Meta(ge=1, le=90)]
    resume_after_days: Annotated[int, Meta(ge=0, le=30)]


class DisputeKey(NamedTuple):
    """A dispute and its owner."""

    customer_id: int
    dispute_id: int


class Dispute(NamedTuple):
    """A dispute: of a purchase, or of what a line owes on a due date."""

    customer_id: int
    dispute_id: int
    line_id: int
    purchase_id: int | None
    due_on: date | None
    status: Status
    ground: Ground
    amount_minor: Minor
    opened_by: str
    answer_by: date

    @property
    def key(self) -> DisputeKey:
        """The dispute's key."""
        return DisputeKey(self.customer_id, self.dispute_id)


class Ending(NamedTuple):
    """How a dispute ends, by whom, and in which words."""

    dispute: Dispute
    after: Status
    actor: str
    words: str
