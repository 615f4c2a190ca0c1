"""Months that end early, statement dates that never move, and the working days of China."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.bench.contact import HOLIDAYS
from whiteslip.kernel import calendar
from whiteslip.kernel.calendar import (
    ONE_DAY,
    add_months,
    business_date_of,
    days_between,
    is_public_holiday,
    is_working_day,
    knows_make_up_days,
    next_statement,
    next_working_day,
    previous_working_day,
    statement_dates,
)
from whiteslip.kernel.errors import InvariantBroken

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
STATEMENT_DAYS = st.integers(1, 28)


@pytest.mark.parametrize(
    ("day", "months", "moved"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 1, 31), 13, date(2025, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2025, 11, 30), 1, date(2025, 12, 30)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 1, 15), -1, date(2024, 12, 15)),
        (date(2025, 3, 31), -1, date(2025, 2, 28)),
        (date(1900, 1, 31), 1, date(1900, 2, 28)),
        (date(2000, 1, 31), 1, date(2000, 2, 29)),
        (date(2025, 6, 30), 0, date(2025, 6, 30)),
    ],
)
def test_months_end_where_they_end(day: date, months: int, moved: date) -> None:
    assert add_months(day, months) == moved


def test_an_anchor_remembers_the_31st() -> None:
    day = date(2025, 1, 31)
    days: list[date] = []
    for _ in range(4):
        day = add_months(day, 1, anchor_day=31)
        days.append(day)

    assert days == [date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 30), date(2025, 5, 31)]
    assert add_months(date(2025, 2, 28), 1) == date(2025, 3, 28)


@given(day=DAYS, months=st.integers(-600, 600))
def test_month_by_month_with_an_anchor_is_all_at_once(day: date, months: int) -> None:
    step = 1 if months >= 0 else -1
    walked = day
    for _ in range(abs(months)):
        walked = add_months(walked, step, anchor_day=day.day)

    assert walked == add_months(day, months)


@given(day=DAYS, months=st.integers(0, 400), anchor_day=st.integers(1, 31))
def test_a_moved_day_stands_in_the_right_month(day: date, months: int, anchor_day: int) -> None:
    moved = add_months(day, months, anchor_day=anchor_day)

    assert 12 * (moved.year - day.year) + moved.month - day.month == months
    assert moved.day == anchor_day or (moved + ONE_DAY).day == 1


@pytest.mark.parametrize("anchor_day", [0, 32, -1])
def test_an_anchor_is_a_day_of_a_month(anchor_day: int) -> None:
    with pytest.raises(InvariantBroken):
        add_months(date(2025, 1, 1), 1, anchor_day=anchor_day)


def test_a_purchase_on_the_statement_date_belongs_to_the_next_cycle() -> None:
    day = date(2025, 3, 10)

    assert next_statement(day, 10, strictly_after=True) == date(2025, 4, 10)
    assert next_statement(day, 10, strictly_after=False) == day


def test_a_statement_date_comes_this_month_or_next() -> None:
    assert next_statement(date(2025, 3, 9), 10, strictly_after=True) == date(2025, 3, 10)
    assert next_statement(date(2025, 3, 11), 10, strictly_after=False) == date(2025, 4, 10)
    assert next_statement(date(2025, 12, 31), 1, strictly_after=True) == date(2026, 1, 1)
    assert next_statement(date(2024, 2, 29), 28, strictly_after=True) == date(2024, 3, 28)


@given(day=DAYS, statement_day=STATEMENT_DAYS, strictly_after=st.booleans())
def test_the_next_statement_is_the_first_day_that_fits(
    day: date, statement_day: int, strictly_after: bool
) -> None:
    candidate = day + ONE_DAY if strictly_after else day
    while candidate.day != statement_day:
        candidate += ONE_DAY

    assert next_statement(day, statement_day, strictly_after=strictly_after) == candidate


@given(day=DAYS, statement_day=STATEMENT_DAYS, count=st.integers(0, 40))
def test_statement_dates_follow_one_another(day: date, statement_day: int, count: int) -> None:
    dates = statement_dates(day, statement_day, count)

    assert len(dates) == count
    for earlier, later in pairwise((day, *dates)):
        assert later == next_statement(earlier, statement_day, strictly_after=True)


@pytest.mark.parametrize("statement_day", [0, 29, 31, -1])
def test_a_statement_day_is_one_every_month_has(statement_day: int) -> None:
    with pytest.raises(InvariantBroken):
        next_statement(date(2025, 1, 1), statement_day, strictly_after=True)
    with pytest.raises(InvariantBroken):
        statement_dates(date(2025, 1, 1), statement_day, 1)


def test_statement_dates_are_not_counted_backward() -> None:
    with pytest.raises(InvariantBroken):
        statement_dates(date(2025, 1, 1), 1, -1)


def test_days_are_counted_over_a_half_open_period() -> None:
    assert days_between(date(2025, 3, 4), date(2025, 3, 4)) == 0
    assert days_between(date(2024, 2, 28), date(2024, 3, 1)) == 2
    assert days_between(date(2025, 2, 28), date(2025, 3, 1)) == 1
    assert days_between(date(2025, 3, 1), date(2025, 2, 28)) == -1


def test_a_business_date_is_the_date_in_shanghai() -> None:
    assert business_date_of(datetime(2025, 6, 17, 15, 59, 59, tzinfo=UTC)) == date(2025, 6, 17)
    assert business_date_of(datetime(2025, 6, 17, 16, 0, tzinfo=UTC)) == date(2025, 6, 18)


def test_another_book_may_keep_another_zone() -> None:
    instant = datetime(2025, 3, 9, 6, 30, tzinfo=UTC)

    assert business_date_of(instant, ZoneInfo("America/New_York")) == date(2025, 3, 9)
    assert business_date_of(instant, timezone(timedelta(hours=-7))) == date(2025, 3, 8)


def test_a_naive_datetime_has_no_business_date() -> None:
    with pytest.raises(InvariantBroken):
        business_date_of(datetime(2025, 6, 17))  # noqa: DTZ001 - the mistake under test


@pytest.mark.parametrize(
    "day",
    [date(2025, 1, 26), date(2025, 2, 8), date(2025, 9, 28), date(2024, 2, 4), date(2026, 2, 28)],
)
def test_make_up_weekend_days_are_worked(day: date) -> None:
    assert day.weekday() >= 5
    assert is_working_day(day)


@pytest.mark.parametrize(
    "day",
    [
        date(2025, 1, 1),
        date(2025, 1, 28),
        date(2025, 2, 4),
        date(2025, 10, 1),
        date(2025, 10, 8),
        date(2025, 4, 4),
        date(2024, 9, 17),
        date(2024, 10, 1),
    ],
)
def test_holidays_on_weekdays_are_not_worked(day: date) -> None:
    assert day.weekday() < 5
    assert not is_working_day(day)


def test_plain_weeks_are_plain() -> None:
    worked = [is_working_day(date(2025, 3, 10) + timedelta(days=index)) for index in range(7)]

    assert worked == [True] * 5 + [False] * 2


def test_the_spring_festival_is_stepped_over() -> None:
    assert next_working_day(date(2025, 1, 27)) == date(2025, 2, 5)
    assert previous_working_day(date(2025, 2, 5)) == date(2025, 1, 27)
    assert next_working_day(date(2025, 1, 25)) == date(2025, 1, 26)


def test_a_working_day_may_be_asked_for_on_or_after() -> None:
    monday, saturday = date(2025, 3, 10), date(2025, 3, 15)

    assert next_working_day(monday) == date(2025, 3, 11)
    assert next_working_day(monday, strictly_after=False) == monday
    assert next_working_day(saturday, strictly_after=False) == date(2025, 3, 17)
    assert previous_working_day(monday) == date(2025, 3, 7)
    assert previous_working_day(monday, strictly_before=False) == monday
    assert previous_working_day(saturday, strictly_before=False) == date(2025, 3, 14)


@given(st.dates(date(2015, 1, 1), date(2030, 12, 31)))
def test_next_and_previous_working_days_meet(day: date) -> None:
    following, preceding = next_working_day(day), previous_working_day(day)

    assert preceding < day < following
    assert previous_working_day(following, strictly_before=True) in {day, preceding}
    assert not any(
        is_working_day(preceding + timedelta(days=index))
        for index in range(1, days_between(preceding, following))
        if preceding + timedelta(days=index) != day
    )


@pytest.mark.parametrize("year", range(2015, 2027))
def test_announced_years_are_known(year: int) -> None:
    assert knows_make_up_days(year)


@pytest.mark.parametrize("year", [1999, 2050])
def test_other_years_fall_back_honestly(year: int) -> None:
    assert not knows_make_up_days(year)
    assert not is_working_day(date(year, 10, 1))
    weekends = (date(year, 1, 1) + timedelta(days=index) for index in range(365))
    assert not any(is_working_day(day) for day in weekends if day.weekday() >= 5)


def test_years_are_known_whatever_was_asked_before() -> None:
    first = [is_working_day(date(2025, 1, 26)), is_working_day(date(2024, 2, 4))]
    calendar._year.cache_clear()  # pyright: ignore[reportPrivateUsage]
    again = [is_working_day(date(2024, 2, 4)), is_working_day(date(2025, 1, 26))]

    assert first == again == [True, True]


def test_a_public_holiday_is_the_whole_of_it_and_an_ordinary_weekend_none() -> None:
    announced = {
        date.fromisoformat(first) + timedelta(days=days)
        for first, last in HOLIDAYS
        for days in range((date.fromisoformat(last) - date.fromisoformat(first)).days + 1)
    }

    found = {
        day
        for day in (date(2024, 1, 1) + timedelta(days=days) for days in range(366 + 365 + 365))
        if is_public_holiday(day)
    }
    assert found == announced
    assert is_public_holiday(date(2025, 10, 4)), "the Saturday within the golden week"
    assert not is_public_holiday(date(2025, 9, 28)), "a Sunday on which offices work"
