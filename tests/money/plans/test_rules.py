"""Schedules: worked figures, sums, month ends, leap years, graces, and the batch beside the single plan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.calendar import days_between
from whiteslip.kernel.money import Rounding
from whiteslip.money.plans.batch import flat_fee_plans, plans
from whiteslip.money.plans.factors import Bearing, factor, periods
from whiteslip.money.plans.model import (
    Amortization,
    DayCount,
    Every,
    InstallmentFee,
    Interest,
    Period,
    RowKind,
    Terms,
    Unit,
)
from whiteslip.money.plans.rules import schedule

MONTHLY = Every(1, Unit.MONTHS)
DRAWN_ON = date(2024, 1, 1)

counts = st.integers(1, 60)
amounts = st.integers(100, 20_000_000)
rates = st.integers(0, 360_000)
everies = st.sampled_from(
    [
        MONTHLY,
        Every(1, Unit.WEEKS),
        Every(2, Unit.WEEKS),
        Every(30, Unit.DAYS),
        Every(3, Unit.MONTHS),
    ]
)
days = st.dates(date(2019, 1, 1), date(2032, 12, 31))


@st.composite
def all_terms(draw: st.DrawFn) -> Terms:
    count = draw(counts)
    return Terms(
        count,
        draw(everies),
        annual_ppm=draw(rates),
        day_count=draw(st.sampled_from(DayCount)),
        interest=draw(st.sampled_from(Interest)),
        amortization=draw(st.sampled_from(Amortization)),
        rounding=draw(st.sampled_from(Rounding)),
        multiple_minor=draw(st.sampled_from([1, 10, 100])),
        down_payment_ppm=draw(st.sampled_from([0, 250_000])),
        principal_grace=draw(st.integers(0, count - 1)),
        interest_grace=draw(st.integers(0, count - 1)),
        interest_free=draw(st.integers(0, count - 1)),
        evened=draw(st.booleans()),
    )


@given(all_terms(), amounts, days)
def test_rows_are_dated_in_order_and_principals_are_all_that_was_drawn(
    terms: Terms, drawn: int, on: date
) -> None:
    rows = schedule(terms, drawn, drawn_on=on)

    assert sum(row.principal_minor for row in rows) == drawn
    assert all(row.principal_minor >= 0 and row.interest_minor >= 0 for row in rows)
    assert rows[-1].balance_minor == 0
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    installments = [row for row in rows if row.kind is RowKind.INSTALLMENT]
    assert len(installments) == terms.count
    assert all(a.due_on == b.from_on for a, b in pairwise(installments))
    borne = sum(one.interest_minor for row in installments for one in row.stretches)
    assert sum(row.interest_minor for row in rows) == borne, "interest is due later, never lost"


plain_terms = st.builds(
    Terms, counts, everies, annual_ppm=rates, day_count=st.sampled_from(DayCount)
)


@given(plain_terms, days, st.lists(amounts, min_size=1, max_size=20))
def test_a_batch_is_to_the_cent_what_each_plan_is_alone(
    terms: Terms, on: date, drawn: list[int]
) -> None:
    made = plans(terms, np.array(drawn, np.int64), drawn_on=on)

    for place, amount in enumerate(drawn):
        rows = schedule(terms, amount, drawn_on=on)
        assert made.principal[place].tolist() == [row.principal_minor for row in rows]
        assert made.interest[place].tolist() == [row.interest_minor for row in rows]


@given(all_terms(), st.lists(amounts, min_size=1, max_size=5))
def test_a_batch_of_any_terms_is_right(terms: Terms, drawn: list[int]) -> None:
    made = plans(terms, np.array(drawn, np.int64), drawn_on=DRAWN_ON)

    for place, amount in enumerate(drawn):
        rows = schedule(terms, amount, drawn_on=DRAWN_ON)
        assert made.principal[place].tolist()[-len(rows) :] == [row.principal_minor for row in rows]
        assert made.interest[place].tolist()[-len(rows) :] == [row.interest_minor for row in rows]


def test_a_thousand_in_three_at_a_flat_fee() -> None:
    made = flat_fee_plans(np.array([100_000]), months=3, monthly_fee_ppm=5_000)

    assert (made.principal + made.fee).tolist() == [[33_833, 33_833, 33_834]]


def test_an_installment_of_17_13_can_be_followed() -> None:
    terms = Terms(6, MONTHLY, annual_ppm=94_822, day_count=DayCount.THIRTY_360)
    first = schedule(terms, 10_000, drawn_on=DRAWN_ON)[0]

    assert (first.principal_minor, first.interest_minor) == (1_634, 79)
    (stretch,) = first.stretches
    assert stretch.factor == Decimal("0.007901833333")
    assert (stretch.balance_minor, stretch.interest_minor) == (10_000, 79)


def test_month_ends_come_back_and_leap_years_count() -> None:
    dues = [one.due_on for one in periods(date(2024, 1, 31), MONTHLY, 3)]
    assert dues == [date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)]

    over_new_year = Period(date(2023, 12, 12), date(2024, 1, 12))
    by = Bearing(1_000_000, DayCount.ACT_ACT, MONTHLY)
    expected = round(Decimal(20) / 365 + Decimal(11) / 366, 12)
    assert abs(factor(by, over_new_year, *over_new_year) - expected) <= Decimal("1e-12")


@pytest.mark.parametrize(
    ("day_count", "part"),
    [
        (DayCount.THIRTY_360, Decimal(30) / 360),
        (DayCount.ACT_360, Decimal(31) / 360),
        (DayCount.ACT_364, Decimal(31) / 364),
        (DayCount.ACT_365, Decimal(31) / 365),
        (DayCount.ACT_ACT, Decimal(31) / 366),
        (DayCount.BY_PERIOD, Decimal(1) / 12),
    ],
)
def test_each_day_count_takes_its_part_of_the_year(day_count: DayCount, part: Decimal) -> None:
    january = Period(date(2024, 1, 1), date(2024, 2, 1))
    by = Bearing(1_000_000, day_count, MONTHLY)

    assert abs(factor(by, january, *january) - part) < Decimal("1e-11")
    half = factor(by, january, date(2024, 1, 1), date(2024, 1, 16))
    rest = factor(by, january, date(2024, 1, 16), date(2024, 2, 1))
    assert abs(half + rest - factor(by, january, *january)) <= Decimal("2e-12")
    assert days_between(*january) == 31


def test_grace_asks_for_interest_alone_and_a_later_interest_is_not_lost() -> None:
    terms = Terms(4, MONTHLY, annual_ppm=120_000, day_count=DayCount.BY_PERIOD, principal_grace=2)
    rows = schedule(terms, 100_000, drawn_on=DRAWN_ON)
    assert [row.principal_minor for row in rows[:2]] == [0, 0]
    assert [row.interest_minor for row in rows[:2]] == [1_000, 1_000]

    later = Terms(4, MONTHLY, annual_ppm=120_000, day_count=DayCount.BY_PERIOD, interest_grace=1)
    rows = schedule(later, 100_000, drawn_on=DRAWN_ON)
    assert rows[0].interest_minor == 0
    assert rows[1].interest_minor > 1_000


def test_a_fee_comes_with_every_installment() -> None:
    fee = InstallmentFee(15_000, with_interest=True)
    terms = Terms(
        3,
        MONTHLY,
        annual_ppm=120_000,
        day_count=DayCount.BY_PERIOD,
        interest=Interest.FLAT,
        installment_fee=fee,
    )
    assert [row.fee_minor for row in schedule(terms, 300_000, drawn_on=DRAWN_ON)] == [1_545] * 3
