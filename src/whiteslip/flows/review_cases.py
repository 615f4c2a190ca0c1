"""Review cases: a reviewer takes the next one, holds it, gives it back or decides it; what is overdue rises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias

from whiteslip.care.appeals.store import begin_appeals
from whiteslip.care.complaints.store import begin_complaints
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.risk.reviews import rules, store
from whiteslip.risk.reviews.model import (
    Case,
    CaseKey,
    CaseSubject,
    Kind,
    Label,
    Move,
    NewCase,
    OpenedOrAttached,
    Ruling,
    SubjectType,
)

__all__ = [
    "Act",
    "Acts",
    "Case",
    "CaseRequest",
    "Kind",
    "Label",
    "NewCase",
    "NextRequest",
    "Ruled",
    "Ruling",
    "SubjectType",
    "decide",
    "escalate_overdue",
    "open_cases",
    "release",
    "renew",
    "take",
    "take_next",
    "withdraw",
]


class NextRequest(NamedTuple):
    """A reviewer asks for the most urgent case of some kinds; of any, when none is named."""

    actor: str
    kinds: tuple[Kind, ...] = ()


class CaseRequest(NamedTuple):
    """A reviewer and a case; the note is needed where the case ends."""

    customer_id: int
    case_id: int
    actor: str
    note: str = ""


class Ruled(NamedTuple):
    """A case as it was decided, by what, and all that lies in it: what an act needs to do what the outcome says."""

    case: Case
    ruling: Ruling
    subjects: tuple[CaseSubject, ...]


Act: TypeAlias = Callable[[Connection, Sequence[Ruled], datetime], None]
Acts: TypeAlias = Mapping[tuple[Kind, str], Act]
"""By kind and outcome, what does what the outcome says; it raises what goes wrong, and nothing is kept."""

_Command: TypeAlias = Callable[[Case], Move | WhiteslipError]


def open_cases(db: Connection, new: Sequence[NewCase], *, at: datetime) -> list[OpenedOrAttached]:
    """Open cases or attach to open ones, for a caller that has no journey of its own."""
    return store.open_cases(db, new, on=business_day.today(db).current_on, at=at)


def take_next(
    db: Connection, requests: Sequence[NextRequest], *, at: datetime
) -> list[Case | None]:
    """Give each reviewer the most urgent case nobody holds that they may look at, in order; None where there is none.

    Two at once never get the same case: each case is tried under a lock that does not wait, and seen again
    under it.
    """
    return [_next(db, request, at=at) for request in requests]


def _next(db: Connection, request: NextRequest, *, at: datetime) -> Case | None:
    desk = store.desk()
    person = rules.person_of(request.actor)
    kinds = request.kinds or tuple(Kind)
    for key in store.find_free(db, kinds, person, most=desk.skim, at=at):
        case = store.lock_free(db, key, at=at)
        move = None if case is None else rules.take(case, person, desk, at=at)
        if isinstance(move, Move):
            return _taken(db, [move], at=at)[0]
    return None


def take(
    db: Connection, requests: Sequence[CaseRequest], *, at: datetime
) -> list[Case | WhiteslipError]:
    """Take certain cases, in order; what somebody else holds is refused."""
    locked = store.lock_cases(db, (CaseKey(*one[:2]) for one in requests))
    answers: list[Case | WhiteslipError] = []
    for request in requests:
        key = CaseKey(request.customer_id, request.case_id)
        answer = _tried(
            locked, key, lambda case, one=request: rules.take(case, one.actor, store.desk(), at=at)
        )
        if isinstance(answer, Move):
            (locked[key],) = _taken(db, [answer], at=at)
            answers.append(locked[key])
        else:
            answers.append(answer)
    return answers


def _taken(db: Connection, moves: Sequence[Move], *, at: datetime) -> list[Case]:
    """Write that cases were taken; appeals and complaints in them are in review from now on."""
    store.move_cases(db, moves, at=at)
    held = [_stepped(move) for move in moves]
    begin_appeals(db, held, at=at)
    begin_complaints(db, held, at=at)
    return held


def renew(
    db: Connection, requests: Sequence[CaseRequest], *, at: datetime
) -> list[Case | WhiteslipError]:
    """Hold cases for another lease."""
    return _each(
        db, requests, lambda case, one: rules.renew(case, one.actor, store.desk(), at=at), at=at
    )


def release(
    db: Connection, requests: Sequence[CaseRequest], *, at: datetime
) -> list[Case | WhiteslipError]:
    """Give cases back to their queues."""
    return _each(
        db, requests, lambda case, one: rules.release(case, one.actor, one.note, at=at), at=at
    )


def withdraw(
    db: Connection, requests: Sequence[CaseRequest], *, at: datetime
) -> list[Case | WhiteslipError]:
    """Close cases that have become moot; what a customer asked for is withdrawn by them alone."""
    return _each(db, requests, lambda case, one: _moot(case, one, at=at), at=at)


def _moot(case: Case, request: CaseRequest, *, at: datetime) -> Move | WhiteslipError:
    if case.kind in {Kind.APPEAL, Kind.HUMAN_DECISION, Kind.COMPLAINT}:
        return Conflict(f"what lies in a case of kind {case.kind} is the customer's to withdraw")
    return rules.withdraw(case, request.actor, request.note, at=at)


def decide(
    db: Connection, rulings: Sequence[Ruling], *, at: datetime, acts: Acts
) -> list[Case | WhiteslipError]:
    """Decide cases held by who decides, in order; what an outcome ends is ended in the same transaction."""
    on = business_day.today(db).current_on
    locked = store.lock_cases(db, (CaseKey(*one[:2]) for one in rulings))
    answers: list[Case | WhiteslipError] = []
    for ruling in rulings:
        key = CaseKey(ruling.customer_id, ruling.case_id)
        answer = _tried(
            locked,
            key,
            lambda case, one=ruling: rules.decide(case, one, store.desk(), on=on, at=at),
        )
        if isinstance(answer, Move):
            answer = _ruled(db, answer, ruling, acts, at=at)
        if isinstance(answer, Case):
            locked[key] = answer
        answers.append(answer)
    _announce(db, "risk.case-decided", [one for one in answers if isinstance(one, Case)], at=at)
    return answers


def _ruled(
    db: Connection, move: Move, ruling: Ruling, acts: Acts, *, at: datetime
) -> Case | WhiteslipError:
    kind = move.after.kind
    act = acts.get((kind, ruling.outcome))
    if act is None and rules.needs_act(ruling, kind, store.desk()):
        return Conflict(f"nothing here can {ruling.outcome} what this {kind} is about")
    store.move_cases(db, [move], at=at)
    done = _stepped(move)
    if act is not None:
        subjects = store.find_subjects(db, [done.key])[done.key]
        act(db, [Ruled(done, ruling, tuple(subjects))], at)
    return done


def escalate_overdue(db: Connection, *, most: int, at: datetime) -> list[Case]:
    """Raise cases past their due time, each once, and say so."""
    locked = store.lock_cases(db, store.find_overdue(db, most=most, at=at))
    found = [rules.escalate(case, store.desk(), at=at) for case in locked.values()]
    moves = [move for move in found if move is not None]
    store.move_cases(db, moves, at=at)
    raised = [_stepped(move) for move in moves]
    _announce(db, "risk.case-escalated", raised, at=at)
    return raised


def _each(
    db: Connection,
    requests: Sequence[CaseRequest],
    command: Callable[[Case, CaseRequest], Move | WhiteslipError],
    *,
    at: datetime,
) -> list[Case | WhiteslipError]:
    """Apply a command to the case of each request, in order."""
    locked = store.lock_cases(db, (CaseKey(*one[:2]) for one in requests))
    answers: list[Case | WhiteslipError] = []
    for request in requests:
        key = CaseKey(request.customer_id, request.case_id)
        answer = _tried(locked, key, lambda case, one=request: command(case, one))
        if isinstance(answer, Move):
            store.move_cases(db, [answer], at=at)
            answer = locked[key] = _stepped(answer)
        answers.append(answer)
    return answers


def _tried(
    locked: Mapping[CaseKey, Case], key: CaseKey, command: _Command
) -> Move | WhiteslipError:
    case = locked.get(key)
    if case is None:
        return NotFound(f"customer {key.customer_id} has no case {key.case_id}")
    return command(case)


def _stepped(move: Move) -> Case:
    return move.after._replace(steps=move.before.steps + 1)


def _announce(db: Connection, topic: str, cases: Sequence[Case], *, at: datetime) -> None:
    if cases:
        outbox.append(
            db,
            topic,
            customer_ids=[case.customer_id for case in cases],
            subject_ids=[case.case_id for case in cases],
            at=at,
        )
