"""What a payment settles, and what a refund offsets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from whiteslip.kernel.errors import invariant
from whiteslip.kernel.money import Minor, divide, level
from whiteslip.money.plans.model import Future, Timing
from whiteslip.money.products.model import AllocationPolicy, Component
from whiteslip.money.repayments.model import Allocation
from whiteslip.money.schedules.model import Owed, Settlement


def allocate(
    payment_minor: Minor, owed: Iterable[Owed], policy: AllocationPolicy, *, reached: date
) -> Allocation:
    """Settle debts in the order of the policy; the excess goes to plans in advance if it says so, or is credit.

    By default the oldest due is settled first, within one due date by the order of components. Of one component due on
    one date a plan comes first: it must be paid in full, while of what is paid later the minimum is enough. So whoever
    pays the minimum on time is never overdue.

    What no statement has shown yet is paid ahead unless it is of a plan; a plan is paid as it falls due, and ahead only
    from the excess. Its fee that no statement has billed is not paid ahead: it is owed once billed.
    """
    invariant(payment_minor > 0, "a payment is positive")
    rows = list(owed)
    ahead = [row for row in rows if _is_ahead(row, reached)]
    purse = _Purse(payment_minor)
    purse.pay(_steps((row for row in rows if not _is_ahead(row, reached)), policy, reached))
    unbilled_plan_minor = 0
    if policy.future is not None and ahead:
        principal = purse.principal_minor
        purse.pay_ahead(ahead, policy, reached)
        unbilled_plan_minor = purse.principal_minor - principal
    return Allocation(purse.settlements(), purse.unspent, unbilled_plan_minor)


def use_credit(
    credit_minor: Minor, owed: Iterable[Owed], policy: AllocationPolicy, *, reached: date
) -> Allocation:
    """Use a credit balance at the end of a day: for what is billed, and for more only if its excess goes to plans."""
    billed = (row for row in owed if policy.future is not None or row.statement_on <= reached)
    return allocate(credit_minor, billed, policy, reached=reached)


class _Purse:
    """What is left of a payment, and what it has paid so far."""

    def __init__(self, payment_minor: Minor) -> None:
        self.unspent = payment_minor
        self._rows: dict[int, Owed] = {}
        self._paid: dict[int, dict[Component, Minor]] = {}

    @property
    def principal_minor(self) -> Minor:
        """Principal paid so far."""
        return sum(parts.get(Component.PRINCIPAL, 0) for parts in self._paid.values())

    def pay(self, steps: Iterable[tuple[Owed, Component]]) -> None:
        """Pay one step after the other, each as far as money and debt go."""
        for row, component in steps:
            self._pay(row, component, self.unspent)

    def pay_ahead(self, rows: Sequence[Owed], policy: AllocationPolicy, reached: date) -> None:
        """Pay installments of plans in advance: the next, the last, or all of them the same."""
        if policy.future is not Future.EVENLY:
            backward = policy.future is Future.LAST
            self.pay(_steps(rows, policy, reached, backward=backward))
            return
        components = [part for state, part in policy.order if state is Timing.IN_ADVANCE]
        oldest_first = sorted(rows, key=_age)
        rooms = [sum(_owed(row, part) for part in components) for row in oldest_first]
        for row, share in zip(oldest_first, level(self.unspent, rooms), strict=True):
            left = share
            for component in components:
                left -= self._pay(row, component, left)

    def settlements(self) -> tuple[Settlement, ...]:
        """Return what was paid, one settlement an installment."""
        return tuple(_settlement(self._rows[key], parts) for key, parts in self._paid.items())

    def _pay(self, row: Owed, component: Component, most_minor: Minor) -> Minor:
        share = min(most_minor, _owed(row, component))
        if share == 0:
            return 0
        self._rows[row.installment_id] = row
        self._paid.setdefault(row.installment_id, {})[component] = share
        self.unspent -= share
        return share


def _steps(
    rows: Iterable[Owed], policy: AllocationPolicy, reached: date, *, backward: bool = False
) -> Iterator[tuple[Owed, Component]]:
    """Go through what rows owe in the order of a policy; backward, the latest due comes first."""
    places = {place: number for number, place in enumerate(policy.order)}
    way = -1 if backward else 1
    steps: list[tuple[int, int, int, bool, int, Component, Owed]] = []
    for row in rows:
        state, day = _state(row, reached), way * row.due_on.toordinal()
        is_later, number = row.kind != "plan", way * row.installment_id
        for component in Component:
            place = places[state, component]
            first, then = (place, 0) if policy.by_component else (0, place % len(Component))
            steps.append((first, day, then, is_later, number, component, row))
    steps.sort()
    return ((row, component) for *_, component, row in steps)


def _state(row: Owed, reached: date) -> Timing:
    if row.due_on < reached:
        return Timing.PAST_DUE
    return Timing.DUE if row.statement_on <= reached else Timing.IN_ADVANCE


def _is_ahead(row: Owed, reached: date) -> bool:
    return row.kind == "plan" and row.statement_on > reached


def offset(
    refund_minor: Minor, owed: Iterable[Owed], *, reached: date, standing_minor: Minor = 0
) -> Allocation:
    """Offset a refund against its own purchase: what is billed first, then from the last installment backward.

    The unbilled fee of an installment shrinks with its principal (half even); what is left is credit. Where principal
    was paid ahead its fee is still to come: it shrinks as that part of the purchase does which the credit gives back.
    `standing_minor` is what was captured of the purchase and not refunded before.
    """
    rows = list(owed)
    billed = sorted((row for row in rows if row.statement_on <= reached), key=_age)
    ahead = sorted((row for row in rows if row.statement_on > reached), key=_age, reverse=True)
    unspent = refund_minor
    unbilled_plan_minor = 0
    settlements: list[Settlement] = []
    for row in (*billed, *ahead):
        share = min(unspent, row.principal_minor)
        if share == 0:
            continue
        settlements.append(_refunded(row, share))
        unspent -= share
        if _is_ahead(row, reached):
            unbilled_plan_minor += share
    kept = standing_minor - refund_minor + unspent
    if unspent and kept:
        settlements.extend(
            _refunded(row._replace(principal_minor=kept), unspent)._replace(principal_minor=0)
            for row in ahead
            if row.unbilled_fee_minor and not row.principal_minor
        )
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


def _age(row: Owed) -> tuple[date, int]:
    return row.due_on, row.installment_id
