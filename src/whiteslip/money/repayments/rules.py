"""What a payment settles, and what a refund offsets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


def offset(
    refund_minor: Minor, owed: Iterable[Owed], *, reached: date, bears_interest: bool = False
) -> Allocation:
    """Offset a refund against its own purchase: what is billed first, then from the last installment backward.

    An unbilled flat fee shrinks with the principal of its installment; unbilled interest with all the principal it is
    counted on, that of its own installment and of those after it, so that no month bears interest on what was given
    back. Both half even; what is left of the refund is credit.
    """
    rows = list(owed)
    billed = sorted((row for row in rows if row.statement_on <= reached), key=lambda row: row.age)
    ahead = sorted(
        (row for row in rows if row.statement_on > reached), key=lambda row: row.age, reverse=True
    )
    unspent = refund_minor
    shares: dict[int, Minor] = {}
    for row in (*billed, *ahead):
        shares[row.installment_id] = share = min(unspent, row.principal_minor)
        unspent -= share
    settlements = [
        _refunded(row, shares, ahead if bears_interest else [row]) for row in (*billed, *ahead)
    ]
    return Allocation(
        tuple(one for one in settlements if one.principal_minor or one.fee_dropped_minor),
        unspent,
        sum(shares[row.installment_id] for row in ahead if row.kind == "plan"),
    )


def _refunded(row: Owed, shares: Mapping[int, Minor], ahead: Sequence[Owed]) -> Settlement:
    """Take a row's share off it, and off its unbilled fee what follows from the principal that fee is counted on."""
    bearing = [one for one in ahead if one.due_on >= row.due_on]
    before = sum(one.principal_minor for one in bearing)
    gone = sum(shares[one.installment_id] for one in bearing)
    fee = row.unbilled_fee_minor
    kept_fee = divide(fee * (before - gone), before) if fee and before else fee
    return Settlement(
        row.customer_id,
        row.line_id,
        row.installment_id,
        principal_minor=shares[row.installment_id],
        fee_dropped_minor=fee - kept_fee,
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
