"""What a customer's pages have in common: their line, and what is due of it when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import NotFound
from whiteslip.money.lines.model import LineKey
from whiteslip.views import customers_api as people
from whiteslip.views import lines
from whiteslip.views.lines import InstallmentView, LineView

WEEK = 7


class Due(NamedTuple):
    """All that is to be paid by a date, in minor units, and of how many parts it is."""

    due_on: date
    owed_minor: int
    parts: int
    is_overdue: bool


class CalendarDay(NamedTuple):
    """A day of a calendar; outside its month it is shown empty."""

    on: date
    in_month: bool
    due: Due | None


class CalendarMonth(NamedTuple):
    """A month as weeks from Monday on."""

    on: date
    weeks: tuple[tuple[CalendarDay, ...], ...]


def key_of(db: Connection, customer_id: int) -> LineKey:
    """Name the customer's line, the first one; who has none has no such page."""
    person = people.find_customer(db, customer_id)
    if person is None or not person.line_ids:
        raise NotFound("there is no line")
    return LineKey(customer_id, person.line_ids[0])


def line_of(db: Connection, customer_id: int) -> LineView:
    """Read the customer's line as it stands today."""
    found = lines.show(db, *key_of(db, customer_id))
    if found is None:
        raise NotFound("there is no line")
    return found


def dues(rows: Iterable[InstallmentView], on: date) -> list[Due]:
    """Sum what is owed by the day it is due."""
    owed: dict[date, list[int]] = defaultdict(list)
    for row in rows:
        if row.owed_minor > 0:
            owed[row.due_on].append(row.owed_minor)
    return [
        Due(due_on, sum(amounts), len(amounts), due_on < on)
        for due_on, amounts in sorted(owed.items())
    ]


def calendar(found: Sequence[Due], on: date, *, months: int = 2) -> list[CalendarMonth]:
    """Lay dues out on this month and those that follow."""
    by_day = {due.due_on: due for due in found}
    made: list[CalendarMonth] = []
    first = on.replace(day=1)
    for _ in range(months):
        following = (first + timedelta(days=32)).replace(day=1)
        day = first - timedelta(days=first.weekday())
        weeks: list[tuple[CalendarDay, ...]] = []
        while day < following:
            days = [day + timedelta(days=place) for place in range(WEEK)]
            weeks.append(
                tuple(
                    CalendarDay(each, first <= each < following, by_day.get(each)) for each in days
                )
            )
            day += timedelta(days=WEEK)
        made.append(CalendarMonth(first, tuple(weeks)))
        first = following
    return made
