"""Sources that paid a purchase, and what a refund owes to each of them."""

from __future__ import annotations

from typing import NamedTuple

from whiteslip.kernel.money import Minor


class Source(NamedTuple):
    """A repayment that paid principal of a purchase, and what of that no refund has promised back yet."""

    customer_id: int
    purchase_id: int
    repayment_id: int
    method: str
    left_minor: Minor


class Return(NamedTuple):
    """What a refund owes to a source: the repayment that paid, by its number and method."""

    repayment_id: int
    method: str
    amount_minor: Minor


class Promise(NamedTuple):
    """A return as it is kept: whose refund owes it to which source, and what of it was paid out."""

    customer_id: int
    refund_id: int
    repayment_id: int
    line_id: int
    amount_minor: Minor
    paid_out_minor: Minor
    method: str = ""

    @property
    def left_minor(self) -> Minor:
        """What is still owed of it."""
        return self.amount_minor - self.paid_out_minor


class SentBack(NamedTuple):
    """What of a payout goes to a source."""

    customer_id: int
    payout_id: int
    repayment_id: int
    amount_minor: Minor
