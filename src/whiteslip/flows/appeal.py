"""Appeal: people question decisions about them, and somebody who had no hand in one decides it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, TypeAlias

from whiteslip.care.appeals import rules, store
from whiteslip.care.appeals.model import (
    Appeal,
    AppealKey,
    Command,
    Decision,
    Form,
    Kept,
    Move,
    NewAppeal,
    Outcome,
    Overturned,
    State,
    SubjectKey,
)
from whiteslip.care.notices.model import Kind as Told
from whiteslip.care.notices.model import NewNotice
from whiteslip.care.notices.restrictions import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import PROGRAM
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.money.ledger.store import take_numbers
from whiteslip.risk.reviews import rules as reviewing
from whiteslip.risk.reviews import store as reviews
from whiteslip.risk.reviews.model import Case, CaseKey, Label, NewCase, Ruling, SubjectType
from whiteslip.risk.reviews.model import Command as CaseCommand
from whiteslip.risk.suspensions import store as suspensions
from whiteslip.risk.suspensions.life import Command as RestrictionCommand
from whiteslip.risk.suspensions.model import Step

__all__ = [
    "CHECKOUT",
    "Act",
    "Appealed",
    "Decision",
    "Form",
    "Label",
    "NewAppeal",
    "Outcome",
    "Overturned",
    "State",
    "SubjectKey",
    "SubjectType",
    "WithdrawRequest",
    "appeal",
    "decide_appeals",
    "withdraw_appeals",
]

CHECKOUT = rules.CHECKOUT
_TOLD = {Form.APPEAL: Told.APPEAL_RECEIVED, Form.HUMAN_DECISION: Told.HUMAN_DECISION_REQUESTED}
_TOPICS = {
    Form.APPEAL: "care.appeal-received",
    Form.HUMAN_DECISION: "care.human-decision-requested",
}

Act: TypeAlias = Callable[[Connection, Sequence[Overturned], datetime], None]
"""Undoes decisions that do not stand; it raises what goes wrong, and nothing is kept."""


class WithdrawRequest(NamedTuple):
    """The person does not want their appeal decided any more."""

    customer_id: int
    appeal_id: int
    actor: str


class Appealed(NamedTuple):
    """Where an appeal stands."""

    customer_id: int
    appeal_id: int
    case_id: int
    state: State


def appeal(
    db: Connection, requests: Sequence[NewAppeal], *, at: datetime
) -> list[Appealed | WhiteslipError]:
    """Take appeals and requests for a human decision in, in order; each goes to a reviewer with the decision as it is.

    What the customer does not have is not found; what is under appeal already is a conflict.
    """
    on = business_day.today(db).current_on
    answers: dict[int, Appealed | WhiteslipError] = {}
    for index, request in enumerate(requests):
        if error := rules.check(request, store.terms()):
            answers[index] = error
    right = {index: one for index, one in enumerate(requests) if index not in answers}
    kept = _worked_out(db, right, answers, at=at)
    fresh = store.insert_appeals(db, list(kept.values()), on=on, at=at)
    for index in [index for index, one in kept.items() if one.key not in fresh]:
        answers[index] = Conflict("this decision is under appeal already")
        del kept[index]
    answers |= zip(kept, _received(db, list(kept.values()), on=on, at=at), strict=True)
    return [answers[index] for index in range(len(requests))]


def _worked_out(
    db: Connection,
    requests: Mapping[int, NewAppeal],
    answers: dict[int, Appealed | WhiteslipError],
    *,
    at: datetime,
) -> dict[int, Kept]:
    """Find what each request is about; what cannot be questioned is answered."""
    subjects = store.find_subjects(db, (one.subject for one in requests.values()))
    kept: dict[int, Kept] = {}
    for (index, new), number in zip(requests.items(), take_numbers(db, len(requests)), strict=True):
        subject = subjects.get(new.subject)
        if subject is None:
            answers[index] = NotFound(rules.not_theirs(new.subject))
        elif error := rules.check_subject(new, subject):
            answers[index] = error
        else:
            key = AppealKey(new.subject.customer_id, number)
            kept[index] = Kept(key, new, subject, rules.due_at(new, store.terms(), at=at))
    return kept


def _received(db: Connection, kept: Sequence[Kept], *, on: date, at: datetime) -> list[Appealed]:
    """Open a case for each appeal, or attach it to the customer's open one, and tell the person."""
    placed = reviews.open_cases(db, [_case(one) for one in kept], on=on, at=at)
    pairs = list(zip(kept, placed, strict=True))
    store.place_appeals(db, [(one.key, place.case_id) for one, place in pairs])
    numbers = take_numbers(db, len(kept))
    notices = [
        NewNotice(
            customer_id=one.key.customer_id,
            notice_id=number,
            line_id=one.subject.line_id,
            kind=_TOLD[one.new.form],
            reasons=(),
            noticed_on=on,
            application_id=one.subject.application_id,
            matter_id=one.key.appeal_id,
        )
        for one, number in zip(kept, numbers, strict=True)
    ]
    insert_notices(db, notices, at=at)
    moved = [(one.new.subject, one.new.actor) for one in kept]
    _mark(db, moved, RestrictionCommand.APPEAL, on=on, at=at)
    for form, topic in _TOPICS.items():
        _announce(db, topic, [one.key for one in kept if one.new.form is form], at=at)
    return [Appealed(*one.key, place.case_id, State.RECEIVED) for one, place in pairs]


