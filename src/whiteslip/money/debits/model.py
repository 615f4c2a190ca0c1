"""A debit that failed, as the bank or the shop reports it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from whiteslip.money.lines.model import LineKey


class Failure(StrEnum):
    """Why a bank did not pay; a technical failure is never the customer's fault and never counts against them."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    ACCOUNT_CLOSED = "account_closed"
    MANDATE_REVOKED = "mandate_revoked"
    TECHNICAL = "technical"


class FailedDebit(NamedTuple):
    """What a bank was asked for and did not pay; `reference` is its own and names it once for a customer."""

    customer_id: int
    debit_id: int
    line_id: int
    amount_minor: int
    due_on: date
    failure: Failure
    reference: str
    failed_on: date

    @property
    def line(self) -> LineKey:
        """The line it was for."""
        return LineKey(self.customer_id, self.line_id)
