"""A self-test says what a purchase means for the months it is due in, and more is never called easier."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.care.budgeting.months import BY, LI_LEI, PRODUCT, case, due

from whiteslip.care.budgeting.model import Answers, Verdict
from whiteslip.care.budgeting.selftest import self_test
from whiteslip.kernel.errors import InvariantBroken

ORDER = list(Verdict)
PLANS = [0, *(plan.months for plan in PRODUCT.plans)]
MONEY = st.integers(0, 3_000_000)
ANSWERS = st.builds(
    Answers,
    income_minor=MONEY,
    income_day=st.integers(1, 31),
    rent_minor=MONEY,
    debts_minor=MONEY,
    fixed_minor=MONEY,
    change_minor=st.integers(-3_000_000, 3_000_000),
    cushion_minor=MONEY,
)


def test_a_small_purchase_is_comfortable() -> None:
    tested = self_test(case(), 100_000, 0, BY)

    assert tested.verdict is Verdict.COMFORTABLE
    (month,) = tested.months
    assert (month.starts_on, month.purchase_minor) == (date(2026, 5, 1), 100_000)
    assert month.left_minor == 1_000_000 - 300_000 - 150_000 - 100_000
    assert tested.comfortable_minor == 100_000


def test_too_much_at_once_is_comfortable_in_a_plan_and_a_smaller_amount_is_named() -> None:
    tested = self_test(case(), 600_000, 0, BY)

    assert tested.verdict is Verdict.TOO_MUCH
    assert 0 < tested.comfortable_minor < 600_000
    assert self_test(case(), tested.comfortable_minor, 0, BY).verdict is Verdict.COMFORTABLE
    assert self_test(case(), tested.comfortable_minor + 1, 0, BY).verdict is not (
        Verdict.COMFORTABLE
    )
    longest = tested.others[-1]
    assert (longest.plan_months, longest.verdict) == (24, Verdict.COMFORTABLE)
    assert longest.fee_minor > 0 < longest.annual_cost_ppm
    assert [other.plan_months for other in tested.others] == sorted(PLANS[1:])


def test_what_is_due_already_counts_in_its_month() -> None:
    loaded = case(LI_LEI, due(date(2026, 5, 4), 300_000))

    (month,) = self_test(loaded, 100_000, 0, BY).months

    assert (month.dues_minor, month.purchase_minor) == (300_000, 100_000)
    assert self_test(loaded, 200_000, 0, BY).verdict is not Verdict.COMFORTABLE


def test_what_is_overdue_counts_now_and_not_in_a_month_gone_by() -> None:
    late = case(LI_LEI, due(date(2026, 1, 4), 900_000), on=date(2026, 3, 10))

    assert self_test(late, 100_000, 0, BY).months[0].dues_minor == 0


def test_a_fall_of_income_counts_and_a_rise_does_not() -> None:
    falls = self_test(case(LI_LEI._replace(change_minor=-700_000)), 100_000, 0, BY)
    rises = self_test(case(LI_LEI._replace(change_minor=+700_000)), 100_000, 0, BY)

    assert falls.verdict is Verdict.TOO_MUCH
    assert falls.months[0].income_minor == 300_000
    assert rises == self_test(case(), 100_000, 0, BY)


def test_nobody_without_an_income_is_told_it_is_fine() -> None:
    tested = self_test(case(Answers(0, 1)), 100, 0, BY)

    assert (tested.verdict, tested.comfortable_minor) == (Verdict.TOO_MUCH, 0)


def test_nothing_is_not_a_purchase() -> None:
    with pytest.raises(InvariantBroken):
        self_test(case(), 0, 0, BY)


@given(ANSWERS, st.integers(10_000, 2_000_000), st.integers(0, 500_000), st.sampled_from(PLANS))
def test_more_is_never_easier(answers: Answers, amount: int, more: int, months: int) -> None:
    one = self_test(case(answers), amount, months, BY)
    other = self_test(case(answers), amount + more, months, BY)

    assert ORDER.index(one.verdict) <= ORDER.index(other.verdict)
    assert sum(month.purchase_minor for month in one.months) == amount + one.chosen.fee_minor


@given(ANSWERS, MONEY, st.integers(10_000, 2_000_000))
def test_owing_more_or_earning_less_is_never_easier(answers: Answers, by: int, amount: int) -> None:
    now = self_test(case(answers), amount, 0, BY).verdict
    poorer = answers._replace(income_minor=max(0, answers.income_minor - by))
    burdened = answers._replace(debts_minor=answers.debts_minor + by)
    owing = case(answers, due(date(2026, 5, 4), by))

    for worse in (case(poorer), case(burdened), owing):
        assert ORDER.index(now) <= ORDER.index(self_test(worse, amount, 0, BY).verdict)
