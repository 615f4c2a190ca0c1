"""Where refunds go back to: which source is owed what, and what of it has been paid out."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class ReturnView(NamedTuple):
    """What a refund owes to a source, minor units; `ready_minor` of it lies in the credit balance still.

    What is neither paid out nor ready was used for later dues.
    """

    refund_id: int
    purchase_id: int
    merchant: str | None
    refunded_on: date
    repayment_id: int
    method: str
    repaid_on: date
    amount_minor: int
    paid_out_minor: int
    ready_minor: int = 0

    @property
    def used_minor(self) -> int:
        """What of it paid later dues instead of going back."""
        return self.amount_minor - self.paid_out_minor - self.ready_minor


def of_line(
    db: Connection, customer_id: int, line_id: int, *, credit_minor: int, most: int
) -> list[ReturnView]:
    """List what refunds of a line owe to sources, the latest first, which a payout of the credit balance pays first."""
    wanted = {"customer_id": customer_id, "line_id": line_id, "most": most}
    left = credit_minor
    found: list[ReturnView] = []
    for row in sql.many(db, "list_returns", **wanted):
        one = ReturnView(*row)
        ready = min(left, one.amount_minor - one.paid_out_minor)
        left -= ready
        found.append(one._replace(ready_minor=ready))
    return found
