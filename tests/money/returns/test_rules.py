"""A refund goes back to who paid, latest first, and never more than they paid."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from whiteslip.money.returns.model import Promise, Return, Source
from whiteslip.money.returns.rules import give_back, use_up

CARD_B = Source(1, 7, 20, "card-b", 3_000)
CARD_A = Source(1, 7, 21, "card-a", 1_400)


def test_the_latest_source_comes_first() -> None:
    assert give_back(2_000, [CARD_B, CARD_A]) == (
        Return(21, "card-a", 1_400),
        Return(20, "card-b", 600),
    )


def test_what_no_source_paid_is_owed_to_none() -> None:
    assert sum(one.amount_minor for one in give_back(9_000, [CARD_B, CARD_A])) == 4_400
    assert give_back(9_000, []) == ()


@given(amount=st.integers(0, 10_000), left=st.lists(st.integers(0, 3_000), max_size=6))
def test_no_source_gets_more_than_it_paid(amount: int, left: list[int]) -> None:
    sources = [Source(1, 7, number, "card", one) for number, one in enumerate(left)]

    returns = give_back(amount, sources)

    assert sum(one.amount_minor for one in returns) == min(amount, sum(left))
    assert all(0 < one.amount_minor <= left[one.repayment_id] for one in returns)


def test_a_payout_uses_up_the_oldest_refund_first() -> None:
    promises = [Promise(1, 31, 20, 2, 500, 0), Promise(1, 30, 20, 2, 400, 100)]

    used = use_up(450, promises)

    assert [(one.refund_id, one.paid_out_minor) for one in used] == [(30, 400), (31, 150)]
