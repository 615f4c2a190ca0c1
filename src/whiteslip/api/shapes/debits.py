"""What is reported of a debit that failed, and what is kept of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.bodies import Amount, Body, Currency, Reference

Failure: TypeAlias = Annotated[
    Literal["insufficient_funds", "account_closed", "mandate_revoked", "technical"],
    Meta(description="Why the bank did not pay; `technical` counts against nobody."),
]


class FailedDebitBody(Body, frozen=True):
    """A debit the bank did not pay; the reference is the bank's, and what is reported under it again counts once."""

    amount_minor: Amount
    due_on: date
    failure: Failure
    reference: Reference
    currency: Currency = "CNY"


class FailedDebit(Struct, frozen=True):
    """A failed debit as it is kept."""

    failed_debit_id: str
    line_id: str
    amount_minor: int
    due_on: date
    failure: Failure
    reference: str
    failed_on: date
