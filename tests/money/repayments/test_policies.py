"""Payments under every policy: figures worked by hand, laws that all of them keep, and the rules of single plans."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.money.repayments.test_rules import TODAY, owed

from whiteslip.money.plans import allocating as plans
from whiteslip.money.plans import model as plan_model
from whiteslip.money.plans.model import Future, Timing, ordered
from whiteslip.money.products.model import AllocationOrder, AllocationPolicy, Component
from whiteslip.money.repayments import rules
from whiteslip.money.repayments.model import Allocation
from whiteslip.money.repayments.rules import allocate, offset, use_credit
from whiteslip.money.schedules.model import Owed

LATE_FEE, FEE, PRINCIPAL = Component.LATE_FEE, Component.FEE, Component.PRINCIPAL
DEFAULT = AllocationPolicy(ordered(LATE_FEE, FEE, PRINCIPAL))
VERTICAL = replace(DEFAULT, by_component=True)
PAST, BILLED, AHEAD = 40, 5, -5
"""Billed so many days ago: past due, due, and in advance."""
PLAN = [
    owed(number, 100, kind="plan", unbilled_fee=7, billed_days_ago=-30 * number)
    for number in (1, 2, 3)
]


def went(gone: Allocation) -> list[tuple[int, int, int, int]]:
    return [
        (one.installment_id, one.late_fee_minor, one.fee_minor, one.principal_minor)
        for one in gone.settlements
    ]


def test_vertical_finishes_a_component_over_all_dues_of_a_state_before_the_next() -> None:
    rows = [
        owed(1, 100, fee=10, late_fee=5, billed_days_ago=PAST),
        owed(2, 100, fee=10, late_fee=5, billed_days_ago=PAST - 8),
        owed(3, 100, fee=10, billed_days_ago=BILLED),
    ]

    assert went(allocate(40, rows, DEFAULT, reached=TODAY)) == [(1, 5, 10, 25)]
    assert went(allocate(40, rows, VERTICAL, reached=TODAY)) == [(1, 5, 10, 10), (2, 5, 10, 0)]


def test_vertical_may_finish_a_component_over_all_states() -> None:
    order = tuple((state, part) for part in (FEE, LATE_FEE, PRINCIPAL) for state in Timing)
    rows = [owed(1, 100, fee=10, billed_days_ago=PAST), owed(2, 50, fee=10, billed_days_ago=BILLED)]

    gone = allocate(30, rows, AllocationPolicy(order, by_component=True), reached=TODAY)

    assert went(gone) == [(1, 0, 10, 10), (2, 0, 10, 0)]


def test_a_state_may_have_an_order_of_components_of_its_own() -> None:
    past_due = ordered(PRINCIPAL, FEE, LATE_FEE)[:3]
    policy = replace(DEFAULT, order=past_due + DEFAULT.order[3:])
    rows = [
        owed(1, 100, fee=10, late_fee=5, billed_days_ago=PAST),
        owed(2, 100, fee=10, billed_days_ago=BILLED),
    ]

    assert went(allocate(107, rows, policy, reached=TODAY)) == [(1, 0, 7, 100)]
    assert went(allocate(120, rows, policy, reached=TODAY)) == [(1, 5, 10, 100), (2, 0, 5, 0)]


@pytest.mark.parametrize(
    ("future", "paid", "credit"),
    [
        (None, [(9, 0, 0, 50)], 130),
        (Future.NEXT, [(9, 0, 0, 50), (1, 0, 0, 100), (2, 0, 0, 30)], 0),
        (Future.LAST, [(9, 0, 0, 50), (3, 0, 0, 100), (2, 0, 0, 30)], 0),
        (Future.EVENLY, [(9, 0, 0, 50), (1, 0, 0, 43), (2, 0, 0, 43), (3, 0, 0, 44)], 0),
    ],
)
def test_the_excess_goes_where_the_product_says(
    future: Future | None, paid: list[tuple[int, int, int, int]], credit: int
) -> None:
    policy = replace(DEFAULT, future=future)

    gone = allocate(180, [*PLAN, owed(9, 50)], policy, reached=TODAY)

    assert (went(gone), gone.credit_minor) == (paid, credit)
    assert gone.unbilled_plan_minor == 130 - credit


def test_the_fee_of_a_period_to_come_is_not_paid_ahead() -> None:
    gone = allocate(1_000, PLAN, replace(DEFAULT, future=Future.NEXT), reached=TODAY)

    assert (gone.fee_minor, gone.principal_minor, gone.credit_minor) == (0, 300, 700)


def test_a_credit_balance_pays_what_is_billed_and_more_only_if_its_excess_goes_to_plans() -> None:
    rows = [owed(8, 30, billed_days_ago=AHEAD), owed(9, 50), *PLAN]

    assert went(use_credit(100, rows, DEFAULT, reached=TODAY)) == [(9, 0, 0, 50)]
    ahead = use_credit(100, rows, replace(DEFAULT, future=Future.LAST), reached=TODAY)
    assert went(ahead) == [(9, 0, 0, 50), (8, 0, 0, 30), (3, 0, 0, 20)]


def test_refunded_in_full_no_fee_of_what_was_paid_ahead_is_left() -> None:
    paid_ahead = [row._replace(principal_minor=0) for row in PLAN]

    whole = offset(300, paid_ahead, reached=TODAY, standing_minor=300)
    third = offset(100, paid_ahead, reached=TODAY, standing_minor=300)

    assert [one.fee_dropped_minor for one in whole.settlements] == [7, 7, 7]
    assert [one.fee_dropped_minor for one in third.settlements] == [2, 2, 2], "a third of 7"
    assert (whole.credit_minor, third.credit_minor) == (300, 100)
    assert whole.allocated_minor == third.allocated_minor == 0


def _of_states(
    past_due: AllocationOrder, due: AllocationOrder, in_advance: AllocationOrder
) -> AllocationOrder:
    return past_due[:3] + due[3:6] + in_advance[6:]


def _debt(number: int, principal: int, days: int, kind: str, fees: tuple[int, int]) -> Owed:
    late_fee, fee = fees
    unbilled = kind == "plan" and days < 0
    return owed(
        number,
        principal,
        late_fee=late_fee,
        fee=0 if unbilled else fee,
        unbilled_fee=fee if unbilled else 0,
        kind=kind,
        billed_days_ago=days,
    )


def _first_takes_all(total: int, rooms: list[int]) -> tuple[int, ...]:
    return (total, *[0] * (len(rooms) - 1))


amounts = st.integers(0, 10**6)
orders = st.permutations(list(Component)).map(lambda parts: ordered(*parts))
horizontal = st.builds(_of_states, orders, orders, orders)
futures = st.sampled_from([None, *Future])
policies = st.one_of(
    st.builds(AllocationPolicy, horizontal, future=futures),
    st.builds(
        AllocationPolicy,
        st.permutations(list(DEFAULT.order)).map(tuple),
        by_component=st.just(value=True),
        future=futures,
    ),
)
debts = st.lists(
    st.builds(
        _debt,
        st.integers(1, 10**6),
        amounts,
        st.integers(-90, 60),
        st.sampled_from(["plan", "pay_later"]),
        st.tuples(amounts, amounts),
    ),
    max_size=10,
    unique_by=lambda row: row.installment_id,
)


def of(row: Owed) -> dict[Component, int]:
    return {
        LATE_FEE: row.late_fee_minor,
        FEE: row.fee_minor,
        PRINCIPAL: row.principal_minor,
    }


def state_of(row: Owed) -> Timing:
    if row.due_on < TODAY:
        return Timing.PAST_DUE
    return Timing.DUE if row.statement_on <= TODAY else Timing.IN_ADVANCE


def check_laws(payment: int, rows: list[Owed], policy: AllocationPolicy, gone: Allocation) -> None:
    """Nothing is lost, nothing paid twice, nothing passed over, and the excess is where the policy wants it."""
    left = {row.installment_id: of(row) for row in rows}
    taken = {row.installment_id: dict.fromkeys(Component, 0) for row in rows}
    for one in gone.settlements:
        taken[one.installment_id] = {
            LATE_FEE: one.late_fee_minor,
            FEE: one.fee_minor,
            PRINCIPAL: one.principal_minor,
        }
        for part, paid in taken[one.installment_id].items():
            left[one.installment_id][part] -= paid
            assert left[one.installment_id][part] >= 0
    assert gone.allocated_minor + gone.credit_minor == payment
    ahead = [row for row in rows if row.kind == "plan" and row.statement_on > TODAY]
    first = [row for row in rows if row not in ahead]
    open_first = sum(sum(left[row.installment_id].values()) for row in first)
    open_ahead = sum(sum(left[row.installment_id].values()) for row in ahead)
    paid_ahead = sum(sum(taken[row.installment_id].values()) for row in ahead)
    assert not (open_first and (gone.credit_minor or paid_ahead)), (
        "the excess begins where all is paid"
    )
    if policy.future is None:
        assert paid_ahead == 0
    else:
        assert not (gone.credit_minor and open_ahead), "what is left over pays plans while they owe"
    _check_order(first, policy, left, taken)
    if policy.future is Future.EVENLY and open_ahead:
        shares = [sum(taken[row.installment_id].values()) for row in ahead]
        for row, share in zip(ahead, shares, strict=True):
            assert share >= max(shares) - 1 or not sum(left[row.installment_id].values())


def _check_order(rows: list[Owed], policy: AllocationPolicy, left: Any, taken: Any) -> None:
    """What comes later is paid only when what comes before is paid in full."""

    def place(row: Owed, part: Component) -> Any:
        number = policy.order.index((state_of(row), part))
        rank = (number, row.due_on) if policy.by_component else (row.due_on, number % 3)
        return (*rank, row.kind != "plan", row.installment_id)

    steps = sorted(
        (place(row, part), row.installment_id, part) for row in rows for part in Component
    )
    is_open = False
    for _, number, part in steps:
        assert not (is_open and taken[number][part]), "nothing is passed over"
        is_open = is_open or left[number][part] > 0


@given(payment=st.integers(1, 10**7), rows=debts, policy=policies)
def test_every_policy_keeps_the_laws(
    payment: int, rows: list[Owed], policy: AllocationPolicy
) -> None:
    check_laws(payment, rows, policy, allocate(payment, rows, policy, reached=TODAY))


@given(payment=st.integers(1, 10**6), more=st.integers(1, 10**6), rows=debts, policy=policies)
def test_who_pays_more_pays_no_debt_less(
    payment: int, more: int, rows: list[Owed], policy: AllocationPolicy
) -> None:
    less = {one[0]: one for one in went(allocate(payment, rows, policy, reached=TODAY))}
    much = {one[0]: one for one in went(allocate(payment + more, rows, policy, reached=TODAY))}

    assert all(
        few <= many
        for number, parts in less.items()
        for few, many in zip(parts, much[number], strict=True)
    )


PARTS = {
    plan_model.Component.PENALTY: LATE_FEE,
    plan_model.Component.FEE: FEE,
    plan_model.Component.PRINCIPAL: PRINCIPAL,
}


@given(
    payment=st.integers(1, 10**6),
    days=st.lists(st.sampled_from([-70, -40, -9, -1, 0, 2, 9, 33, 64]), unique=True, max_size=8),
    amounts_of=st.lists(st.tuples(amounts, amounts, amounts), min_size=8, max_size=8),
    parts=st.sampled_from(list(permutations(PARTS))),
    future=st.sampled_from(list(Future)),
    by_component=st.booleans(),
)
def test_a_single_plan_is_paid_as_the_rules_of_single_plans_say(
    payment: int,
    days: list[int],
    amounts_of: list[tuple[int, int, int]],
    parts: tuple[plan_model.Component, ...],
    future: Future,
    *,
    by_component: bool,
) -> None:
    rows: list[plan_model.Row] = []
    debts: list[Owed] = []
    for number, (day, (late, fee, principal)) in enumerate(
        zip(sorted(days), amounts_of, strict=False), start=1
    ):
        due_on = TODAY + timedelta(days=day)
        own = 0 if day > 0 else fee
        rows.append(
            plan_model.Row(
                number,
                date(2020, 1, 1),
                due_on,
                penalty_minor=late,
                fee_minor=own,
                principal_minor=principal,
            )
        )
        statement_on = due_on - timedelta(days=1)
        debts.append(Owed(1, 1, number, 1, "plan", statement_on, due_on, principal, own, late))
    rule = plan_model.Allocation(ordered(*parts), future, by_component=by_component)
    policy = AllocationPolicy(ordered(*(PARTS[part] for part in parts)), by_component, future)

    plans.allocate(rows, payment, rule, on=TODAY)
    gone = allocate(payment, debts, policy, reached=TODAY)

    paid = {
        row.number: tuple(row.paid[part] for part in PARTS)
        for row in rows
        if any(row.paid.values())
    }
    assert {number: (late, fee, principal) for number, late, fee, principal in went(gone)} == paid


@pytest.mark.parametrize("planted", ["a cent kept", "order", "ahead too early", "one takes all"])
def test_control_a_planted_fault_breaks_a_law(
    planted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [owed(8, 50, fee=9, billed_days_ago=PAST), owed(9, 50, fee=9), *PLAN]
    policy = replace(DEFAULT, future=Future.EVENLY)
    gone = allocate(181, rows, policy, reached=TODAY)
    check_laws(181, rows, policy, gone)
    match planted:
        case "a cent kept":
            gone = gone._replace(credit_minor=1)
        case "order":
            gone = allocate(60, rows, replace(VERTICAL, future=Future.EVENLY), reached=TODAY)
            gone = gone._replace(credit_minor=181 - gone.allocated_minor)
        case "ahead too early":
            gone = allocate(181, PLAN, policy, reached=TODAY)
        case _:
            monkeypatch.setattr(rules, "level", _first_takes_all)
            gone = allocate(181, rows, policy, reached=TODAY)

    with pytest.raises(AssertionError):
        check_laws(181, rows, policy, gone)
