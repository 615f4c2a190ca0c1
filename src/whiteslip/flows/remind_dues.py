"""Remind: once a business day, everybody with a payment that is due soon or overdue, range by range."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.notices.model import Kind, NewNotice
from whiteslip.care.notices.store import insert_notices
from whiteslip.care.reminders import store
from whiteslip.care.reminders.model import Reminder
from whiteslip.care.reminders.rules import steps_on
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.money import decimal_text
from whiteslip.money.ledger.store import last_customer

AT_ONCE = 20_000
"""How many customer numbers are reminded in one transaction."""


class RemindReport(NamedTuple):
    """Who was reminded on a business date."""

    on: date
    reminders: int


def remind_dues(
    database: Database, *, at: datetime, progress: Callable[[int, int], None] | None = None
) -> RemindReport | None:
    """Remind the whole book on its business date; again on the same day, only who is new.

    While a day is being closed nobody is reminded: what of a due date is overdue is not known yet. Then, and when
    the date rolls on the way, None is returned and what is left is reminded by the next call.
    """
    day = database.read(business_day.read)
    if day.closing:
        return None
    most = database.read(last_customer)
    reminders = 0
    for first in range(0, most + 1, AT_ONCE):
        last = min(first + AT_ONCE - 1, most)
        done = database.write(
            lambda db, first=first, last=last: remind_range(
                db, first=first, last=last, on=day.current_on, at=at
            )
        )
        if done is None:
            return None
        reminders += done
        if progress:
            progress(last, most)
    return RemindReport(day.current_on, reminders)


def remind_range(db: Connection, *, first: int, last: int, on: date, at: datetime) -> int | None:
    """Remind the customers `first` to `last` on a business date; None when that is over."""
    day = business_day.today(db)
    if day.closing or day.current_on != on:
        return None
    schedule = store.schedule()
    noted = store.insert_reminders(
        db,
        steps_on(schedule, on),
        first=first,
        last=last,
        on=on,
        smallest_minor=schedule.smallest_minor,
    )
    insert_notices(db, [_notice(reminder, on) for reminder in noted], at=at)
    return len(noted)


def _notice(reminder: Reminder, on: date) -> NewNotice:
    kind = Kind.DUE_SOON if reminder.step <= 0 else Kind.OVERDUE_REMINDER
    return NewNotice(
        customer_id=reminder.customer_id,
        notice_id=reminder.notice_id,
        line_id=reminder.line_id,
        kind=kind,
        reasons=(),
        noticed_on=on,
        facts={
            "amount": decimal_text(reminder.amount_minor),
            "due_on": reminder.due_on.isoformat(),
        },
    )
