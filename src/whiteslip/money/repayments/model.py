"""Repayments and what became of them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from whiteslip.money.products.model import PaymentKind
from whiteslip.money.schedules.model import Settlement


class Allocation(NamedTuple):
    """What a payment settles, and the excess, which is the customer's.

    `unbilled_plan_minor` is the part that took from installments no statement has shown yet.
    """

    settlements: tuple[Settlement, ...]
    credit_minor: int
    unbilled_plan_minor: int = 0

    @property
    def principal_minor(self) -> int:
        """Principal settled."""
        return sum(settlement.principal_minor for settlement in self.settlements)

    @property
    def fee_minor(self) -> int:
        """Fees settled."""
        return sum(settlement.fee_minor for settlement in self.settlements)

    @property
    def late_fee_minor(self) -> int:
        """Late fees settled."""
        return sum(settlement.late_fee_minor for settlement in self.settlements)

    @property
    def allocated_minor(self) -> int:
        """All that was settled."""
        return self.principal_minor + self.fee_minor + self.late_fee_minor


class Repayment(NamedTuple):
    """Money received for a line; `kind` says by which policy it was allocated."""

    customer_id: int
    repayment_id: int
    line_id: int
    amount_minor: int
    allocated_minor: int
    credit_minor: int
    method: str
    repaid_on: date
    kind: PaymentKind = PaymentKind.REPAYMENT


class Payout(NamedTuple):
    """A credit balance paid back to its owner."""

    customer_id: int
    payout_id: int
    line_id: int
    amount_minor: int
    paid_out_on: date
