"""What a payment settles, and what a refund offsets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter

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
        oldest_first = sorted(rows, key=lambda row: row.age)
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
    steps: list[tuple[tuple[int, ...], Component, Owed]] = []
    for row in rows:
        state, day = _state(row, reached), way * row.due_on.toordinal()
        bought, *numbers = row.age[1:]
        older = row.kind != "plan", *(way * one for one in (bought.toordinal(), *numbers))
        for component in Component:
            place = places[state, component]
            first, then = (place, 0) if policy.by_component else (0, place % len(Component))
            steps.append(((first, day, then, *older), component, row))
    steps.sort(key=itemgetter(0))
    return ((row, component) for _, component, row in steps)


def _state(row: Owed, reached: date) -> Timing:
    if row.due_on < reached:
        return Timing.PAST_DUE
    return Timing.DUE if row.statement_on <= reached else Timing.IN_ADVANCE


def _is_ahead(row: Owed, reached: date) -> bool:
    return row.kind == "plan" and row.statement_on > reached


def offset(
    refund_minor: Minor,
    owed: Iterable[Owed],
    *,
    reached: date,
    bears_interest: bool = False,
    standing_minor: Minor = 0,
) -> Allocation:
    """Offset a refund against its own purchase: what is billed first, then from the last installment backward.

    An unbilled flat fee shrinks with the principal of its installment; unbilled interest with all the principal it is
    counted on, that of its own installment and of those after it, so that no month bears interest on what was given
    back. Where that principal was paid ahead, its fee is still to come: it shrinks as that part of the purchase does
    which the credit gives back. All half even; what is left of the refund is credit. `standing_minor` is what was
    captured of the purchase and not refunded before.
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
    kept = standing_minor - refund_minor + unspent
    returned = (unspent, kept) if unspent and kept else (0, 1)
    settlements = [
        _refunded(row, shares, ahead if bears_interest else [row], returned)
        for row in (*billed, *ahead)
    ]
    return Allocation(
        tuple(one for one in settlements if one.principal_minor or one.fee_dropped_minor),
        unspent,
        sum(shares[row.installment_id] for row in ahead if row.kind == "plan"),
    )


def _refunded(
    row: Owed,
    shares: Mapping[int, Minor],
    ahead: Sequence[Owed],
    returned: tuple[Minor, Minor],
) -> Settlement:
    """Take a row's share off it, and off its unbilled fee what follows from the principal that fee is counted on.

    `returned` is what the credit gives back, of what was kept of the purchase.
    """
    bearing = [one for one in ahead if one.due_on >= row.due_on]
    before = sum(one.principal_minor for one in bearing)
    gone = sum(shares[one.installment_id] for one in bearing)
    if not before:
        gone, before = returned
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
