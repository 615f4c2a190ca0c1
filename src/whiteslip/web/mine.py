"""What a customer's pages have in common: their line, and what is due of it when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import NotFound
from whiteslip.money.chargeoffs.model import STANDING, State
from whiteslip.money.lines.model import LineKey
from whiteslip.views import charge_offs, lines, returns
from whiteslip.views import customers_api as people
from whiteslip.views.charge_offs import ClaimView
from whiteslip.views.lines import InstallmentView, LineView
from whiteslip.views.returns import ReturnView

WEEK = 7
MOST_RETURNS, MOST_CLAIMS = 20, 5


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


def claim_of(db: Connection, line: LineView) -> ClaimView | None:
    """Find the claim that stands on a line that was charged off."""
    found = _claims(db, line, STANDING)
    return found[0] if found else None


def ended_claims(db: Connection, line: LineView) -> list[ClaimView]:
    """List the claims of a line that were paid or are no longer asked for; one whose proposal was refused never was."""
    return _claims(db, line, (State.RECOVERED, State.WRITTEN_OFF))


def returns_of(db: Connection, line: LineView) -> list[ReturnView]:
    """List which sources refunds of a line go back to."""
    key = (line.customer_id, line.line_id)
    return returns.of_line(db, *key, credit_minor=line.credit_minor, most=MOST_RETURNS)


def _claims(db: Connection, line: LineView, states: Collection[State]) -> list[ClaimView]:
    found = charge_offs.in_states(
        db, states, customer_id=line.customer_id, most=len(states) * MOST_CLAIMS
    )
    return [one for one in found if one.claim.line_id == line.line_id]


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
