"""The days to come add up, and what is called safe can be taken out without touching the cushion."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.care.budgeting.months import LI_LEI, ON, PRODUCT, due

from whiteslip.care.budgeting.model import Answers, Due
from whiteslip.care.budgeting.picture import Hold, held_dues, paydays, picture, shortfall

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
DUES = st.lists(
    st.builds(due, st.dates(date(2026, 1, 1), date(2026, 6, 1)), st.integers(1, 900_000)),
    max_size=6,
)


def test_a_payday_a_month_lacks_is_its_last_day_and_comes_back() -> None:
    assert paydays(31, on=date(2026, 2, 10), count=4) == (
        *(date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)),
    )
    assert paydays(10, on=date(2026, 2, 10), count=1) == (date(2026, 2, 10),)


def test_sixty_days_with_money_in_hand() -> None:
    drawn = picture(
        LI_LEI._replace(cushion_minor=50_000),
        [due(date(2026, 3, 12), 80_000)],
        on=ON,
        horizon_days=60,
        in_hand_minor=200_000,
    )

    # Five of the 28 days of the period are left: so much of the monthly costs is still to come.
    start = 200_000 - 80_358
    assert drawn.payday_on == date(2026, 3, 15)
    assert [day.free_minor for day in drawn.days[:6]] == [
        *(start, start, start - 80_000, start - 80_000, start - 80_000),
        start - 80_000 + 1_000_000 - 450_000,
    ]
    assert len(drawn.days) == 60
    assert drawn.safe_minor == 0, "the cushion would be touched on the twelfth"


def test_what_is_overdue_is_due_today() -> None:
    drawn = picture(LI_LEI, [due(date(2026, 1, 4), 700)], on=ON, horizon_days=3)

    assert [day.due_minor for day in drawn.days] == [700, 0, 0]


def test_a_fall_of_income_shows_from_next_month_on() -> None:
    falls = LI_LEI._replace(change_minor=-400_000)
    drawn = picture(falls, [], on=ON, horizon_days=60)

    assert [day.income_minor for day in drawn.days if day.income_minor] == [1_000_000, 600_000]


def test_a_shortfall_is_what_the_cushion_lacks_on_the_due_date() -> None:
    drawn = picture(LI_LEI, [due(date(2026, 3, 12), 500_000)], on=ON, horizon_days=10)
    free = drawn.days[2].free_minor

    assert shortfall(drawn, 0, due_on=date(2026, 3, 12)) == -free > 0
    assert shortfall(drawn, 10_000, due_on=date(2026, 3, 12)) == 10_000 - free
    assert shortfall(drawn, 10_000, due_on=date(2026, 3, 13)) == 0, "nothing is due then"


def test_a_hold_is_foreseen_with_its_fees() -> None:
    dues = held_dues([Hold(7, 5, 1, 3, 100_000)], {1: PRODUCT}, on=ON)

    assert [one.due_on for one in dues][:1] == [date(2026, 5, 4)]
    assert len(dues) == 3
    assert sum(one.amount_minor for one in dues) > 100_000


@given(ANSWERS, DUES, st.none() | MONEY)
def test_every_due_of_the_days_is_in_the_line(
    answers: Answers, dues: list[Due], in_hand: int | None
) -> None:
    drawn = picture(answers, dues, on=ON, horizon_days=60, in_hand_minor=in_hand)
    end = ON + timedelta(days=60)

    assert sum(day.due_minor for day in drawn.days) == sum(
        one.amount_minor for one in dues if one.due_on < end
    )
    for before, after in zip(drawn.days, drawn.days[1:], strict=False):
        costs = answers.costs_minor if after.income_minor or _pays(answers, after.on) else 0
        step = after.income_minor - costs - after.due_minor
        assert after.free_minor == before.free_minor + step


@given(ANSWERS, DUES, MONEY)
def test_what_is_safe_leaves_the_cushion(answers: Answers, dues: list[Due], in_hand: int) -> None:
    drawn = picture(answers, dues, on=ON, horizon_days=60, in_hand_minor=in_hand)
    spent = picture(
        answers, [*dues, due(ON, drawn.safe_minor)], on=ON, horizon_days=60, in_hand_minor=in_hand
    )

    if drawn.safe_minor:
        assert min(day.free_minor for day in spent.days) == answers.cushion_minor


def _pays(answers: Answers, on: date) -> bool:
    return on in paydays(answers.income_day, on=on, count=1)
