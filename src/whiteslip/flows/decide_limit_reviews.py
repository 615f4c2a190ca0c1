"""Decide limit reviews: customers object, people approve, call off or take back; what is decided is told at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import NamedTuple, TypeAlias

from whiteslip.care.notices.limits import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.credit.limits import life, store
from whiteslip.credit.limits.life import Review, ReviewKey, State, Step
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import Line

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
    """Let customers object, in order: an announced cut then waits until a person has decided."""

    def judge(index: int, review: Review, _line: Line, on: date) -> Step | WhiteslipError:
        act = acts[index]
        return life.objected(review, by=actor_of(act.actor), note=act.note, on=on)

    return _act(db, acts, judge, at=at)


def approve_limit_reviews(
    db: Connection, approvals: Sequence[Approval], *, at: datetime
) -> Answers:
    """Let people approve referred reviews, in order, other people than who acted on them before."""

    def judge(index: int, review: Review, line: Line, on: date) -> Step | WhiteslipError:
        one = approvals[index]
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

    return _act(db, approvals, judge, at=at)


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
    """Take lines and reviews, judge each request on what the ones before it left, write and tell."""
    on = business_day.today(db).current_on
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
