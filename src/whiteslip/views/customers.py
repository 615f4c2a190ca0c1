"""One customer's whole story on a line, and the ledger's movements behind each of its numbers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from whiteslip.infra.crypto import Keyring
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.ids import MAX_ID
from whiteslip.views import lines
from whiteslip.views.customers_api import CustomerView, find_customer
from whiteslip.views.lines import LineView

sql = Sql(__package__)

MOST_PURCHASES = 500
"""A page shows no more; older ones are left to the journal."""


class StoryPurchase(NamedTuple):
    """A purchase with its shop; `reasons` is set for a declined one. Amounts in minor units, here as below."""

    purchase_id: int
    merchant: str
    authorized_on: date
    authorized_at: datetime
    expires_on: date
    plan_months: int
    status: str
    imported: bool
    authorized_minor: int
    captured_minor: int
    released_minor: int
    refunded_minor: int
    reasons: list[dict[str, Any]] | None


class StoryInstallment(NamedTuple):
    """An installment as it stands today."""

    installment_id: int
    purchase_id: int | None
    number: int
    kind: str
    status: str
    revolving: bool
    statement_on: date
    due_on: date
    principal_minor: int
    fee_minor: int
    late_fee_minor: int
    paid_minor: int

    @property
    def total_minor(self) -> int:
        """Principal and fees."""
        return self.principal_minor + self.fee_minor + self.late_fee_minor

    @property
    def owed_minor(self) -> int:
        """What is still to be paid, a plan's coming fee included."""
        return self.total_minor - self.paid_minor


class StoryRefund(NamedTuple):
    """A refund: against what was owed, the rest to the credit balance."""

    refund_id: int
    purchase_id: int | None
    merchant: str | None
    refunded_on: date
    refunded_at: datetime
    amount_minor: int
    offset_minor: int
    credit_minor: int


class StoryRepayment(NamedTuple):
    """Money received; taken back by whoever sent it since `reversed_on`."""

    repayment_id: int
    repaid_on: date
    repaid_at: datetime
    method: str
    amount_minor: int
    allocated_minor: int
    credit_minor: int
    reversed_on: date | None


class StoryAllocation(NamedTuple):
    """What a repayment, a refund or a used credit balance paid on one installment; a revolving fee has no shop."""

    source_id: int
    allocated_on: date
    purchase_id: int | None
    merchant: str | None
    kind: str
    number: int
    plan_months: int
    due_on: date
    principal_minor: int
    fee_minor: int
    late_fee_minor: int


class StoryStatement(NamedTuple):
    """A statement: previous + charged - credited = balance."""

    statement_on: date
    due_on: date
    previous_minor: int
    charged_minor: int
    credited_minor: int
    balance_minor: int
    minimum_minor: int


class StoryFee(NamedTuple):
    """Fees of a kind charged on a day."""

    business_date: date
    kind: str
    amount_minor: int


class StoryArrears(NamedTuple):
    """An episode of arrears; it goes on while `ended_on` is None."""

    since_on: date
    oldest_due_on: date
    worst_days: int
    ended_on: date | None


class StoryRestriction(NamedTuple):
    """A restriction; `notice_id` names the notice that told of it."""

    restriction_id: int
    level: int
    state: str
    rule_id: str
    reasons: list[dict[str, Any]]
    way_out: str
    appeal_route: str
    notice_id: int
    since_on: date
    lifted_on: date | None


class StoryNotice(NamedTuple):
    """What the person was told, in both languages."""

    notice_id: int
    kind: str
    noticed_on: date
    noticed_at: datetime
    text_zh: str
    text_en: str


class StoryLimit(NamedTuple):
    """A change of the fixed limit with its reason, or a temporary limit with its end."""

    happened_on: date
    kind: str
    before_minor: int | None
    amount_minor: int
    reason: str | None
    ends_on: date | None


class StoryPayout(NamedTuple):
    """A credit balance paid back."""

    payout_id: int
    paid_out_on: date
    paid_out_at: datetime
    amount_minor: int


