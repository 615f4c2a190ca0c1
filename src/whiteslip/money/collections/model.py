"""Collections, their tries, and what is kept of a bank's results."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from typing import NamedTuple

from whiteslip.kernel import ids
from whiteslip.kernel.money import Minor
from whiteslip.money.debits.model import Failure
from whiteslip.money.lines.model import LineKey
from whiteslip.money.products.model import PaymentKind

PREFIX = "col"


class CollectionState(StrEnum):
    """Where a collection stands: dropped, nothing was due any more; waiting, for people."""

    OPEN = "open"
    PAID = "paid"
    RETURNED = "returned"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"
    WAITING = "waiting"


class TryState(StrEnum):
    """Where a try stands: sent is what a bank has, or may have."""

    PLANNED = "planned"
    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"
    DROPPED = "dropped"


class TryKey(NamedTuple):
    """A try and its owner."""

    customer_id: int
    try_id: int


class CollectionKey(NamedTuple):
    """A collection and its owner."""

    customer_id: int
    collection_id: int


class Try(NamedTuple):
    """A debit of a collection, at one source; `number` counts them, `slot` is its place in the schedule."""

    customer_id: int
    try_id: int
    collection_id: int
    line_id: int
    source_id: int
    amount_minor: Minor
    due_on: date
    try_on: date
    try_from: time
    number: int
    slot: int
    handings: int = 0
    state: TryState = TryState.PLANNED
    paid_minor: Minor | None = None
    repayment_id: int | None = None
    answered_on: date | None = None
    reason: str | None = None

    @property
    def key(self) -> TryKey:
        """Its key."""
        return TryKey(self.customer_id, self.try_id)

    @property
    def line(self) -> LineKey:
        """The line it is for."""
        return LineKey(self.customer_id, self.line_id)

    @property
    def collection(self) -> CollectionKey:
        """The collection it is part of."""
        return CollectionKey(self.customer_id, self.collection_id)

    @property
    def reference(self) -> str:
        """The reference a bank knows it by, for good."""
        return ids.write(PREFIX, self.customer_id, self.try_id)


class Unanswered(NamedTuple):
    """A try a bank has not answered for in time; `asked` where people were asked about it."""

    customer_id: int
    try_id: int
    line_id: int
    amount_minor: Minor
    asked: bool

    @property
    def line(self) -> LineKey:
        """The line it is for."""
        return LineKey(self.customer_id, self.line_id)

    @property
    def reference(self) -> str:
        """The reference a bank knows it by."""
        return ids.write(PREFIX, self.customer_id, self.try_id)


class Received(NamedTuple):
    """Money that came in for a line: `method` names the kind of source, `kind` how it is allocated."""

    customer_id: int
    line_id: int
    amount_minor: Minor
    method: str
    kind: PaymentKind = PaymentKind.AUTOPAY


class Failed(NamedTuple):
    """A debit of a line that a bank did not pay."""

    customer_id: int
    line_id: int
    amount_minor: Minor
    due_on: date
    failure: Failure
    reference: str
