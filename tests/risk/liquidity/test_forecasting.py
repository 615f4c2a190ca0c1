"""Forecasts of records wholly known: what is sure is exact, nothing is made or lost, more is never less."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whiteslip.money.funding.model import CashDay
from whiteslip.risk.liquidity.forecasting import Passing, Position, forecast, least_under
from whiteslip.risk.liquidity.history import DueFlows, HoldFlows, RefundFlows, Told, record_of
from whiteslip.risk.liquidity.model import Terms
from whiteslip.risk.liquidity.store import terms as shipped

TERMS = shipped()._replace(paths=40)
DAYS = 13 * 7
ON = date(2026, 5, 3)
FIRST = ON - timedelta(days=DAYS - 1)
SALE = 7_000


def days_of(values: list[date]) -> np.ndarray:
    return np.array(values, "datetime64[D]")


def steady(
    *, pays_after: int = 20, due_after: int = 30, sale: int = SALE, paid: bool = True
) -> Told:
    """Each day so much is sold, captured at once, due after some days and paid after some: always the same."""
    sold = [FIRST + timedelta(days=n) for n in range(DAYS)]
    due = [one + timedelta(days=due_after) for one in sold]
    pays = [one + timedelta(days=pays_after) for one in sold]
    made = [n for n, day in enumerate(pays) if day <= ON and paid]
    rows = [(0, due[n], sold[n], sale, 0) for n in range(DAYS)]
    rows += [(0, due[n], pays[n], 0, sale) for n in made]
    classes, due_ons, on, came, got = zip(*rows, strict=True)
    nothing = np.zeros(len(rows), np.int64)
    dues = DueFlows(
        np.array(classes), days_of(list(due_ons)), days_of(list(on)), np.array(came), np.array(got),
        nothing, nothing,
    )  # fmt: skip
    every, each = days_of(sold), np.full(DAYS, sale)
    holds = HoldFlows(every, every, each, each, np.zeros(DAYS, np.int64))
    none = np.array([], np.int64)
    received = {pays[n] for n in made}
    cash = [CashDay(day, sale if day in received else 0, 0, sale, 0, 0, 0) for day in sold]
    return Told(ON, FIRST, dues, holds, RefundFlows(days_of([]), days_of([]), none), cash, {})


def position(told: Told, *, cash: int = 100_000, committed: int = 0) -> Position:
    return Position(ON, cash, [committed] * TERMS.horizon_days, told.cash_days)


def test_a_book_in_which_every_day_is_the_same_goes_on_so() -> None:
    told = steady()

    days = forecast(record_of(told, TERMS), position(told), TERMS)

    assert days.outflow_minor == (SALE,) * 60
    assert np.allclose(days.inflow_minor[:10], SALE, rtol=0.02)
    assert abs(days.liquidity_minor[-1] - 100_000) < 3 * SALE


def test_shops_are_paid_what_is_owed_and_no_sooner() -> None:
    told = steady(sale=1_000)
    last = told.cash_days[-1]._replace(captured_minor=5_000, merchant_fee_minor=50)
    told = told._replace(cash_days=[*told.cash_days[:-1], last])

    days = forecast(record_of(told, TERMS), position(told), TERMS)

    assert days.outflow_minor[0] == 4_950


def test_where_nobody_ever_paid_nothing_is_expected() -> None:
    told = steady(paid=False)

    days = forecast(record_of(told, TERMS), position(told), TERMS)

    assert set(days.inflow_minor) == {0}
    assert days.liquidity_minor[-1] == 100_000 - 60 * SALE


@settings(max_examples=15)
@given(pays_after=st.integers(1, 29), sale=st.integers(100, 10**7), share=st.floats(0, 1))
def test_never_is_more_paid_than_was_owed_and_will_be_bought(
    pays_after: int, sale: int, share: float
) -> None:
    told = steady(pays_after=pays_after, sale=sale)
    record = record_of(told, TERMS)

    days = forecast(record, position(told), TERMS, Passing(share, ON + timedelta(days=99)))

    owed = float(record.now.sum() + record.later.sum())
    bought = sum(days.outflow_minor)
    assert sum(days.inflow_minor) <= (owed + bought) * 1.001 + 60
    assert all(low <= high for low, high in zip(days.low_minor, days.high_minor, strict=True))


def test_the_interval_holds_what_is_expected_and_widens() -> None:
    told = steady()
    rng = np.random.default_rng(1)
    noisy = [
        one._replace(bank_in_minor=max(0, one.bank_in_minor + int(rng.normal(0, 2_000))))
        for one in told.cash_days
    ]
    told = told._replace(cash_days=noisy)

    days = forecast(record_of(told, TERMS), position(told), TERMS)

    spans = np.array(days.high_minor) - np.array(days.low_minor)
    assert (np.array(days.low_minor) <= np.array(days.liquidity_minor)).all()
    assert spans[0] > 0
    assert spans[-1] > spans[0]


def test_the_same_record_gives_the_same_forecast() -> None:
    told = steady()

    first = forecast(record_of(told, TERMS), position(told), TERMS)

    assert forecast(record_of(told, TERMS), position(told), TERMS) == first


def test_a_valve_saves_what_it_holds_back_until_it_ends() -> None:
    told = steady()
    record, where = record_of(told, TERMS), position(told)

    days = forecast(record, where, TERMS, Passing(0.0, ON + timedelta(days=15)))

    assert sum(days.outflow_minor[1:15]) == 0
    assert days.outflow_minor[16] == SALE
    assert days.liquidity_minor[14] - days.open_minor[14] == pytest.approx(14 * SALE, rel=0.1)


def test_the_tighter_a_stage_the_more_is_left() -> None:
    told = steady()

    found = least_under(record_of(told, TERMS), position(told, cash=50_000), TERMS, (1.0, 0.6, 0.0))

    assert list(found) == sorted(found)


def test_commitments_are_counted_while_they_run() -> None:
    told = steady()
    bare = forecast(record_of(told, TERMS), position(told), TERMS)

    more = forecast(record_of(told, TERMS), position(told, committed=777), TERMS)

    assert [b - a for a, b in zip(bare.liquidity_minor, more.liquidity_minor, strict=True)] == [
        777
    ] * 60


@pytest.mark.parametrize("due_after", [20, 45, 60])
def test_what_is_due_is_paid_on_its_day_where_it_always_was(due_after: int) -> None:
    """A control of the offsets: one day apart would pay a day early or late."""
    told = steady(pays_after=due_after, due_after=due_after)
    stopped: Terms = TERMS._replace(buckets=tuple(range(-65, 91)))

    days = forecast(
        record_of(told, stopped), position(told), stopped, Passing(0.0, ON + timedelta(days=99))
    )

    # What was bought on the last day is paid so many days later, and then nothing more comes in.
    assert np.allclose(days.inflow_minor[:due_after], SALE, rtol=0.02)
    assert sum(days.inflow_minor[due_after:]) < SALE / 2
