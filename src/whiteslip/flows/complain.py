"""Complain: people say what went wrong, somebody looks into it and answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.complaints import rules, store
from whiteslip.care.complaints.model import (
    Answer,
    Cause,
    Channel,
    Command,
    Complaint,
    ComplaintKey,
    Kept,
    Move,
    NewComplaint,
    Redress,
    State,
)
from whiteslip.care.notices.model import Kind as Told
from whiteslip.care.notices.model import NewNotice
from whiteslip.care.notices.store import insert_notices
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import PROGRAM
from whiteslip.kernel.errors import NotFound, WhiteslipError
from whiteslip.money.ledger.store import take_numbers
from whiteslip.risk.reviews import rules as reviewing
from whiteslip.risk.reviews import store as reviews
from whiteslip.risk.reviews.model import Case, CaseKey, Kind, NewCase, Ruling, SubjectType
from whiteslip.risk.reviews.model import Command as CaseCommand

__all__ = [
    "Answer",
    "Cause",
    "Channel",
    "Complained",
    "NewComplaint",
    "Redress",
    "State",
    "WithdrawRequest",
    "answer_complaints",
    "complain",
    "withdraw_complaints",
]


class WithdrawRequest(NamedTuple):
    """The person does not want their complaint answered any more."""

    customer_id: int
    complaint_id: int
    actor: str


class Complained(NamedTuple):
    """Where a complaint stands."""

    customer_id: int
    complaint_id: int
    case_id: int
    state: State


def complain(
    db: Connection, requests: Sequence[NewComplaint], *, at: datetime
) -> list[Complained | WhiteslipError]:
    """Take complaints in, in order; each goes to a reviewer, and its person is told that it arrived."""
    on = business_day.today(db).current_on
    due_at = rules.due_at(store.terms(), at=at)
    answers: dict[int, Complained | WhiteslipError] = {}
    kept: dict[int, Kept] = {}
    for (index, new), number in zip(
        enumerate(requests), take_numbers(db, len(requests)), strict=True
    ):
        if error := rules.check(new):
            answers[index] = error
        else:
            kept[index] = Kept(ComplaintKey(new.customer_id, number), new, due_at)
    fresh = store.insert_complaints(db, list(kept.values()), on=on, at=at)
    for index in [index for index, one in kept.items() if one.key not in fresh]:
        answers[index] = NotFound("there is no such customer, or not with such a line")
        del kept[index]
    answers |= zip(kept, _received(db, list(kept.values()), on=on, at=at), strict=True)
    return [answers[index] for index in range(len(requests))]


def _received(db: Connection, kept: Sequence[Kept], *, on: date, at: datetime) -> list[Complained]:
    placed = reviews.open_cases(db, [_case(one) for one in kept], on=on, at=at)
    pairs = list(zip(kept, placed, strict=True))
    store.place_complaints(db, [(one.key, place.case_id) for one, place in pairs])
    told = [(one.key, one.new.line_id, "") for one in kept]
    _tell(db, Told.COMPLAINT_RECEIVED, told, on=on, at=at)
    _announce(db, "care.complaint-received", [one.key for one in kept], at=at)
    return [Complained(*one.key, place.case_id, State.RECEIVED) for one, place in pairs]


def _case(kept: Kept) -> NewCase:
    new = kept.new
    return NewCase(
        new.customer_id,
        Kind.COMPLAINT,
        SubjectType.COMPLAINT,
        kept.key.complaint_id,
        {"complaint": {"channel": new.channel, "cause": new.cause, "text": new.text}},
        actor=new.actor,
        line_id=new.line_id,
        due_at=kept.due_at,
    )


def withdraw_complaints(
    db: Connection, requests: Sequence[WithdrawRequest], *, at: datetime
) -> list[Complained | WhiteslipError]:
    """Withdraw complaints that are not answered, in order; a case with nothing left in it is closed."""
    keys = [ComplaintKey(*one[:2]) for one in requests]
    cases, complaints = _lock(db, keys)
    moves: dict[ComplaintKey, Move] = {}
    answers: list[Complained | WhiteslipError] = []
    for key, request in zip(keys, requests, strict=True):
        found = complaints.get(key)
        if found is None:
            answers.append(_missing(key))
        elif error := rules.refusal(found.state, Command.WITHDRAW):
            answers.append(error)
        else:
            moves[key] = Move(*key, found.state, State.WITHDRAWN, request.actor)
            complaints[key] = found._replace(state=State.WITHDRAWN)
            answers.append(Complained(*key, found.case_id, State.WITHDRAWN))
    store.move_complaints(db, list(moves.values()), at=at)
    emptied = _emptied(db, [complaints[key].case for key in moves])
    note = "the customer withdrew"
    tried = [reviewing.withdraw(cases[key], PROGRAM, note, at=at) for key in emptied]
    reviews.move_cases(db, [one for one in tried if not isinstance(one, WhiteslipError)], at=at)
    _announce(db, "care.complaint-withdrawn", list(moves), at=at)
    return answers


def answer_complaints(
    db: Connection, given: Sequence[Answer], *, at: datetime
) -> list[Complained | WhiteslipError]:
    """Answer complaints whose case the reviewer holds, in order, and tell each person."""
    on = business_day.today(db).current_on
    keys = [ComplaintKey(*one[:2]) for one in given]
    cases, complaints = _lock(db, keys, begin_at=at)
    answers: list[Complained | WhiteslipError] = []
    done: dict[ComplaintKey, tuple[Complaint, Answer]] = {}
    for key, answer in zip(keys, given, strict=True):
        found = complaints.get(key)
        if found is None:
            answers.append(_missing(key))
        elif error := _may_not_answer(found, cases[found.case], answer, at=at):
            answers.append(error)
        else:
            done[key] = found, answer
            complaints[key] = found._replace(state=State.ANSWERED)
            answers.append(Complained(*key, found.case_id, State.ANSWERED))
    _answered(db, list(done.values()), cases, on=on, at=at)
    return answers


def _may_not_answer(
    found: Complaint, case: Case, answer: Answer, *, at: datetime
) -> WhiteslipError | None:
    if found.state in {State.ANSWERED, State.WITHDRAWN}:
        return rules.refusal(found.state, Command.ANSWER)
    if error := reviewing.may_act(case, answer.actor, CaseCommand.DECIDE, at=at):
        return error
    return rules.check_answer(found, answer)


def _answered(
    db: Connection,
    done: Sequence[tuple[Complaint, Answer]],
    cases: Mapping[CaseKey, Case],
    *,
    on: date,
    at: datetime,
) -> None:
    store.move_complaints(db, [rules.answered(*one, on=on) for one in done], at=at)
    rulings = {
        found.case: Ruling(*found.case, answer.actor, "answered", answer.note)
        for found, answer in done
    }
    closed = [
        reviewing.close(cases[key], rulings[key], on=on, at=at)
        for key in _emptied(db, list(rulings))
    ]
    reviews.move_cases(db, closed, at=at)
    told = [(found.key, found.line_id, answer.answer) for found, answer in done]
    _tell(db, Told.COMPLAINT_ANSWERED, told, on=on, at=at)
    _announce(db, "care.complaint-answered", [found.key for found, _ in done], at=at)


def _tell(
    db: Connection,
    kind: Told,
    told: Sequence[tuple[ComplaintKey, int | None, str]],
    *,
    on: date,
    at: datetime,
) -> None:
    notices = [
        NewNotice(
            customer_id=key.customer_id,
            notice_id=number,
            line_id=line_id,
            kind=kind,
            reasons=(),
            noticed_on=on,
            matter_id=key.complaint_id,
            answer=answer,
        )
        for (key, line_id, answer), number in zip(told, take_numbers(db, len(told)), strict=True)
    ]
    insert_notices(db, notices, at=at)


def _lock(
    db: Connection, keys: Sequence[ComplaintKey], *, begin_at: datetime | None = None
) -> tuple[dict[CaseKey, Case], dict[ComplaintKey, Complaint]]:
    """Lock the cases, then what lies in them; what came in while a case was held begins when it is answered."""
    cases = reviews.lock_cases(db, store.find_cases(db, keys))
    if begin_at is not None:
        held = [case for case in cases.values() if reviewing.is_held(case, at=begin_at)]
        store.begin_complaints(db, held, at=begin_at)
    return cases, store.lock_complaints(db, keys)


def _emptied(db: Connection, touched: Sequence[CaseKey]) -> list[CaseKey]:
    return sorted(set(touched) - store.find_pending(db, touched)) if touched else []


def _missing(key: ComplaintKey) -> NotFound:
    return NotFound(f"customer {key.customer_id} has no complaint {key.complaint_id}")


def _announce(db: Connection, topic: str, keys: Sequence[ComplaintKey], *, at: datetime) -> None:
    if keys:
        outbox.append(
            db,
            topic,
            customer_ids=[key.customer_id for key in keys],
            subject_ids=[key.complaint_id for key in keys],
            at=at,
        )
