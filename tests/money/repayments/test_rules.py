"""Where a payment and a refund go: figures worked by hand, and properties of all of them."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from whiteslip.money.plans.model import ordered
from whiteslip.money.products.model import AllocationPolicy, Component
from whiteslip.money.repayments.rules import allocate, offset
from whiteslip.money.schedules.model import Owed

TODAY = date(2026, 3, 10)
ORDER = AllocationPolicy(ordered(Component.LATE_FEE, Component.FEE, Component.PRINCIPAL))


def owed(
    number: int,
    principal: int,
    *,
    fee: int = 0,
    late_fee: int = 0,
    billed_days_ago: int = 5,
    kind: str = "pay_later",
    unbilled_fee: int = 0,
) -> Owed:
    statement_on = TODAY - timedelta(days=billed_days_ago)
    due_on = statement_on + timedelta(days=29)
    return Owed(1, 1, number, 1, kind, statement_on, due_on, principal, fee, late_fee, unbilled_fee)


def test_the_oldest_due_is_paid_first_and_within_it_fees_first() -> None:
    rows = [owed(1, 100, fee=10, late_fee=5), owed(2, 50, billed_days_ago=36, late_fee=2)]

    paid = allocate(52 + 15 + 1, rows, ORDER, reached=TODAY)

    assert [
        (one.installment_id, one.principal_minor, one.fee_minor, one.late_fee_minor)
        for one in paid.settlements
    ] == [
        (2, 50, 0, 2),
        (1, 1, 10, 5),
    ]
    assert paid.credit_minor == 0


def test_a_plan_is_not_paid_before_it_is_billed_but_a_purchase_to_pay_later_is() -> None:
    rows = [owed(1, 100, billed_days_ago=-5, kind="plan"), owed(2, 30, billed_days_ago=-5)]

    paid = allocate(100, rows, ORDER, reached=TODAY)

    assert [(one.installment_id, one.principal_minor) for one in paid.settlements] == [(2, 30)]
    assert paid.credit_minor == 70


def test_a_refund_of_120_on_a_due_of_100_offsets_100_and_leaves_20() -> None:
    refunded = offset(12_000, [owed(1, 10_000)], reached=TODAY)

    assert (refunded.allocated_minor, refunded.credit_minor) == (10_000, 2_000)


def test_a_refund_takes_what_is_billed_then_the_last_parts_backward() -> None:
    rows = [
        owed(
            number,
            100,
            billed_days_ago=5 - 31 * (number - 1),
            kind="plan",
            unbilled_fee=0 if number == 1 else 5,
        )
        for number in (1, 2, 3)
    ]

    refunded = offset(250, rows, reached=TODAY)

    assert [
        (one.installment_id, one.principal_minor, one.fee_dropped_minor)
        for one in refunded.settlements
    ] == [
        (1, 100, 0),
        (3, 100, 5),
        (2, 50, 3),  # 2.5 of 5 are kept, half even: 2
    ]
    assert refunded.unbilled_plan_minor == 150


def test_after_a_refund_no_month_bears_interest_on_what_was_given_back() -> None:
    rows = [
        owed(number, 1_000, billed_days_ago=5 - 31 * (number - 1), kind="plan", unbilled_fee=fee)
        for number, fee in ((1, 0), (2, 30), (3, 20), (4, 10))
    ]

    refunded = offset(2_500, rows, reached=TODAY, bears_interest=True)

    assert [
        (one.installment_id, one.principal_minor, one.fee_dropped_minor)
        for one in refunded.settlements
    ] == [(1, 1_000, 0), (4, 1_000, 10), (3, 500, 15), (2, 0, 15)], (
        "half of what was owed, half of its interest"
    )
    assert (refunded.unbilled_plan_minor, refunded.credit_minor) == (1_500, 0)


amounts = st.integers(0, 10**8)
rows_owed = st.lists(
    st.builds(
        owed,
        st.integers(1, 10**6),
        amounts,
        fee=amounts,
        late_fee=amounts,
        billed_days_ago=st.integers(-40, 90),
        kind=st.sampled_from(["plan", "pay_later"]),
    ),
    max_size=12,
    unique_by=lambda row: row.installment_id,
)


@given(payment=st.integers(1, 10**9), rows=rows_owed)
def test_no_minor_unit_is_lost(payment: int, rows: list[Owed]) -> None:
    paid = allocate(payment, rows, ORDER, reached=TODAY)

    payable = [row for row in rows if row.statement_on <= TODAY or row.kind == "pay_later"]
    total = sum(row.principal_minor + row.fee_minor + row.late_fee_minor for row in payable)
    assert paid.allocated_minor + paid.credit_minor == payment
    assert paid.credit_minor == max(0, payment - total)
    by_id = {row.installment_id: row for row in rows}
    for one in paid.settlements:
        row = by_id[one.installment_id]
        assert one.principal_minor <= row.principal_minor
        assert one.fee_minor <= row.fee_minor
        assert one.late_fee_minor <= row.late_fee_minor


@given(refund=st.integers(1, 10**9), rows=rows_owed)
def test_a_refund_takes_principal_only(refund: int, rows: list[Owed]) -> None:
    refunded = offset(refund, rows, reached=TODAY)

    assert refunded.principal_minor + refunded.credit_minor == refund
    assert refunded.credit_minor == max(0, refund - sum(row.principal_minor for row in rows))
