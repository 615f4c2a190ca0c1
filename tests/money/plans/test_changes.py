"""Changes of a plan on its way; published figures are those of Apache Fineract's own tests (Apache-2.0)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from whiteslip.bench.published import compare_case
from whiteslip.kernel.errors import Conflict
from whiteslip.money.plans.events import (
    Charged,
    ChargedBack,
    Drawn,
    DueMoved,
    Event,
    Extended,
    Graced,
    Paid,
    PaidOff,
    RateChanged,
    ReAged,
    ReAmortized,
)
from whiteslip.money.plans.life import Life, payoff_minor, replay
from whiteslip.money.plans.model import (
    Component,
    DayCount,
    Every,
    Interest,
    Kind,
    LateCharge,
    Period,
    Terms,
    Unit,
)

MONTHLY = Every(1, Unit.MONTHS)
FORTNIGHT = Every(15, Unit.DAYS)
DAY = date(2024, 1, 1)
QUARTERS = Terms(3, FORTNIGHT, down_payment_ppm=250_000, multiple_minor=100)
BEARING = Terms(6, MONTHLY, annual_ppm=94_822, day_count=DayCount.THIRTY_360)
PAYING = Terms(6, MONTHLY, annual_ppm=70_000, day_count=DayCount.THIRTY_360, recalculated=True)


def lived(terms: Terms, *happened: Event, on: date = date(2025, 1, 1)) -> Life:
    return replay(terms, happened, on=on)


def principals(life: Life) -> list[int]:
    return [row.principal_minor for row in life.rows]


def interests(life: Life) -> list[int]:
    return [row.interest_minor for row in life.rows]


def months(*days: date) -> tuple[Period, ...]:
    return tuple(Period(*pair) for pair in pairwise(days))


def test_an_actual_year_may_count_each_day_in_the_year_it_ends_in() -> None:
    dated = months(*(date(2023 + at // 12, at % 12 + 1, 12) for at in range(11, 18)))
    terms = Terms(6, MONTHLY, annual_ppm=94_822, day_count=DayCount.ACT_ACT, dated=dated)
    first = dated[0].from_on

    by_month = lived(replace(terms, by_month=True), Drawn(first, 10_000), on=first)
    by_day = lived(terms, Drawn(first, 10_000), on=first)

    factors = [str(row.stretches[0].factor) for row in by_month.rows]
    assert factors[:3] == ["0.008044857759", "0.008031371585", "0.007513218579"]
    assert interests(by_month) == [80, 67, 50, 41, 26, 14]
    assert str(by_day.rows[0].stretches[0].factor) == "0.008045567557"  # 20 / 365 + 11 / 366


def test_money_may_be_drawn_after_the_first_period_began_and_once_more_before_it() -> None:
    dated = months(*(date(2024, month, 1) for month in range(1, 8)))
    terms = replace(BEARING, dated=dated)
    eighth = Drawn(date(2024, 1, 8), 10_000)

    once = lived(terms, eighth, on=eighth.on)
    twice = lived(terms, eighth, Drawn(date(2024, 1, 5), 5_000), on=eighth.on)

    assert [row.equal_minor for row in once.rows[:2]] == [1_710, 1_710]
    assert [one.interest_minor for one in once.rows[0].stretches] == [0, 61]
    assert [one.interest_minor for one in twice.rows[0].stretches] == [0, 4, 92]
    assert principals(twice) == [2_470, 2_467, 2_486, 2_506, 2_526, 2_545]


def test_a_charge_back_takes_credit_first() -> None:
    paid = Paid(date(2024, 1, 10), 50_000, Kind.PAYOUT_REFUND)

    part = lived(QUARTERS, Drawn(DAY, 50_000), paid, ChargedBack(paid.on, 2_500), on=paid.on)
    more = lived(QUARTERS, Drawn(DAY, 50_000), paid, ChargedBack(paid.on, 20_000), on=paid.on)

    assert (part.credit_minor, part.open_minor) == (10_000, 0)
    assert (more.credit_minor, more.open_minor) == (0, 7_500)


def test_what_is_charged_after_the_last_due_date_is_a_row_of_its_own_and_stays_there() -> None:
    fee = Charged(date(2024, 2, 1), date(2024, 2, 27), Component.PENALTY, 1_000)

    life = lived(QUARTERS, Drawn(DAY, 50_000), fee, ReAmortized(fee.on), on=fee.on)

    assert principals(life) == [12_500, 0, 0, 37_500, 0]
    assert (life.rows[-1].from_on, life.rows[-1].due_on) == (date(2024, 2, 15), fee.due_on)
    assert life.rows[-1].open_minor == 1_000


@pytest.mark.parametrize(
    "moving",
    [
        ReAmortized(date(2024, 1, 25)),
        ReAged(date(2024, 1, 25), date(2024, 3, 1), MONTHLY, 2),
    ],
)
def test_fees_move_with_principal_or_stay_where_they_are(
    moving: ReAmortized | ReAged,
) -> None:
    fee = Charged(date(2024, 1, 16), date(2024, 1, 16), Component.PENALTY, 1_000)

    stay = moving._replace(with_fees=False)

    lives = [lived(QUARTERS, Drawn(DAY, 50_000), fee, one, on=moving.on) for one in (stay, moving)]

    assert [life.rows[1].penalty_minor for life in lives] == [1_000, 0]
    assert [life.rows[1].principal_minor for life in lives] == [0, 0]
    assert {sum(row.penalty_minor for row in life.rows) for life in lives} == {1_000}


def test_what_is_due_today_is_spread_too() -> None:
    life = lived(QUARTERS, Drawn(DAY, 50_000), ReAmortized(date(2024, 1, 31)), on=date(2024, 2, 1))

    assert principals(life) == [12_500, 0, 0, 37_500]


def test_grace_in_the_middle_moves_principal_on_and_keeps_interest_for_later() -> None:
    plain = Terms(3, MONTHLY)
    flat = Terms(
        4, MONTHLY, annual_ppm=120_000, day_count=DayCount.BY_PERIOD, interest=Interest.FLAT
    )
    third = date(2024, 3, 1)

    later = lived(plain, Drawn(DAY, 300_000), Graced(DAY, third, principal=1), on=DAY)
    spared = lived(flat, Drawn(DAY, 400_000), Graced(DAY, third, interest=2), on=DAY)

    assert principals(later) == [100_000, 0, 100_000, 100_000]
    assert later.rows[1].completed_on == DAY
    assert interests(spared) == [4_000, 0, 0, 12_000]
    with pytest.raises(Conflict, match="no row is left"):
        lived(flat, Drawn(DAY, 400_000), Graced(DAY, third, interest=3), on=DAY)


@pytest.mark.parametrize(
    "later", [Graced(DAY, date(2024, 3, 1), 1), Extended(DAY, date(2024, 3, 1), 2)]
)
def test_what_was_charged_stays_in_its_place_when_rows_are_made_anew(later: Event) -> None:
    fee = Charged(DAY, date(2024, 2, 20), Component.FEE, 700)
    late = Charged(DAY, date(2024, 3, 20), Component.PENALTY, 300)

    life = lived(Terms(3, MONTHLY), Drawn(DAY, 300_000), fee, late, later, on=DAY)

    assert [(row.fee_minor, row.penalty_minor) for row in life.rows[1:3]] == [(700, 0), (0, 300)]
    assert sum(row.due_minor for row in life.rows) == 301_000


@pytest.mark.parametrize(
    "later",
    [
        Graced(date(2024, 1, 2), date(2024, 1, 20), principal=1),
        Extended(date(2024, 1, 2), date(2024, 1, 20), 1),
    ],
)
def test_what_a_plan_left_when_it_was_re_aged_is_not_made_anew(later: Event) -> None:
    begun = [Drawn(DAY, 50_000), ReAged(DAY, date(2024, 1, 20), MONTHLY, 5)]

    life = lived(PAYING, *begun, later, on=later.on)

    assert principals(life)[:6] == [0] * 6
    assert [row.due_on.month for row in life.rows[6:]] == [1, 2, 3, 4, 5, 6]
    assert sum(principals(life)[6:]) == 50_000
    assert [row.number for row in life.rows] == list(range(1, 13))


def test_what_was_added_after_the_last_row_stays_what_it_is_when_the_rhythm_goes_on() -> None:
    paid = [Drawn(DAY, 300_000), Paid(date(2024, 2, 1), 100_000)]
    back = ChargedBack(date(2024, 4, 20), 20_000)
    longer = Extended(back.on, date(2024, 3, 1), 2)

    life = lived(Terms(3, MONTHLY), *paid, back, longer, on=back.on)

    assert principals(life) == [100_000, 50_000, 50_000, 20_000, 50_000, 50_000]
    assert [row.due_on.day for row in life.rows] == [1, 1, 1, 20, 1, 1]
    assert [row.balance_minor for row in life.rows][-3:] == [100_000, 50_000, 0]


def test_nothing_is_drawn_of_a_plan_that_owes_a_fee_alone() -> None:
    fee = Charged(date(2024, 1, 2), DAY, Component.FEE, 100)

    with pytest.raises(Conflict, match="is paid"):
        lived(BEARING, Drawn(DAY, 50_000), PaidOff(DAY), fee, Drawn(fee.on, 100))


@pytest.mark.parametrize(
    "later",
    [DueMoved(date(2024, 3, 19), DAY, date(2024, 1, 2)), RateChanged(date(2024, 3, 19), DAY, 0)],
)
def test_what_is_paid_off_is_not_changed_any_more(later: Event) -> None:
    with pytest.raises(Conflict):
        lived(PAYING, Drawn(DAY, 50_000), PaidOff(later.on), later)


def test_what_was_paid_of_later_rows_stays_theirs_when_those_before_are_counted_anew() -> None:
    begun = [Drawn(DAY, 50_000), Extended(DAY, date(2024, 3, 2), 2), PaidOff(DAY)]
    back = ChargedBack(date(2024, 1, 2), 1)

    life = lived(PAYING, *begun, back, DueMoved(back.on, DAY, back.on), on=back.on)

    assert sum(principals(life)) == 50_001
    assert life.open_minor == 1
    assert all(row.paid[Component.PRINCIPAL] <= row.principal_minor for row in life.rows)


def test_another_rate_counts_for_flat_interest_too() -> None:
    flat = Terms(
        3, MONTHLY, annual_ppm=120_000, day_count=DayCount.BY_PERIOD, interest=Interest.FLAT
    )

    life = lived(flat, Drawn(DAY, 300_000), RateChanged(DAY, date(2024, 3, 1), 60_000), on=DAY)

    assert interests(life) == [3_000, 1_500, 1_500]
    ahead = Paid(date(2024, 1, 2), 206_000)
    paid = lived(flat, Drawn(DAY, 300_000), ahead, RateChanged(ahead.on, date(2024, 3, 1), 60_000))
    assert interests(paid) == [3_000, 3_000, 1_500], "what was paid of the second stays paid"


def test_what_is_drawn_after_the_last_row_is_due_with_one_more() -> None:
    terms = Terms(1, Every(30, Unit.DAYS))

    life = lived(terms, Drawn(DAY, 50_000), Drawn(date(2024, 2, 10), 50_000), on=date(2024, 2, 10))

    assert [(row.due_on, row.principal_minor) for row in life.rows] == [
        (date(2024, 1, 31), 50_000),
        (date(2024, 3, 1), 50_000),
    ]


def test_a_row_that_was_paid_is_open_again_when_more_is_drawn() -> None:
    terms = Terms(4, FORTNIGHT, down_payment_ppm=250_000, down_payment_at_once=False)
    paid, drawn = Paid(date(2024, 1, 6), 65_000), Drawn(date(2024, 1, 25), 25_000)

    life = lived(terms, Drawn(DAY, 100_000), paid, drawn, on=drawn.on)

    assert principals(life) == [25_000, 18_750, 6_250, 25_000, 25_000, 25_000]
    assert [row.balance_minor for row in life.rows] == [75_000, 56_250, 75_000, 50_000, 25_000, 0]
    assert [row.completed_on for row in life.rows] == [paid.on, paid.on, None, None, None, None]


@pytest.mark.parametrize(("until_due", "paid"), [(False, 8_381), (True, 8_406)])
def test_who_pays_off_early_pays_interest_to_the_day_or_of_the_whole_period(
    until_due: bool, paid: int
) -> None:
    terms = replace(PAYING, payoff_until_due=until_due)
    happened: list[Event] = [Drawn(DAY, 10_000), Paid(date(2024, 2, 1), 1_701)]
    on = date(2024, 2, 15)

    assert payoff_minor(terms, happened, on=on) == paid
    assert lived(terms, *happened, PaidOff(on), on=on).open_minor == 0


def test_a_late_charge_may_count_interest() -> None:
    flat = Terms(
        3,
        MONTHLY,
        annual_ppm=120_000,
        day_count=DayCount.BY_PERIOD,
        interest=Interest.FLAT,
        late_charge=LateCharge(15_000, with_interest=True),
    )

    life = lived(flat, Drawn(DAY, 300_000), on=date(2024, 5, 1))

    assert [row.penalty_minor for row in life.rows] == [1_545, 1_545, 1_545]


PRODUCT: dict[str, Any] = {
    "days_in_year": "ACTUAL",
    "days_in_month": "ACTUAL",
    "loan_schedule_type": "PROGRESSIVE",
    "annual_rate_pct": 0,
    "repay_every": 15,
    "repay_unit": "DAYS",
    "down_payment_pct": 25,
    "down_payment_auto": True,
}
LOAN: tuple[dict[str, Any], ...] = (
    {
        "kind": "create_loan",
        "terms": {"submitted_on": "2023-01-01", "principal": 500, "n_repayments": 3},
    },
    {"kind": "disburse", "date": "2023-01-01", "amount": 500},
)


def played(*steps: dict[str, Any]) -> tuple[str, ...]:
    case = {"id": "one", "topic": "", "product": PRODUCT, "steps": [*LOAN, *steps]}
    return compare_case(case).differences


def paid(minor: Iterable[float]) -> dict[str, Any]:
    """Expect what is paid of each row of 125.00."""
    rows = [
        {
            "nr": number,
            "date": f"2023-{day}",
            "days": 15 * (number > 1),
            "paid_date": None if part < 125 else "2023-01-16",
            "balance": 500 - 125 * number,
            "principal": 125,
            "due": 125,
            "paid": part,
            "outstanding": 125 - part,
            "late": 125 * (number == 1 and part > 0),
            "in_advance": part * (number > 2),
            **dict.fromkeys(("interest", "fees", "penalties"), 0),
        }
        for number, (day, part) in enumerate(
            zip(("01-01", "01-16", "01-31", "02-15"), minor, strict=True), start=1
        )
    ]
    return {"kind": "EXPECT_schedule", "rows": rows}


def test_a_published_schedule_may_take_transactions_back() -> None:
    down = {"kind": "other", "step": 'Customer undo "2"th transaction made on "01 January 2023"'}
    pay = {"kind": "repayment", "date": "2023-01-16", "amount": 300}
    taken = {"kind": "undo", "nth": 1, "date": "2023-01-16"}
    nobody = {"kind": "undo", "nth": 5, "date": "2023-01-16"}
    business = {"kind": "set_business_date", "date": "2023-01-16"}

    assert played(down, business, pay, paid((125, 125, 50, 0))) == ()
    assert played(down, business, pay, taken, paid((0, 0, 0, 0))) == ()
    assert "no transaction" in played(down, pay, nobody)[0]
    assert "here" in played(down, business, pay, taken, paid((125, 125, 50, 0)))[0]


def test_a_charge_nobody_knows_is_a_difference_that_says_so() -> None:
    fee = {"kind": "add_charge", "charge": "LOAN_DISBURSEMENT_PERCENTAGE_FEE", "pct": 1.5}

    assert "LOAN_DISBURSEMENT_PERCENTAGE_FEE" in played(fee)[0]