class StoryView(NamedTuple):
    """Everything that happened on a line, in the order it was kept."""

    customer: CustomerView
    line: LineView | None
    purchases: tuple[StoryPurchase, ...] = ()
    installments: tuple[StoryInstallment, ...] = ()
    refunds: tuple[StoryRefund, ...] = ()
    repayments: tuple[StoryRepayment, ...] = ()
    allocations: tuple[StoryAllocation, ...] = ()
    statements: tuple[StoryStatement, ...] = ()
    fees: tuple[StoryFee, ...] = ()
    arrears: tuple[StoryArrears, ...] = ()
    restrictions: tuple[StoryRestriction, ...] = ()
    notices: tuple[StoryNotice, ...] = ()
    limits: tuple[StoryLimit, ...] = ()
    payouts: tuple[StoryPayout, ...] = ()


class Wanted(NamedTuple):
    """Which movements to show; None and "" mean any. Days are inclusive."""

    source_id: int | None = None
    kind: str = ""
    since: date | None = None
    until: date | None = None
    before: int = MAX_ID


class Movement(NamedTuple):
    """One row of the ledger with its two legs."""

    movement_id: int
    business_date: date
    kind: str
    debit: str
    credit: str
    amount_minor: int
    source_id: int


class AccountSum(NamedTuple):
    """Debits less credits of an account."""

    account: str
    balance_minor: int
    legs: int


class JournalView(NamedTuple):
    """Movements of a line, newest first, and what all that were asked for sum to by account."""

    customer: CustomerView
    line_id: int | None
    movements: tuple[Movement, ...] = ()
    sums: tuple[AccountSum, ...] = ()


def tell(
    db: Connection, customer_id: int, ring: Keyring | None = None, *, line_id: int | None = None
) -> StoryView | None:
    """Tell the story of a customer's line, the first one unless named; None if there is no such customer."""
    customer = find_customer(db, customer_id, ring)
    if customer is None:
        return None
    chosen = _chosen_line(customer, line_id)
    line = None if chosen is None else lines.show(db, customer_id, chosen)
    if line is None:
        return StoryView(customer, None)
    key = {"customer_id": customer_id, "line_id": line.line_id}
    bought = sql.many(db, "list_story_purchases", **key, limit=MOST_PURCHASES)
    return StoryView(
        customer,
        line,
        purchases=tuple(StoryPurchase(*row) for row in reversed(bought)),
        installments=tuple(
            StoryInstallment(*row) for row in sql.many(db, "list_story_installments", **key)
        ),
        refunds=tuple(StoryRefund(*row) for row in sql.many(db, "list_story_refunds", **key)),
        repayments=tuple(
            StoryRepayment(*row) for row in sql.many(db, "list_story_repayments", **key)
        ),
        allocations=tuple(
            StoryAllocation(*row) for row in sql.many(db, "list_story_allocations", **key)
        ),
        statements=tuple(
            StoryStatement(*row) for row in sql.many(db, "list_story_statements", **key)
        ),
        fees=tuple(StoryFee(*row) for row in sql.many(db, "list_story_fees", **key)),
        arrears=tuple(StoryArrears(*row) for row in sql.many(db, "list_story_arrears", **key)),
        restrictions=tuple(
            StoryRestriction(*row) for row in sql.many(db, "list_story_restrictions", **key)
        ),
        notices=tuple(StoryNotice(*row) for row in sql.many(db, "list_story_notices", **key)),
        limits=tuple(StoryLimit(*row) for row in sql.many(db, "list_story_limits", **key)),
        payouts=tuple(StoryPayout(*row) for row in sql.many(db, "list_story_payouts", **key)),
    )


def journal(
    db: Connection,
    customer_id: int,
    wanted: Wanted,
    *,
    limit: int,
    line_id: int | None = None,
    ring: Keyring | None = None,
) -> JournalView | None:
    """Show the movements behind a number of the story; None if there is no such customer."""
    customer = find_customer(db, customer_id, ring)
    if customer is None:
        return None
    chosen = _chosen_line(customer, line_id)
    if chosen is None:
        return JournalView(customer, None)
    asked = {"customer_id": customer_id, "line_id": chosen, **wanted._asdict()}
    before = asked.pop("before")
    rows = sql.many(db, "list_movements", **asked, before=before, limit=limit)
    sums = sql.many(db, "sum_movements", **asked)
    return JournalView(
        customer,
        chosen,
        tuple(Movement(*row) for row in rows),
        tuple(AccountSum(*row) for row in sums),
    )


def _chosen_line(customer: CustomerView, line_id: int | None) -> int | None:
    known = customer.line_ids
    if line_id is not None:
        return line_id if line_id in known else None
    return known[0] if known else None
