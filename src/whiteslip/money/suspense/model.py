"""An item of the manual queue, and how it is closed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from whiteslip.kernel.money import Minor
from whiteslip.kernel.parameters import Version
from whiteslip.money.lines.model import LineKey


class Kind(StrEnum):
    """Why people are asked. OURS is for engineering: our message was wrong; REVERSAL: money was taken back.

    UNANSWERED: a bank has not said for days what became of a debit.
    """

    UNKNOWN_REFERENCE = "unknown_reference"
    WRONG_CURRENCY = "wrong_currency"
    UNREADABLE = "unreadable"
    CHANGED = "changed"
    CONTRADICTION = "contradiction"
    OURS = "ours"
    UNKNOWN_REASON = "unknown_reason"
    DISPUTED = "disputed"
    REVERSAL = "reversal"
    UNANSWERED = "unanswered"


class State(StrEnum):
    """Where an item stands; one that is asked waits for a second person."""

    OPEN = "open"
    ASKED = "asked"
    CLOSED = "closed"


class Way(StrEnum):
    """How an item is closed; REVERSED by the program, when the repayment a bank took back was reversed."""

    ASSIGNED = "assigned"
    SENT_BACK = "sent_back"
    NOTED = "noted"
    REVERSED = "reversed"


class Deed(StrEnum):
    """What somebody did with an item."""

    OPENED = "opened"
    OWNED = "owned"
    ASKED = "asked"
    REFUSED = "refused"
    CLOSED = "closed"


class NewItem(NamedTuple):
    """Something for people; `amount_minor` is what the bank named, `held_minor` what of it came and is held."""

    kind: Kind
    bank: str
    result_id: str
    reference: str
    amount_minor: int
    currency: str
    reason: str | None
    held_minor: Minor = 0
    line: LineKey | None = None
    try_id: int | None = None


class RepaymentKey(NamedTuple):
    """A repayment and its owner."""

    customer_id: int
    repayment_id: int


class Item(NamedTuple):
    """An item as it is kept; `line` is whose it is, where that is known."""

    item_id: int
    kind: Kind
    state: State
    way: Way | None
    bank: str
    result_id: str
    reference: str
    amount_minor: int
    currency: str
    reason: str | None
    held_minor: Minor
    line: LineKey | None
    try_id: int | None
    repayment_id: int | None
    owned_by: str | None
    asked_by: str | None
    opened_on: date
    closed_on: date | None
    steps: int


class Step(NamedTuple):
    """What somebody does with an item."""

    item_id: int
    step: int
    deed: Deed
    actor: str
    note: str
    way: Way | None = None
    line: LineKey | None = None


class SuspenseTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters, as `data/suspense.toml` explains them."""

    version: Version
    alone_up_to_minor: Annotated[int, Meta(ge=0, le=10_000_000_000)]
