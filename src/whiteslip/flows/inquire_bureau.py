"""Inquire: take what is due to be asked of the bureau, and keep what came; the asking itself is the worker's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeAlias

from whiteslip.credit.applications import store as applications
from whiteslip.credit.applications.model import Application, Command, Move, Status
from whiteslip.credit.applications.rules import refusal
from whiteslip.credit.bureau import rules, store
from whiteslip.credit.bureau.model import (
    ApplicationKey,
    Delay,
    DueInquiry,
    File,
    NewReport,
    Patience,
    Subject,
)
from whiteslip.credit.bureau.reading import read
from whiteslip.decisioning.features.model import FACTS_LEARNED
from whiteslip.decisioning.features.store import record_outside_facts
from whiteslip.gateways.bureau.model import Answer, Failed, Failure, Inquiry, Pending, Received
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel import ids
from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.ledger.store import take_numbers

ACTOR = "bureau worker"
UNREADABLE = "unreadable"


class Asking(NamedTuple):
    """An inquiry that is ours to make now."""

    due: DueInquiry
    inquiry: Inquiry


Answered: TypeAlias = tuple[Asking, Answer]


def take_due_inquiries(
    db: Connection,
    *,
    most: int,
    is_reachable: bool,
    at: datetime,
    patience: Patience | None = None,
) -> list[Asking]:
    """Take at most so many inquiries that are due; those past their deadline are given up on the way.

    What is taken is leased: if its answer is not kept within the lease, it is due again. `is_reachable` is False
    while the bureau is left alone, and then what was never tried is not waited for beyond its deadline either.
    """
    chosen = patience or store.patience()
    on = business_day.today(db).current_on
    failed = store.fail_overdue(db, patience=chosen, is_reachable=is_reachable, at=at)
    _finish(db, "credit.bureau-failed", failed, at=at)
    lease = timedelta(seconds=chosen.lease_s)
    due = store.claim_inquiries(db, most=most, lease=lease, at=at) if most > 0 else []
    if not due:
        return []
    taken = applications.take_applications(db, map(_key, due))
    starting = [one for one in taken.values() if refusal(one, Command.INQUIRE) is None]
    moves = [Move(*one[:2], Status.RECEIVED, Status.INQUIRING, ACTOR) for one in starting]
    applications.move_applications(db, moves, on=on, at=at)
    return [Asking(one, _inquiry(one, taken[_key(one)], on)) for one in due]


def keep_answers(
    db: Connection, answered: Sequence[Answered], *, at: datetime, patience: Patience | None = None
) -> None:
    """Keep what came: reports as received and as facts, failures as a later try or as given up.

    A report that cannot be read counts as a failure and is kept too. An answer to what no longer waits (withdrawn,
    answered by another try, come twice) changes nothing and is not kept.
    """
    chosen = patience or store.patience()
    on = business_day.today(db).current_on
    numbers = iter(take_numbers(db, len(answered)))
    reports: list[NewReport] = []
    delays: list[Delay] = []
    for (due, inquiry), answer in answered:
        outcome = _read(due, inquiry, answer, next(numbers), patience=chosen, at=at)
        if isinstance(outcome, NewReport):
            reports.append(outcome)
        else:
            delays.append(outcome)
    done = store.keep_answers(db, reports, on=on, at=at)
    _record_facts(db, reports, done, on=on, at=at)
    _finish(db, "credit.bureau-answered", done, at=at)
    failed = store.delay_inquiries(db, delays, on=on, at=at)
    _finish(db, "credit.bureau-failed", failed, at=at)


def _read(
    due: DueInquiry,
    inquiry: Inquiry,
    answer: Answer,
    number: int,
    *,
    patience: Patience,
    at: datetime,
) -> NewReport | Delay:
    """Read an answer: a report with its file, or when and whether to try again."""
    match answer:
        case Received(body):
            subject = Subject(inquiry.reference, inquiry.id_token, inquiry.birth_on)
            file, fault = _file(body, subject, on=inquiry.asked_on)
            report = NewReport(due.customer_id, number, due.inquiry_id, body, file, fault)
            if file is not None:
                return report
            return _later(due, UNREADABLE, patience=patience, at=at)._replace(unreadable=report)
        case Pending(retry_after_s):
            next_at = at + timedelta(seconds=retry_after_s)
            given_up = rules.is_given_up(
                patience, due.tries, requested_at=due.requested_at, next_try_at=next_at
            )
            return Delay(due, due.tries, next_at, "pending", given_up)
        case Failed(failure, _):
            delay = _later(due, failure, patience=patience, at=at)
            return delay._replace(is_given_up=True) if failure is Failure.REJECTED else delay


def _later(due: DueInquiry, failure: str, *, patience: Patience, at: datetime) -> Delay:
    tries = due.tries + 1
    next_at = at + rules.pause(patience, tries)
    given_up = rules.is_given_up(
        patience, tries, requested_at=due.requested_at, next_try_at=next_at
    )
    return Delay(due, tries, next_at, failure, given_up)


def _file(body: bytes, subject: Subject, *, on: date) -> tuple[File | None, str | None]:
    try:
        return rules.extract(read(body, reference=subject.reference, on=on), subject), None
    except InvalidInput as error:
        return None, str(error)


def _record_facts(
    db: Connection,
    reports: Iterable[NewReport],
    done: Iterable[ApplicationKey],
    *,
    on: date,
    at: datetime,
) -> None:
    """Keep the facts of those who were still waited for, so that later features see them, and announce them.

    Who already has a line is judged again by them within seconds.
    """
    waited = {key.customer_id for key in done}
    facts = [
        fact
        for report in reports
        if report.file is not None and report.customer_id in waited
        for fact in rules.outside_facts(report.customer_id, report.file, on=on)
    ]
    record_outside_facts(db, facts)
    owners = sorted({fact.customer_id for fact in facts})
    if owners:
        outbox.append(db, FACTS_LEARNED, customer_ids=owners, subject_ids=owners, at=at)


def _finish(db: Connection, topic: str, keys: Sequence[ApplicationKey], *, at: datetime) -> None:
    """Let the applications of ended inquiries be decided."""
    if not keys:
        return
    applications.mark_ready(db, keys, at=at)
    outbox.append(
        db,
        topic,
        customer_ids=[key.customer_id for key in keys],
        subject_ids=[key.application_id for key in keys],
        at=at,
    )


def _key(due: DueInquiry) -> ApplicationKey:
    return ApplicationKey(due.customer_id, due.application_id)


def _inquiry(due: DueInquiry, application: Application, on: date) -> Inquiry:
    return Inquiry(
        reference=ids.write("inq", due.customer_id, due.inquiry_id),
        name=application.name,
        id_token=application.id_hash.hex(),
        id_last4=application.id_last4,
        birth_on=application.birth_on,
        asked_on=on,
    )
