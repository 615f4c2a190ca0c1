"""Dates as a lender counts them: months that end early, statement dates, Chinese working days."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from whiteslip.kernel.errors import invariant

ZONE = ZoneInfo("Asia/Shanghai")
"""Business dates are this zone's dates unless the book says otherwise."""

LAST_STATEMENT_DAY = 28
"""Every month has this day, so a statement date never moves."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Year:
    """One year of the Chinese holiday calendar."""

    days_off: frozenset[date]
    make_up_days: frozenset[date]
    announced: bool


def business_date_of(instant: datetime, zone: tzinfo = ZONE) -> date:
    """Return the date on which an instant falls in a zone; a naive datetime has no answer."""
    invariant(instant.utcoffset() is not None, "an instant names its zone")
    return instant.astimezone(zone).date()


def days_between(start: date, end: date) -> int:
    """Count the days of the half-open period [start, end); negative if it runs backward."""
    return (end - start).days


def add_months(day: date, months: int, *, anchor_day: int | None = None) -> date:
    """Move by whole months, clamped to the end of a shorter one: 31 January + 1 = last of February.

    A series that clamps must remember where it started, or it creeps to the 28th for good:
    with `anchor_day` (1..31) 28 February + 1 anchored at 31 is 31 March.
    """
    wanted = day.day if anchor_day is None else anchor_day
    invariant(1 <= wanted <= 31, "an anchor is a day of a month")
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(wanted, monthrange(year, month)[1]))


def next_statement(day: date, statement_day: int, *, strictly_after: bool) -> date:
    """Return the first statement date after a day, or on it unless `strictly_after`.

    A purchase on a statement date belongs to the next cycle: it asks strictly after.
    """
    invariant(1 <= statement_day <= LAST_STATEMENT_DAY, "a statement day is one every month has")
    this_month = day.replace(day=statement_day)
    if this_month > day or (this_month == day and not strictly_after):
        return this_month
    return add_months(this_month, 1)


def statement_dates(day: date, statement_day: int, count: int) -> tuple[date, ...]:
    """Return the next `count` statement dates strictly after a day, earliest first."""
    invariant(count >= 0, "statement dates are counted from none up")
    first = next_statement(day, statement_day, strictly_after=True)
    return tuple(add_months(first, index) for index in range(count))


def is_working_day(day: date) -> bool:
    """Say whether Chinese offices and banks work: also on weekend days made up for a holiday.

    In a year not yet announced (`knows_make_up_days` says no) only weekends and the statutory
    holidays with their usual substitute days are known; the answer may change when it is.
    """
    year = _year(day.year)
    return day in year.make_up_days or (day.weekday() < 5 and day not in year.days_off)


@lru_cache(maxsize=4096)
def is_public_holiday(day: date) -> bool:
    """Say whether a day belongs to a Chinese public holiday, with the weekends it is made longer by or includes.

    An ordinary weekend is none. In a year not yet announced only the usual days are known (see `is_working_day`).
    """
    return not is_working_day(day) and any(
        each in _year(each.year).days_off for each in _days_off_around(day)
    )


def _days_off_around(day: date) -> Iterator[date]:
    """Yield the days of the unbroken run of days off that a day off is in."""
    yield day
    for step in (ONE_DAY, -ONE_DAY):
        other = day + step
        while not is_working_day(other):
            yield other
            other += step


def next_working_day(day: date, *, strictly_after: bool = True) -> date:
    """Return the first working day after a day, or on it unless `strictly_after`."""
    candidate = day + ONE_DAY if strictly_after else day
    while not is_working_day(candidate):
        candidate += ONE_DAY
    return candidate


def previous_working_day(day: date, *, strictly_before: bool = True) -> date:
    """Return the last working day before a day, or on it unless `strictly_before`."""
    candidate = day - ONE_DAY if strictly_before else day
    while not is_working_day(candidate):
        candidate -= ONE_DAY
    return candidate


def knows_make_up_days(year: int) -> bool:
    """Say whether the year's make-up working days have been announced and are known here.

    They are announced each November for the next year; an older `holidays` package lacks them.
    """
    return _year(year).announced


@lru_cache(maxsize=256)
def _year(year: int) -> _Year:
    # The import takes a tenth of a second, which most commands never need.
    from holidays import country_holidays

    # The library fills a year's make-up days only once that year is asked for: name it up front.
    calendar = country_holidays("CN", years=year)
    make_up_days = frozenset(day for day in calendar.weekend_workdays if day.year == year)
    # A December day may be made up for the next year's holiday: it tells nothing of this year's.
    announced = any(day.month < 12 for day in make_up_days)
    return _Year(frozenset(calendar), make_up_days, announced)