def _case(kept: Kept) -> NewCase:
    """Freeze what the reviewer is to see: what is said against the decision, and the decision."""
    new, subject = kept.new, kept.subject
    evidence = {
        "appeal": {
            "form": new.form,
            "text": new.text,
            "wants": new.wants,
            "attachments": new.attachments,
        },
        "about": {"type": new.subject.type, "id": new.subject.subject_id},
        "decided_by_before": list(subject.actors),
        "subject": dict(subject.frozen),
    }
    return NewCase(
        kept.key.customer_id,
        rules.KINDS[new.form],
        SubjectType.APPEAL,
        kept.key.appeal_id,
        evidence,
        actor=new.actor,
        line_id=subject.line_id,
        barred=subject.actors,
        due_at=kept.due_at,
    )


def withdraw_appeals(
    db: Connection, requests: Sequence[WithdrawRequest], *, at: datetime
) -> list[Appealed | WhiteslipError]:
    """Withdraw appeals that are not decided, in order; a case with nothing left in it is closed."""
    keys = [AppealKey(*one[:2]) for one in requests]
    cases, appeals = _lock(db, keys)
    moves: dict[AppealKey, Move] = {}
    answers: list[Appealed | WhiteslipError] = []
    for key, request in zip(keys, requests, strict=True):
        found = appeals.get(key)
        if found is None:
            answers.append(_missing(key))
        elif error := rules.refusal(found.state, Command.WITHDRAW):
            answers.append(error)
        else:
            moves[key] = Move(*key, found.state, State.WITHDRAWN, request.actor)
            appeals[key] = found._replace(state=State.WITHDRAWN)
            answers.append(Appealed(*key, found.case_id, State.WITHDRAWN))
    store.move_appeals(db, list(moves.values()), at=at)
    left = [(_subject(appeals[key]), move.actor) for key, move in moves.items()]
    on = business_day.today(db).current_on
    _mark(db, left, RestrictionCommand.CONFIRM, on=on, at=at)
    _close_moot(db, cases, [appeals[key].case for key in moves], at=at)
    _announce(db, "care.appeal-withdrawn", list(moves), at=at)
    return answers


def _close_moot(
    db: Connection, cases: Mapping[CaseKey, Case], touched: Sequence[CaseKey], *, at: datetime
) -> None:
    note = "the customer withdrew"
    tried = [reviewing.withdraw(cases[key], PROGRAM, note, at=at) for key in _emptied(db, touched)]
    reviews.move_cases(db, [one for one in tried if not isinstance(one, WhiteslipError)], at=at)


def decide_appeals(
    db: Connection,
    decisions: Sequence[Decision],
    *,
    at: datetime,
    acts: Mapping[SubjectType, Act],
) -> list[Appealed | WhiteslipError]:
    """Decide appeals whose case the reviewer holds, in order, and tell each person the answer.

    What is overturned is undone by the act of its type in the same transaction; without one it cannot be overturned.
    What is changed in part is changed by the reviewer's own hand, and the answer says what.
    """
    on = business_day.today(db).current_on
    keys = [AppealKey(*one[:2]) for one in decisions]
    cases, appeals = _lock(db, keys, begin_at=at)
    answers: list[Appealed | WhiteslipError] = []
    done: dict[AppealKey, tuple[Appeal, Decision]] = {}
    for key, decision in zip(keys, decisions, strict=True):
        found = appeals.get(key)
        if found is None:
            answers.append(_missing(key))
        elif error := _may_not_decide(found, cases[found.case], decision, acts, at=at):
            answers.append(error)
        else:
            done[key] = found, decision
            appeals[key] = found._replace(state=State.DECIDED)
            answers.append(Appealed(*key, found.case_id, State.DECIDED))
    _decided(db, list(done.values()), cases, acts, on=on, at=at)
    return answers


