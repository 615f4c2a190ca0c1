"""What may become of a referred purchase, and what stands in the way of granting it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.verdict import Outcome
from whiteslip.money.lines.model import Line
from whiteslip.money.lines.rules import may_hold
from whiteslip.money.purchases.referrals import (
    RULINGS,
    Terms,
    Waiting,
    Word,
    hindrance,
    read,
    refusal,
)
from whiteslip.money.purchases.store import referral_terms

STATUSES = ("authorized", "captured", "voided", "expired", "declined", "referred")
ON = date(2026, 3, 3)


def waiting(**changed: object) -> Waiting:
    at = datetime(2026, 3, 3, 12, tzinfo=UTC)
    made = Waiting(
        1, 2, 3, 4, 50_000, 0, "o", "referred", ON, at, "shop", "open", Outcome.REVIEW, None, ()
    )
    return made._replace(**changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("word", list(Word))
def test_only_what_is_referred_is_ruled_on(status: str, word: Word) -> None:
    error = refusal(waiting(status=status), word)

    assert (error is None) == (status == "referred")
    assert ((status, word) in RULINGS) == (status == "referred")


@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_a_second_factor_is_not_a_persons_to_give(outcome: Outcome | None) -> None:
    one = waiting(outcome=outcome)
    is_for_a_person = outcome is not None and outcome > Outcome.STEP_UP

    assert one.is_for_a_person == is_for_a_person
    for word in (Word.GRANTED, Word.DECLINED, Word.LAPSED):
        assert (refusal(one, word) is None) == is_for_a_person


LINES = st.builds(
    Line,
    customer_id=st.just(1),
    line_id=st.just(3),
    product_id=st.just(1),
    status=st.sampled_from(["open", "open", "closed"]),
    restriction_level=st.integers(0, 5),
    statement_day=st.just(5),
    fixed_limit_minor=st.integers(0, 200_000),
    temporary_limit_minor=st.integers(0, 50_000),
    principal_minor=st.integers(0, 100_000),
    held_minor=st.integers(0, 50_000),
    credit_minor=st.just(0),
    opened_on=st.just(ON),
    credit_barred=st.booleans(),
    plans_barred=st.booleans(),
    restricted_share_ppm=st.just(500_000),
)


@given(
    line=LINES,
    amount=st.integers(1, 200_000),
    months=st.sampled_from([0, 6]),
    taken=st.integers(0, 90_000),
    shop=st.sampled_from(["open", "open", "closed"]),
)
def test_a_hindrance_is_named_exactly_where_the_guard_would_refuse(
    line: Line, amount: int, months: int, taken: int, shop: str
) -> None:
    one = waiting(amount_minor=amount, plan_months=months, shop_status=shop)
    room = may_hold(line._replace(held_minor=line.held_minor + taken), amount, in_plan=months > 0)

    error = hindrance(one, line, taken_minor=taken)

    assert (error is None) == (room and shop == "open")
    assert error is None or len(str(error)) > 10


def test_the_days_in_which_a_purchase_lapses() -> None:
    assert Terms(3, 30).lapsing(date(2026, 3, 3)) == (date(2026, 1, 29), date(2026, 2, 28))
    assert referral_terms().lapse_days > 0


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("lapse_days = 3", "look_back_days"),
        ("lapse_days = 0\nlook_back_days = 30", "lapse_days"),
        ("lapse_days = '3'\nlook_back_days = 30", "lapse_days"),
        ("lapse_days = 3\nlook_back_days = 30\nmore = 1", "more"),
        ("lapse_days =", "referrals.toml"),
    ],
)
def test_parameters_are_read_strictly(text: str, where: str) -> None:
    with pytest.raises(InvalidInput, match=where):
        read(text)
