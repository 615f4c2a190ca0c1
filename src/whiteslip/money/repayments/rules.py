"""What a payment settles, and what a refund offsets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from whiteslip.kernel.errors import invariant
from whiteslip.kernel.money import Minor, divide
from whiteslip.money.products.model import Component
from whiteslip.money.repayments.model import Allocation
from whiteslip.money.schedules.model import Owed, Settlement


def allocate(
    payment_minor: Minor, owed: Iterable[Owed], order: Sequence[Component], *, reached: date
) -> Allocation:
    """Settle the oldest due first, within one due date by the order of components; keep the excess as credit.

    Of one component due on one date a plan comes first: it must be paid in full, while of what is paid later the
    minimum is enough. So whoever pays the minimum on time is never overdue.

    What no statement has shown yet is paid ahead unless it is of a plan; a plan is paid as it falls due.
    """
    invariant(payment_minor > 0, "a payment is positive")
    rank = {component: place for place, component in enumerate(order)}
    payable = [row for row in owed if row.statement_on <= reached or row.kind != "plan"]
    parts = sorted(
        (row.due_on, rank[component], row.kind != "plan", *row.age[1:], component, row)
        for row in payable
        for component in order
    )
    unspent = payment_minor
    paid: dict[int, dict[Component, Minor]] = {}
    rows: dict[int, Owed] = {}
    for *_, installment_id, component, row in parts:
        share = min(unspent, _owed(row, component))
        if share == 0:
            continue
        paid.setdefault(installment_id, {})[component] = share
        rows[installment_id] = row
        unspent -= share
    return Allocation(tuple(_settlement(rows[key], paid[key]) for key in paid), unspent)


def offset(refund_minor: Minor, owed: Iterable[Owed], *, reached: date) -> Allocation:
    """Offset a refund against its own purchase: what is billed first, then from the last installment backward.

    The unbilled fee of an installment shrinks with its principal (half even); what is left is credit.
    """
    rows = list(owed)
    billed = sorted((row for row in rows if row.statement_on <= reached), key=lambda row: row.age)
    ahead = sorted(
        (row for row in rows if row.statement_on > reached), key=lambda row: row.age, reverse=True
    )
    unspent = refund_minor
    unbilled_plan_minor = 0
    settlements: list[Settlement] = []
    for row in (*billed, *ahead):
        share = min(unspent, row.principal_minor)
        if share == 0:
            continue
        settlements.append(_refunded(row, share))
        unspent -= share
        if row.kind == "plan" and row.statement_on > reached:
            unbilled_plan_minor += share
    return Allocation(tuple(settlements), unspent, unbilled_plan_minor)


def _refunded(row: Owed, share_minor: Minor) -> Settlement:
    left = row.principal_minor - share_minor
    kept_fee = divide(row.unbilled_fee_minor * left, row.principal_minor)
    return Settlement(
        row.customer_id,
        row.line_id,
        row.installment_id,
        principal_minor=share_minor,
        fee_dropped_minor=row.unbilled_fee_minor - kept_fee,
    )


def _owed(row: Owed, component: Component) -> Minor:
    match component:
        case Component.LATE_FEE:
            return row.late_fee_minor
        case Component.FEE:
            return row.fee_minor
        case Component.PRINCIPAL:
            return row.principal_minor


def _settlement(row: Owed, paid: dict[Component, Minor]) -> Settlement:
    return Settlement(
        customer_id=row.customer_id,
        line_id=row.line_id,
        installment_id=row.installment_id,
        principal_minor=paid.get(Component.PRINCIPAL, 0),
        fee_minor=paid.get(Component.FEE, 0),
        late_fee_minor=paid.get(Component.LATE_FEE, 0),
    )
