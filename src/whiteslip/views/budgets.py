"""What a person sees of their next 60 days, their caps, and the lesson of the moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from whiteslip.care.budgeting import rules, store
from whiteslip.care.budgeting.impulse import impulse
from whiteslip.care.budgeting.model import Answers, Cap, Due, Impulse, Lesson, Picture, Spent
from whiteslip.care.budgeting.picture import picture
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.calendar import ZONE

sql = Sql(__package__)


class BudgetView(NamedTuple):
    """The dues of the days to come; the picture is None for whom nothing is kept."""

    on: date
    dues: Sequence[Due]
    answers: Answers | None
    picture: Picture | None
    impulse: Impulse


class CapsView(NamedTuple):
    """The caps in force, what was spent in their windows, and changes that wait to count."""

    caps: tuple[Cap, ...]
    spent: Spent
    waiting: list[WaitingCap]


class WaitingCap(NamedTuple):
    """A cap as it will be from an instant on; no amount means it ends."""

    kind: str
    amount_minor: int | None
    wait_hours: int
    effective_at: datetime


def budget(
    db: Connection, customer_id: int, *, in_hand_minor: int | None, at: datetime
) -> BudgetView | None:
    """Draw the budget of a person as of the business date; None if there is no such person."""
    if sql.maybe(db, "find_customer", customer_id=customer_id) is None:
        return None
    terms = store.terms()
    on = business_day.read(db).current_on
    until = on + timedelta(days=terms.horizon_days - 1)
    dues = store.read_dues(db, [customer_id], on=on, until=until).get(customer_id, [])
    answers = store.read_budgets(db, [customer_id]).get(customer_id)
    since = at - timedelta(days=terms.impulse.look_back_days)
    spending = store.read_spending(db, customer_id, since=since)
    free = None if answers is None else rules.disposable(answers)
    drawn = None
    if answers is not None:
        drawn = picture(
            answers, dues, on=on, horizon_days=terms.horizon_days, in_hand_minor=in_hand_minor
        )
    unlike = impulse(spending, free, terms.impulse, at=at.astimezone(ZONE))
    return BudgetView(on, sorted(dues), answers, drawn, unlike)


def caps(db: Connection, customer_id: int, *, at: datetime) -> CapsView | None:
    """Show a person's caps at an instant; None if there is no such person."""
    if sql.maybe(db, "find_customer", customer_id=customer_id) is None:
        return None
    on = business_day.read(db).current_on
    waiting = sql.many(db, "list_waiting_caps", customer_id=customer_id, at=at)
    return CapsView(
        store.caps_of(db, [customer_id], at=at).get(customer_id, ()),
        store.spent_of(db, [customer_id], on=on).get(customer_id, Spent()),
        [WaitingCap(*row) for row in waiting],
    )


def lesson(db: Connection, customer_id: int) -> Lesson | None:
    """Choose the lesson a person would be helped by now; None if there is none they were not told."""
    on = business_day.read(db).current_on
    moments = store.find_moments(db, customer_id, on=on)
    return rules.lesson_for(moments, store.read_told(db, customer_id), store.lessons())
