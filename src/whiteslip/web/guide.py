"""What a newcomer to a sandbox may do next: buy, be billed, miss a due, read why, pay, and be back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

from whiteslip.kernel.calendar import next_statement
from whiteslip.kernel.reason import ReasonCode
from whiteslip.views import customers
from whiteslip.views import customers_api as people
from whiteslip.views.lines import LineView
from whiteslip.web.visiting import Visit

NEWCOMER: Final = "newcomer-"
"""How the references of people begin who were made by a click."""
STEPS: Final = ("buy", "send", "bill", "miss", "why", "done")
_SUSPENDED: Final = 3
_LATE_DAYS: Final = 31
"""Days past due by which the shipped watch book has stopped a line."""


class Guide(NamedTuple):
    """The step a newcomer is at, by its place, and the purchase or the days it is about."""

    at: int
    step: str
    purchase_id: int | None = None
    days: int = 0


def of(visit: Visit, line: LineView) -> Guide | None:
    """Say what is next; None for people who live in the world already."""
    person = people.find_customer(visit.db, visit.customer_id)
    story = customers.tell(visit.db, visit.customer_id)
    if person is None or story is None or not person.reference.startswith(NEWCOMER):
        return None
    bought = [one for one in story.purchases if one.status in ("authorized", "captured")]
    held = next((one for one in bought if one.status == "authorized"), None)
    stops = [one for one in story.restrictions if one.level >= _SUSPENDED and not _is_own_lock(one)]
    if line.restriction_level >= _SUSPENDED and any(one.lifted_on is None for one in stops):
        return _guide("why")
    if stops:
        return _guide("done")
    if not bought:
        return _guide("buy")
    if held is not None:
        return _guide("send")._replace(purchase_id=held.purchase_id)
    owed = [one for one in story.installments if one.owed_minor > 0]
    if not owed:
        return _guide("buy")
    billed = [one.due_on for one in owed if one.statement_on <= line.current_on]
    if not billed:
        on = next_statement(line.current_on, line.statement_day, strictly_after=True)
        return _guide("bill")._replace(days=_until(line.current_on, on + timedelta(days=1)))
    return _guide("miss")._replace(
        days=_until(line.current_on, min(billed) + timedelta(days=_LATE_DAYS))
    )


def _guide(step: str) -> Guide:
    return Guide(STEPS.index(step), step)


def _is_own_lock(one: customers.StoryRestriction) -> bool:
    return any(reason.get("code") == ReasonCode.OWN_LOCK for reason in one.reasons)


def _until(on: date, to: date) -> int:
    return max(1, (to - on).days)
