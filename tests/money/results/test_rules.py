"""What of a bank's results can be kept, read and held."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.money.results.model import Outcome, Payment, Told
from whiteslip.money.results.rules import came_minor, cut, is_readable, is_said_again

GOOD = Told("r-1", "col_1_2", Outcome.PAID, 500, "CNY", None, date(2026, 2, 2))


def test_what_is_good_is_kept_as_it_is() -> None:
    assert (cut(GOOD), is_readable(GOOD), came_minor(GOOD)) == (GOOD, True, 500)


@given(
    st.text(max_size=300),
    st.text(max_size=300),
    st.integers(-(10**30), 10**30),
    st.text(max_size=20),
    st.none() | st.text(max_size=90),
)
def test_whatever_is_told_can_be_kept(
    result_id: str, reference: str, amount: int, currency: str, reason: str | None
) -> None:
    kept = cut(Told(result_id, reference, Outcome.FAILED, amount, currency, reason, GOOD.booked_on))

    assert 1 <= len(kept.result_id) <= 200
    assert len(kept.reference) <= 80
    assert len(kept.currency) <= 8
    assert len(kept.reason or "") <= 35
    assert -(2**63) <= kept.amount_minor < 2**63
    kept.reference.encode()
    assert cut(kept) == kept


def test_another_source_may_say_the_same_and_one_source_says_it_once() -> None:
    before = Payment(500, GOOD.booked_on, "rail")

    assert is_said_again(GOOD, before, source="file 1")
    assert not is_said_again(GOOD, before, source="rail")
    assert not is_said_again(GOOD, None, source="file 1")
    assert not is_said_again(GOOD._replace(amount_minor=501), before, source="file 1")
    assert not is_said_again(GOOD._replace(outcome=Outcome.FAILED), before, source="file 1")
    later = GOOD._replace(booked_on=GOOD.booked_on + timedelta(days=1))
    assert not is_said_again(later, before, source="file 1")


@pytest.mark.parametrize(
    ("told", "came"),
    [
        (GOOD._replace(outcome=Outcome.FAILED), 0),
        (GOOD._replace(outcome=Outcome.RETURNED), 0),
        (GOOD._replace(currency="USD"), 0),
        (GOOD._replace(amount_minor=0), 0),
        (GOOD._replace(amount_minor=10**15 + 1), 0),
        (GOOD._replace(reference=""), 500),
    ],
)
def test_only_money_of_the_ledger_that_came_is_held(told: Told, came: int) -> None:
    assert came_minor(told) == came


def test_nothing_unseen_makes_a_reference_anothers() -> None:
    assert cut(GOOD._replace(reference="col_1_2\u200b")).reference != GOOD.reference
    assert cut(GOOD._replace(reference="col_\x001_2")).reference != GOOD.reference