def _may_not_decide(
    found: Appeal,
    case: Case,
    decision: Decision,
    acts: Mapping[SubjectType, Act],
    *,
    at: datetime,
) -> WhiteslipError | None:
    if error := rules.bar(found, decision.actor):
        return error
    if found.state in {State.DECIDED, State.WITHDRAWN}:
        return rules.refusal(found.state, Command.DECIDE)
    if error := reviewing.may_act(case, decision.actor, CaseCommand.DECIDE, at=at):
        return error
    if decision.outcome is Outcome.OVERTURNED and found.subject_type not in acts:
        return Conflict(f"nothing here can overturn a {found.subject_type}")
    return rules.check_decision(found, decision)


def _decided(
    db: Connection,
    done: Sequence[tuple[Appeal, Decision]],
    cases: Mapping[CaseKey, Case],
    acts: Mapping[SubjectType, Act],
    *,
    on: date,
    at: datetime,
) -> None:
    """Write decisions, undo what is overturned, close the cases, and tell."""
    store.move_appeals(db, [rules.decided(*one, on=on) for one in done], at=at)
    falling = _falling(db, done)
    for type_, act in acts.items():
        if overturned := [one for one in falling.values() if one.subject.type is type_]:
            act(db, overturned, at)
    upheld = [
        (_subject(found), decision.actor)
        for found, decision in done
        if decision.outcome is not Outcome.OVERTURNED
    ]
    _mark(db, upheld, RestrictionCommand.CONFIRM, on=on, at=at)
    rulings = {found.case: _ruling(found, decision) for found, decision in done}
    closed = [
        reviewing.close(cases[key], rulings[key], on=on, at=at)
        for key in _emptied(db, list(rulings))
    ]
    reviews.move_cases(db, closed, at=at)
    numbers = take_numbers(db, len(done))
    notices = [
        NewNotice(
            customer_id=found.customer_id,
            notice_id=number,
            line_id=found.line_id,
            kind=Told.APPEAL_DECIDED,
            reasons=(),
            noticed_on=on,
            application_id=found.application_id,
            matter_id=found.appeal_id,
            answer=decision.answer,
            facts=rules.told_of(falling.get(found.key)),
        )
        for (found, decision), number in zip(done, numbers, strict=True)
    ]
    insert_notices(db, notices, at=at)
    _announce(db, "care.appeal-decided", [found.key for found, _ in done], at=at)


def _mark(
    db: Connection,
    subjects: Sequence[tuple[SubjectKey, str]],
    command: RestrictionCommand,
    *,
    on: date,
    at: datetime,
) -> None:
    """Let restrictions under appeal say so, and stand again when it is over; one that moved meanwhile is left alone."""
    steps = [
        Step(subject.customer_id, subject.subject_id, command, actor)
        for subject, actor in subjects
        if subject.type is SubjectType.RESTRICTION
    ]
    if steps:
        taken = suspensions.take_steps(db, steps, on=on, at=at)
        insert_notices(db, notices_of(taken.changes), at=at)


def _subject(found: Appeal) -> SubjectKey:
    return SubjectKey(found.customer_id, found.subject_type, found.subject_id)


def _falling(
    db: Connection, done: Sequence[tuple[Appeal, Decision]]
) -> dict[AppealKey, Overturned]:
    """Say of each appeal that is right what does not stand, as it is now."""
    right = [one for one in done if one[1].outcome is Outcome.OVERTURNED]
    seen = store.find_subjects(db, (_subject(found) for found, _ in right)) if right else {}
    return {
        found.key: rules.overturned(found, decision, seen.get(_subject(found)))
        for found, decision in right
    }


def _ruling(found: Appeal, decision: Decision) -> Ruling:
    label = rules.label_of(found, decision)
    return Ruling(*found.case, decision.actor, decision.outcome, decision.note, label)


def _lock(
    db: Connection, keys: Sequence[AppealKey], *, begin_at: datetime | None = None
) -> tuple[dict[CaseKey, Case], dict[AppealKey, Appeal]]:
    """Lock the cases, then what lies in them; what came in while a case was held begins when it is decided."""
    cases = reviews.lock_cases(db, store.find_cases(db, keys))
    if begin_at is not None:
        held = [case for case in cases.values() if reviewing.is_held(case, at=begin_at)]
        store.begin_appeals(db, held, at=begin_at)
    return cases, store.lock_appeals(db, keys)


def _emptied(db: Connection, touched: Sequence[CaseKey]) -> list[CaseKey]:
    return sorted(set(touched) - store.find_pending(db, touched)) if touched else []


def _missing(key: AppealKey) -> NotFound:
    return NotFound(f"customer {key.customer_id} has no appeal {key.appeal_id}")


def _announce(db: Connection, topic: str, keys: Sequence[AppealKey], *, at: datetime) -> None:
    if keys:
        outbox.append(
            db,
            topic,
            customer_ids=[key.customer_id for key in keys],
            subject_ids=[key.appeal_id for key in keys],
            at=at,
        )
