"""Restrict: a person of the staff suspends or eases a line by hand, with a reason that is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.care.notices.restrictions import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import take_turns
from whiteslip.risk.suspensions import store
from whiteslip.risk.suspensions.life import Command
from whiteslip.risk.suspensions.model import NewRestriction, Step
from whiteslip.risk.suspensions.rules import imposed_apart, on_ruling

BY_HAND = "manual"


class RestrictionRequest(NamedTuple):
    """Impose a level (1 watch, 2 verify, 3 restricted, 4 suspended) for a reason."""

    customer_id: int
    line_id: int
    level: int
    reason: ReasonCode
    actor: str


class LiftRequest(NamedTuple):
    """Lift one active restriction."""

    customer_id: int
    restriction_id: int
    actor: str


class RestrictionRuling(NamedTuple):
    """A person has looked at a restriction: it stays in force, or comes into it, or it does not."""

    customer_id: int
    restriction_id: int
    actor: str
    note: str
    stays: bool


class Restricted(NamedTuple):
    """A restriction imposed or lifted, and the level the line is on now."""

    customer_id: int
    line_id: int
    restriction_id: int
    level: int


def restrict(
    db: Connection, requests: Sequence[RestrictionRequest], *, at: datetime
) -> list[Restricted | WhiteslipError]:
    """Impose restrictions by hand, in order; one reason may restrict a line once at a time."""
    on = business_day.today(db).current_on
    lines = take_turns(db, (LineKey(one.customer_id, one.line_id) for one in requests))
    numbers = take_numbers(db, 2 * len(requests))
    answers: list[Restricted | WhiteslipError] = []
    for index, request in enumerate(requests):
        key = LineKey(request.customer_id, request.line_id)
        if key not in lines:
            answers.append(
                NotFound(f"customer {request.customer_id} has no line {request.line_id}")
            )
            continue
        if not 1 <= request.level <= 4:
            answers.append(InvalidInput("a level is from 1 to 4", where="level"))
            continue
        if store.standing_of(db, key, book=BY_HAND, rule_id=request.reason) is not None:
            answers.append(Conflict(f"{request.reason} restricts this line already"))
            continue
        new = _new(request, numbers[2 * index], numbers[2 * index + 1])
        (change,) = store.impose_at_once(db, [new], on=on, at=at, actor=request.actor)
        insert_notices(db, notices_of([change]), at=at)
        answers.append(Restricted(*key, new.restriction_id, change.level_after))
    return answers


def lift(
    db: Connection, requests: Sequence[LiftRequest], *, at: datetime
) -> list[Restricted | WhiteslipError]:
    """Lift restrictions by hand, in order."""
    on = business_day.today(db).current_on
    answers: list[Restricted | WhiteslipError] = []
    for request in requests:
        step = Step(request.customer_id, request.restriction_id, Command.LIFT, request.actor)
        taken = store.take_steps(db, [step], on=on, at=at)
        (answer,) = taken.answers
        insert_notices(db, notices_of(taken.changes), at=at)
        if isinstance(answer, WhiteslipError):
            answers.append(answer)
        else:
            level = taken.changes[0].level_after
            answers.append(Restricted(*answer.line, request.restriction_id, level))
    return answers


def rule_on_restrictions(
    db: Connection, rulings: Sequence[RestrictionRuling], *, at: datetime
) -> None:
    """Do what people ruled of restrictions they looked at, and tell the owners; one that is over already stays so."""
    on = business_day.today(db).current_on
    keys = [(one.customer_id, one.restriction_id) for one in rulings]
    found = store.read(db, keys)
    steps = [
        step
        for key, one in zip(keys, rulings, strict=True)
        if key in found and (step := on_ruling(found[key], one.actor, one.note, stays=one.stays))
    ]
    taken = store.take_steps(db, steps, on=on, at=at)
    for answer in taken.answers:
        if isinstance(answer, WhiteslipError):
            raise answer  # it moved since it was read: the reviewer looks again
    insert_notices(db, notices_of(taken.changes), at=at)


def _new(request: RestrictionRequest, restriction_id: int, notice_id: int) -> NewRestriction:
    return imposed_apart(
        LineKey(request.customer_id, request.line_id),
        (restriction_id, notice_id),
        store.ways(),
        level=request.level,
        by=(BY_HAND, request.reason),
        code=request.reason,
    )
