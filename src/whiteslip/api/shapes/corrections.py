"""What reversing and back-dating repayments takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.bodies import Amount, Body, Currency, Method
from whiteslip.flows.correct_repayments import CorrectionDone
from whiteslip.kernel import ids

Reason: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=40,
        description="The bank's code, or a word for it.",
        examples=["MD06"],
    ),
]
Note: TypeAlias = Annotated[str, Meta(max_length=2000)]


class ReversalBody(Body, frozen=True):
    """A repayment was taken back by whoever sent it."""

    reason: Reason
    note: Note = ""


class BackDatedBody(Body, frozen=True):
    """Money that is booked only now and counts from the day it came, which is before today."""

    amount_minor: Amount
    method: Method
    value_on: date
    reason: Reason
    note: Note = ""
    currency: Currency = "CNY"


class Correction(Struct, frozen=True):
    """What was corrected: movements undone and booked today, each with the day it counts from.

    `principal_minor` and `credit_minor` are what the line owes more, and what more of credit it has.
    """

    correction_id: str
    line_id: str
    repayment_id: str
    amount_minor: int
    value_on: date
    undone: int
    booked: int
    principal_minor: int
    credit_minor: int
    currency: Currency = "CNY"


class KeptCorrection(Struct, frozen=True):
    """A correction as it is kept."""

    correction_id: str
    repayment_id: str
    kind: Literal["reversed", "added_to_next", "back_dated"]
    amount_minor: int
    value_on: date
    corrected_on: date
    corrected_at: datetime
    reason: str
    by: str
    note: str
    movements: int
    currency: Currency = "CNY"


class Corrections(Struct, frozen=True):
    """The corrections of a line, the latest first."""

    items: list[KeptCorrection]


def corrected(done: CorrectionDone) -> Correction:
    """Show what a correction did."""
    owner = done.customer_id
    return Correction(
        ids.write("cor", owner, done.correction_id),
        ids.write("lin", owner, done.line_id),
        ids.write("rep", owner, done.repayment_id),
        done.amount_minor,
        done.value_on,
        done.done.undone,
        done.done.booked,
        done.done.principal_minor,
        done.done.credit_minor,
    )
