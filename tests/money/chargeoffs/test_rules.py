"""The order in which a claim is paid, and who may decide what."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed
from whiteslip.money.chargeoffs.model import ClaimRow, Part, State
from whiteslip.money.chargeoffs.rules import check_decided, read_terms, recover
from whiteslip.money.chargeoffs.store import terms

OLD, NEW = date(2025, 1, 3), date(2025, 2, 3)
ROWS = [ClaimRow(1, 2, 12, NEW, 300, 20, 0), ClaimRow(1, 2, 11, OLD, 500, 10, 7)]
ORDER = terms().recovery_order


def test_the_order_of_the_law_is_the_one_that_ships() -> None:
    assert ORDER == (Part.COST, Part.FEE, Part.LATE_FEE, Part.PRINCIPAL)
    assert terms().propose_after_days == 180


@pytest.mark.parametrize(
    ("amount", "paid", "cost", "credit"),
    [
        (40, {}, 40, 0),
        (55, {11: (0, 5, 0)}, 50, 0),
        (85, {11: (0, 10, 5), 12: (0, 20, 0)}, 50, 0),
        (97, {11: (10, 10, 7), 12: (0, 20, 0)}, 50, 0),
        (600, {11: (500, 10, 7), 12: (13, 20, 0)}, 50, 0),
        (900, {11: (500, 10, 7), 12: (300, 20, 0)}, 50, 13),
    ],
)
def test_cost_then_fees_then_principal_each_of_the_oldest_due_first(
    amount: int, paid: dict[int, tuple[int, int, int]], cost: int, credit: int
) -> None:
    gone = recover(amount, ROWS, ORDER, cost_minor=50)

    assert {one.installment_id: one[3:6] for one in gone.settlements} == paid
    assert (gone.cost_minor, gone.credit_minor) == (cost, credit)


def test_another_order_is_a_parameter() -> None:
    order = (Part.PRINCIPAL, Part.COST, Part.FEE, Part.LATE_FEE)

    gone = recover(820, ROWS, order, cost_minor=15)

    assert sum(one.principal_minor for one in gone.settlements) == 800
    assert (gone.cost_minor, sum(one.fee_minor for one in gone.settlements)) == (15, 5)


@given(amount=st.integers(1, 2_000), cost=st.integers(0, 300))
def test_no_cent_is_lost(amount: int, cost: int) -> None:
    gone = recover(amount, ROWS, ORDER, cost_minor=cost)

    assert gone.cost_minor + gone.recovered_minor + gone.credit_minor == amount
    assert gone.credit_minor == max(0, amount - cost - 837)


def test_nobody_decides_alone() -> None:
    asked = {"asked_by": "ann"}

    assert check_decided(State.PROPOSED, State.PROPOSED, by="bo", **asked) is None
    alone = check_decided(State.PROPOSED, State.PROPOSED, by="ann", **asked)
    assert isinstance(alone, NotAllowed)
    late = check_decided(State.REFUSED, State.PROPOSED, by="bo", **asked)
    assert isinstance(late, Conflict)


@pytest.mark.parametrize(
    "text",
    [
        "propose_after_days = 180",
        'propose_after_days = 0\nrecovery_order = ["cost", "fee", "late_fee", "principal"]',
        'propose_after_days = 1\nrecovery_order = ["cost", "cost", "late_fee", "principal"]',
    ],
)
def test_wrong_parameters_are_named(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_terms(text)
