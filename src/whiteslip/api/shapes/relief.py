"""What relief, causes and disputes take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.bodies import Amount, Body

_NUMBER = "[0-9]{1,19}"
PurchaseId: TypeAlias = Annotated[
    str, Meta(pattern=f"^pur_{_NUMBER}_{_NUMBER}$", examples=["pur_7_42"])
]
Words: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=2000, pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]+$")
]
Form: TypeAlias = Literal[
    "promise",
    "deferral",
    "extension",
    "installments",
    "seasonal",
    "holiday",
    "due_day",
    "re_age",
    "re_amortize",
    "new_terms",
]
Month: TypeAlias = Annotated[int, Meta(ge=1, le=12)]
Cause: TypeAlias = Literal[
    "income_shock",
    "seasonal_income",
    "over_granting",
    "over_spending",
    "downturn",
    "technical_debit_failure",
    "forgot",
    "dispute",
    "unknown",
]
Ground: TypeAlias = Literal[
    "not_mine", "not_received", "faulty", "returned", "wrong_amount", "paid_already", "other"
]


class ReliefTerms(Body, frozen=True):
    """What is proposed: a deferral names due_on and days, an extension months as parts, a promise amount and day.

    A holiday names statements as parts, a due day the day of the month as days (1 to 28), re-aging, re-amortizing and
    new terms their parts; re-amortizing over 0 parts keeps the months that remain. `drops_fees` lets the fees of plans
    that no statement has billed fall away, which a person approves.
    """

    form: Form
    due_on: date | None = None
    days: Annotated[int, Meta(ge=0, le=60)] = 0
    parts: Annotated[int, Meta(ge=0, le=60)] = 0
    amount_minor: Amount | None = None
    until_on: date | None = None
    small_months: Annotated[tuple[Month, ...], Meta(max_length=11)] = ()
    drops_fees: bool = False


class ReliefOffer(ReliefTerms, frozen=True, kw_only=True):
    """What staff offers; a fee below that of the table is a waiver, which another person approves."""

    fee_minor: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None = None


class MessageBody(Body, frozen=True):
    """Say something in the thread of a relief."""

    text: Words


class CauseBody(Body, frozen=True):
    """Say why the line is overdue."""

    cause: Cause
    words: Words | None = None


class DisputeBody(Body, frozen=True):
    """Contest a purchase, or what the line owes on a due date: one of the two."""

    ground: Ground
    words: Words
    purchase_id: PurchaseId | None = None
    due_on: date | None = None


class DecisionBody(Body, frozen=True):
    """End a dispute, in words."""

    words: Words


class ForeseenDue(Struct, frozen=True):
    """What is due on a day as things stand, and what would be; minor units."""

    due_on: date
    now_minor: int
    then_minor: int


class Foreseen(Struct, frozen=True):
    """What terms would change, fees to come included; nothing is written."""

    dues: list[ForeseenDue]
    now_minor: int
    then_minor: int
    fee_minor: int
    dropped_minor: int
    ends_on: date
    needs_person: bool
    stops_fees: bool
    pauses_reminders: bool
    bars_credit: bool


class ReliefState(Struct, frozen=True):
    """Where a relief stands."""

    relief_id: str
    line_id: str
    status: str
    needs_approval: bool


class ReliefDue(Struct, frozen=True):
    """What is to be paid by a day."""

    due_on: date
    amount_minor: int


class ReliefMessage(Struct, frozen=True):
    """Something said in the thread."""

    side: str
    author: str
    text: str
    written_at: datetime


class Relief(Struct, frozen=True):
    """A relief: its terms, what is due by when once it runs, what it stops, and its thread."""

    relief_id: str
    line_id: str
    form: str
    status: str
    needs_approval: bool
    amount_minor: int
    fee_minor: int
    asked_on: date
    ends_on: date
    expires_on: date
    days: int
    parts: int
    small_months: list[int]
    drops_fees: bool
    stops_fees: bool
    pauses_reminders: bool
    bars_credit: bool
    dues: list[ReliefDue]
    thread: list[ReliefMessage]


class Reliefs(Struct, frozen=True):
    """The reliefs of a line, the newest first."""

    reliefs: list[Relief]


class CauseKept(Struct, frozen=True):
    """What was kept, and the relief offered for it, if one was."""

    cause_id: str
    cause: str
    offered_relief_id: str | None = None


class CauseSaid(Struct, frozen=True):
    """A cause of an episode of arrears, who says so, and what is offered to read about it."""

    cause: str
    source: str
    confidence_pct: int
    since_on: date
    said_on: date
    in_force: bool
    education: str


class Causes(Struct, frozen=True):
    """The causes kept of a line, the newest first."""

    causes: list[CauseSaid]


class DisputeState(Struct, frozen=True):
    """Where a dispute stands."""

    dispute_id: str
    line_id: str
    status: str
    amount_minor: int
    answer_by: date


class Dispute(Struct, frozen=True):
    """A dispute, its subject, and how it ended."""

    dispute_id: str
    line_id: str
    status: str
    ground: str
    amount_minor: int
    opened_on: date
    answer_by: date
    words: str
    purchase_id: str | None = None
    due_on: date | None = None
    ended_on: date | None = None
    ending_words: str | None = None


class Disputes(Struct, frozen=True):
    """The disputes of a line, the newest first."""

    disputes: list[Dispute]
