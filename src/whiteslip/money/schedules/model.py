"""Installments: as agreed at capture, and as owed today."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class InstallmentTerms(NamedTuple):
    """One installment as agreed; amounts in minor units."""

    number: int
    principal_minor: int
    fee_minor: int
    statement_on: date
    due_on: date


class Owed(NamedTuple):
    """An open installment and what is still to be paid of it; the fee of a plan is owed once billed.

    Of what is due on one day the older purchase comes first: captured_on, then its number.
    """

    customer_id: int
    line_id: int
    installment_id: int
    purchase_id: int | None
    kind: str
    statement_on: date
    due_on: date
    principal_minor: int
    fee_minor: int
    late_fee_minor: int
    unbilled_fee_minor: int = 0
    captured_on: date = date.min

    @property
    def age(self) -> tuple[date, date, int, int]:
        """The order in which what is owed is paid: due date, capture, purchase, number."""
        return self.due_on, self.captured_on, self.purchase_id or 0, self.installment_id


class Settlement(NamedTuple):
    """What is paid on an installment, and by how much its unbilled fee shrinks."""

    customer_id: int
    line_id: int
    installment_id: int
    principal_minor: int
    fee_minor: int = 0
    late_fee_minor: int = 0
    fee_dropped_minor: int = 0


class Part(NamedTuple):
    """What is to be paid by a day, of what is owed already."""

    due_on: date
    amount_minor: int


class Piece(NamedTuple):
    """A part of what an open installment still owes, and when it is due from now on.

    The first piece of an installment is the row itself, the others are new rows beside it. `revolving` None: as it was.
    """

    customer_id: int
    line_id: int
    installment_id: int
    is_first: bool
    principal_minor: int
    fee_minor: int
    late_fee_minor: int
    statement_on: date
    due_on: date
    kind: str
    number: int
    revolving: bool | None


class Rescheduled(NamedTuple):
    """A row as it was rescheduled; amounts still owed, in minor units."""

    customer_id: int
    line_id: int
    installment_id: int
    due_on: date
    principal_minor: int
    fee_minor: int
    late_fee_minor: int
