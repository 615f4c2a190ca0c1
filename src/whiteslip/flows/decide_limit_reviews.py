"""Decide limit reviews: customers object, people approve, call off or take back; what is decided is told at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeAlias

from whiteslip.care.notices.limits import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.credit.limits import life, store
from whiteslip.credit.limits.life import Review, ReviewKey, State, Step
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import PROGRAM, actor_of
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import Line
from whiteslip.risk.reviews import rules as review_rules
from whiteslip.risk.reviews import store as reviews
from whiteslip.risk.reviews.model import Case, Kind, Move, NewCase, SubjectType

__all__ = [
    "Act",
    "Approval",
    "ChangeAct",
    "Moved",
    "approve_limit_reviews",
    "object_to_limit_reviews",
    "reverse_limit_reviews",
    "undo_limit_changes",
    "undo_limit_reviews",
    "uphold_limit_reviews",
    "waiting_objections",
    "withdraw_limit_reviews",
]


class Act(NamedTuple):
    """Somebody acts on a review: a customer objects, or a person calls it off or takes it back."""

    customer_id: int
    review_id: int
    actor: str
    note: str | None = None


class ChangeAct(NamedTuple):
    """A person takes back a change of a limit, named by its own number."""

    customer_id: int
    change_id: int
    actor: str
    note: str | None = None


class Approval(NamedTuple):
    """A person approves what is proposed, or another limit within it."""

    customer_id: int
    review_id: int
    actor: str
    note: str | None = None
    limit_minor: int | None = None


class Moved(NamedTuple):
    """Where a review stands after it; `limit_minor` is what it leads to, from `effective_on` on."""

    customer_id: int
    review_id: int
    line_id: int
    state: State
    limit_minor: int
    effective_on: date | None


Answers: TypeAlias = "list[Moved | WhiteslipError]"
_Judge: TypeAlias = "Callable[[int, Review, Line, date], Step | WhiteslipError]"


def object_to_limit_reviews(db: Connection, acts: Sequence[Act], *, at: datetime) -> Answers:
    """Let customers object, in order: an announced cut then waits until a person has decided, in a case of its own."""

    def judge(index: int, review: Review, _line: Line, on: date) -> Step | WhiteslipError:
        act = acts[index]
        return life.objected(review, by=actor_of(act.actor), note=act.note, on=on)

    answers = _act(db, acts, judge, at=at)
    objected = [ReviewKey(*one[:2]) for one in answers if isinstance(one, Moved)]
    _lay_before(db, objected, at=at)
    return answers


def approve_limit_reviews(
    db: Connection, approvals: Sequence[Approval], *, at: datetime
) -> Answers:
    """Let people approve referred reviews, in order, other people than who acted on them before."""

    def judge(index: int, review: Review, line: Line, on: date) -> Step | WhiteslipError:
        return _approved(db, review, line, approvals[index], on=on)

    return _act(db, approvals, judge, at=at)


def _approved(
    db: Connection, review: Review, line: Line, one: Approval, *, on: date
) -> Step | WhiteslipError:
    return life.approved(
        store.policy(),
        review,
        line,
        one.limit_minor,
        hindered=store.find_hindrances(db, [review.line])[review.line],
        by=actor_of(one.actor),
        note=one.note,
        on=on,
    )


def withdraw_limit_reviews(db: Connection, acts: Sequence[Act], *, at: datetime) -> Answers:
    """Let people call off what is proposed, announced or referred, in order; the limits stay."""

    def judge(index: int, review: Review, _line: Line, _on: date) -> Step | WhiteslipError:
        act = acts[index]
        return life.withdrawn(review, by=actor_of(act.actor), note=act.note)

    return _act(db, acts, judge, at=at)


def reverse_limit_reviews(db: Connection, acts: Sequence[Act], *, at: datetime) -> Answers:
    """Let people take cuts back, in order: each limit is again exactly what it was before."""

    def judge(index: int, review: Review, line: Line, on: date) -> Step | WhiteslipError:
        act = acts[index]
        return life.reversed_(review, line, by=actor_of(act.actor), note=act.note, on=on)

    return _act(db, acts, judge, at=at)


def waiting_objections(
    db: Connection, customer_id: int, review_ids: Sequence[int]
) -> list[ReviewKey]:
    """Name those reviews of a customer in which an objection waits for its answer."""
    return sorted(store.find_unanswered(db, (ReviewKey(customer_id, one) for one in review_ids)))


def uphold_limit_reviews(db: Connection, acts: Sequence[Act], *, at: datetime) -> Answers:
    """Let people uphold cuts that are objected to, in order: one that waits is approved, one that holds is answered."""

    def judge(index: int, review: Review, line: Line, on: date) -> Step | WhiteslipError:
        act = acts[index]
        if review.state is not State.REFERRED or review.objected_on is None:
            return life.upheld(review, by=actor_of(act.actor), note=act.note)
        return _approved(db, review, line, Approval(*act), on=on)

    return _act(db, acts, judge, at=at)


def undo_limit_reviews(db: Connection, acts: Sequence[Act], *, at: datetime) -> Answers:
    """Let people end cuts where they stand, in order: called off before they hold, taken back after."""

    def judge(index: int, review: Review, line: Line, on: date) -> Step | WhiteslipError:
        act = acts[index]
        return life.undone(review, line, by=actor_of(act.actor), note=act.note, on=on)

    return _act(db, acts, judge, at=at)


def undo_limit_changes(db: Connection, changes: Sequence[ChangeAct], *, at: datetime) -> Answers:
    """Let people take back the cuts that changed limits, in order; a change no review made is a conflict."""
    behind = store.find_reviews_behind(db, ((one.customer_id, one.change_id) for one in changes))
    answers: Answers = []
    for one in changes:
        key = behind.get((one.customer_id, one.change_id))
        if key is None:
            answers.append(Conflict("no review made this change: set the limit by hand"))
        else:
            answers += undo_limit_reviews(db, [Act(*key, one.actor, one.note)], at=at)
    return answers


def _act(
    db: Connection, requests: Sequence[Act] | Sequence[Approval], judge: _Judge, *, at: datetime
) -> Answers:
    """Take cases, lines and reviews, judge each request on what the ones before it left, write and tell.

    A case in which no objection waits any more is closed.
    """
    on = business_day.today(db).current_on
    cases = reviews.lock_live(db, {(one.customer_id, Kind.LIMIT.value) for one in requests})
    lines, taken = store.take_reviews(db, (ReviewKey(*one[:2]) for one in requests))
    answers: Answers = []
    for index, request in enumerate(requests):
        key = ReviewKey(request.customer_id, request.review_id)
        review = taken.get(key)
        if review is None:
            answers.append(NotFound(f"customer {key.customer_id} has no review {key.review_id}"))
            continue
        step = judge(index, review, lines[review.line], on)
        if isinstance(step, WhiteslipError):
            answers.append(step)
            continue
        _write(db, step, on=on, at=at)
        left = store.take_reviews(db, [key])  # the next request sees what this one left
        lines |= left[0]
        taken |= left[1]
        answers.append(Moved(*key, review.line_id, step.after, step.limit_minor, step.effective_on))
    _close_answered(db, cases, at=at)
    return answers


def _write(db: Connection, step: Step, *, on: date, at: datetime) -> None:
    store.move_reviews(db, [step], on=on, at=at)
    insert_notices(db, notices_of([step], take_numbers(db, 1), on=on), at=at)
    outbox.append(
        db,
        "credit.limit-review-moved",
        customer_ids=[step.review.customer_id],
        subject_ids=[step.review.review_id],
        at=at,
    )


def _lay_before(db: Connection, keys: Sequence[ReviewKey], *, at: datetime) -> None:
    """Open a case for every objection, at a desk of nobody who had a part in the cut."""
    _, taken = store.take_reviews(db, keys)
    new = [
        NewCase(
            review.customer_id,
            Kind.LIMIT,
            SubjectType.LIMIT_REVIEW,
            review.review_id,
            _evidence(review),
            PROGRAM,
            review.line_id,
            tuple(sorted(review.people)),
        )
        for review in taken.values()
    ]
    if new:
        reviews.open_cases(db, new, on=business_day.today(db).current_on, at=at)


def _evidence(review: Review) -> dict[str, Any]:
    return {
        "state": review.state,
        "before_minor": review.before_minor,
        "after_minor": review.after_minor,
        "effective_on": review.effective_on,
        "reviewed_on": review.reviewed_on,
        "reasons": [{"code": one.code, "facts": dict(one.facts)} for one in review.reasons],
    }


def _close_answered(db: Connection, cases: Sequence[Case], *, at: datetime) -> None:
    subjects = reviews.find_subjects(db, (case.key for case in cases))
    keys = {
        key: {ReviewKey(key.customer_id, one.subject_id) for one in some}
        for key, some in subjects.items()
    }
    waiting = store.find_unanswered(db, set[ReviewKey]().union(*keys.values()))
    moves = [
        review_rules.withdraw(case, PROGRAM, "the objection was answered", at=at)
        for case in cases
        if not keys[case.key] & waiting
    ]
    reviews.move_cases(db, [move for move in moves if isinstance(move, Move)], at=at)
