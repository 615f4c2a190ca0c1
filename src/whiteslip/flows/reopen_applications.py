"""Reopen applications: a refusal that does not stand goes to a person who had no part in it, with the appeal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from whiteslip.care.notices.model import Kind as Told
from whiteslip.care.notices.model import NewNotice
from whiteslip.care.notices.store import insert_notices
from whiteslip.credit.applications import rules, store
from whiteslip.credit.applications.model import (
    Application,
    Command,
    Move,
    Reopening,
    Status,
)
from whiteslip.credit.bureau.model import ApplicationKey
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.money.ledger.store import take_numbers
from whiteslip.risk.reviews.model import Kind, NewCase, SubjectType
from whiteslip.risk.reviews.store import open_cases

__all__ = ["Reopening", "reopen_applications"]


def reopen_applications(
    db: Connection, reopenings: Sequence[Reopening], *, at: datetime
) -> list[ApplicationKey | WhiteslipError]:
    """Let declined applications be decided anew, in order: each is referred, and lies in a case with its appeal.

    A person then names a limit, or declines for reasons; none of those who declined it before. Whoever has a line, or
    applies again, by now goes on with that: a conflict.
    """
    on = business_day.today(db).current_on
    taken = store.take_applications(db, (ApplicationKey(*one[:2]) for one in reopenings))
    answers: list[ApplicationKey | WhiteslipError] = []
    for one in reopenings:
        key = ApplicationKey(one.customer_id, one.application_id)
        application = taken.get(key)
        if application is None:
            answers.append(NotFound(f"customer {key[0]} has no application {key[1]}"))
        elif error := _may_not_reopen(db, application):
            answers.append(error)
        else:
            _reopen(db, one, application, on=on, at=at)
            taken[key] = application._replace(status=Status.REFERRED)
            answers.append(key)
    return answers


def _may_not_reopen(db: Connection, application: Application) -> WhiteslipError | None:
    if error := rules.refusal(application, Command.REOPEN):
        return error
    store.bar_applicants(db, [application.id_hash])
    known = store.find_applicants(db, [application.id_hash]).get(application.id_hash)
    if known is not None and (known.is_applying or known.has_line):
        return Conflict("this person has a line, or applies for one, by now")
    return None


def _reopen(
    db: Connection, one: Reopening, application: Application, *, on: date, at: datetime
) -> None:
    lapses_on = on + timedelta(days=rules.LAPSE_DAYS)
    owner, number = application.customer_id, application.application_id
    move = Move(owner, number, application.status, Status.REFERRED, one.actor, expires_on=lapses_on)
    store.move_applications(db, [move], on=on, at=at)
    open_cases(db, [_case(one, application)], on=on, at=at)
    (notice_id,) = take_numbers(db, 1)
    notice = NewNotice(
        owner, notice_id, None, Told.APPLICATION_REOPENED, (), on, application_id=number
    )
    insert_notices(db, [notice], at=at)
    outbox.append(
        db, "credit.application-reopened", customer_ids=[owner], subject_ids=[number], at=at
    )


def _case(one: Reopening, application: Application) -> NewCase:
    """Put before the reviewer what was decided before, and what the appeal found of it."""
    appeal = {"id": one.appeal_id, "note": one.note, "overturned_by": one.actor}
    return NewCase(
        application.customer_id,
        Kind.APPLICATION,
        SubjectType.APPLICATION,
        application.application_id,
        {"appeal": appeal, "subject": dict(one.frozen)},
        one.actor,
        barred=application.declined_by,
    )
