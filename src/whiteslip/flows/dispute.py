"""Dispute: a customer contests a purchase or a due, and a person decides; meanwhile no late fee is charged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from whiteslip.care.disputes import rules, store
from whiteslip.care.disputes.model import (
    Command,
    Dispute,
    DisputeKey,
    Ending,
    Ground,
    Status,
)
from whiteslip.care.notices.model import Kind, NewNotice
from whiteslip.care.notices.store import insert_notices
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.money.arrears.model import FeePause
from whiteslip.money.arrears.store import pause_fees, resume_fees
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import take_turns
from whiteslip.money.schedules.store import read_owed

__all__ = [
    "Command",
    "DisputeAnswer",
    "DisputeRequest",
    "Disputed",
    "Ground",
    "answer_disputes",
    "open_disputes",
]

_TOLD = {
    Status.OPEN: Kind.DISPUTE_OPENED,
    Status.ACCEPTED: Kind.DISPUTE_ACCEPTED,
    Status.REJECTED: Kind.DISPUTE_REJECTED,
}


class DisputeRequest(NamedTuple):
    """A customer contests a purchase, or what the line owes on a due date."""

    customer_id: int
    line_id: int
    purchase_id: int | None
    due_on: date | None
    ground: Ground
    words: str
    actor: str


class DisputeAnswer(NamedTuple):
    """The customer withdraws, or a person decides."""

    customer_id: int
    dispute_id: int
    command: Command
    words: str
    actor: str


class Disputed(NamedTuple):
    """Where a dispute stands; the amount is what was owed of it when it was opened."""

    customer_id: int
    dispute_id: int
    line_id: int
    status: Status
    amount_minor: int
    answer_by: date


def open_disputes(
    db: Connection, requests: Sequence[DisputeRequest], *, at: datetime
) -> list[Disputed | WhiteslipError]:
    """Open disputes, in order; from today on the disputed amount bears no late fee."""
    day = business_day.today(db)
    keys = {LineKey(one.customer_id, one.line_id) for one in requests}
    reached = business_day.days_reached(db, day, (key.customer_id for key in keys))
    turns = take_turns(db, keys)
    owed = read_owed(db, turns, reached)
    already = store.find_open(db, turns)
    numbers = take_numbers(db, len(requests))
    answers: list[Disputed | WhiteslipError] = []
    opened: list[tuple[Dispute, str]] = []
    for request, number in zip(requests, numbers, strict=True):
        key = LineKey(request.customer_id, request.line_id)
        subject = (key, request.purchase_id, request.due_on)
        mine = [row for row in owed if LineKey(row.customer_id, row.line_id) == key]
        amount = rules.disputed_minor(mine, purchase_id=request.purchase_id, due_on=request.due_on)
        if key not in turns:
            answers.append(NotFound(f"customer {key.customer_id} has no line {key.line_id}"))
        elif (request.purchase_id is None) == (request.due_on is None):
            answers.append(InvalidInput("a purchase or a due is disputed", where="purchase_id"))
        elif subject in already:
            answers.append(Conflict("this is disputed already"))
        elif not amount:
            where = "due_on" if request.purchase_id is None else "purchase_id"
            answers.append(InvalidInput("nothing of it is owed on this line", where=where))
        else:
            dispute = _opened(request, number, amount, day.current_on)
            already.add(subject)
            opened.append((dispute, request.words))
            answers.append(_disputed(dispute))
    on = day.current_on
    store.insert_disputes(db, opened, on=on, at=at)
    disputes = [dispute for dispute, _ in opened]
    pauses = [
        FeePause(*one.key, one.line_id, one.purchase_id, now, None, "dispute", now)
        for one in disputes
        for now in (reached[one.customer_id],)
    ]
    pause_fees(db, pauses)
    _tell(db, disputes, on=on, at=at)
    return answers


def answer_disputes(
    db: Connection, requests: Sequence[DisputeAnswer], *, at: datetime
) -> list[Disputed | WhiteslipError]:
    """End disputes, in order. After a rejection the clock goes on and is not set back; an accepted one stays free."""
    day = business_day.today(db)
    reached = business_day.days_reached(db, day, (one.customer_id for one in requests))
    taken = store.take_disputes(db, (DisputeKey(*one[:2]) for one in requests))
    answers: list[Disputed | WhiteslipError] = []
    endings: list[Ending] = []
    for request in requests:
        key = DisputeKey(*request[:2])
        dispute = taken.get(key)
        if dispute is None:
            answers.append(NotFound(f"customer {key[0]} has no dispute {key[1]}"))
        elif error := rules.refusal(dispute, request.command, request.actor):
            answers.append(error)
        else:
            after = rules.MOVES[dispute.status, request.command]
            taken[key] = dispute._replace(status=after)
            actor = actor_of(request.actor)
            endings.append(Ending(taken[key], after, actor, request.words))
            answers.append(_disputed(taken[key]))
    on = day.current_on
    store.end_disputes(db, endings, on=on, at=at)
    resumed = [
        (
            one.dispute.customer_id,
            one.dispute.dispute_id,
            _resumes_on(one.after, reached[one.dispute.customer_id]),
            reached[one.dispute.customer_id],
        )
        for one in endings
        if one.after is not Status.ACCEPTED
    ]
    resume_fees(db, resumed)
    _tell(db, [one.dispute for one in endings], on=on, at=at)
    return answers


def _resumes_on(after: Status, reached: date) -> date:
    """The first day that bears a late fee again: at once after a withdrawal, later if so set after a rejection."""
    later = store.parameters().resume_after_days if after is Status.REJECTED else 0
    return reached + timedelta(days=later)


def _opened(request: DisputeRequest, number: int, amount_minor: int, on: date) -> Dispute:
    return Dispute(
        request.customer_id,
        number,
        request.line_id,
        request.purchase_id,
        request.due_on,
        Status.OPEN,
        request.ground,
        amount_minor,
        actor_of(request.actor),
        on + timedelta(days=store.parameters().answer_days),
    )


def _disputed(one: Dispute) -> Disputed:
    return Disputed(*one.key, one.line_id, one.status, one.amount_minor, one.answer_by)


def _tell(db: Connection, disputes: Sequence[Dispute], *, on: date, at: datetime) -> None:
    """Tell the customer, but not of what they withdrew themselves, and say that it happened."""
    told = [one for one in disputes if one.status in _TOLD]
    numbers = take_numbers(db, len(told))
    notices = [
        NewNotice(one.customer_id, number, one.line_id, _TOLD[one.status], (), on)
        for one, number in zip(told, numbers, strict=True)
    ]
    insert_notices(db, notices, at=at)
    for status in sorted({one.status for one in disputes}):
        these = [one for one in disputes if one.status is status]
        said = "opened" if status is Status.OPEN else status
        outbox.append(
            db,
            f"care.dispute-{said}",
            customer_ids=[one.customer_id for one in these],
            subject_ids=[one.dispute_id for one in these],
            at=at,
        )
