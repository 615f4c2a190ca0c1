"""Restrict, ease and lift: what a person of the staff does by hand, with a reason or a note, and what is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.notices.restrictions import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import SUSPENDED_LEVEL, LineKey
from whiteslip.money.lines.store import find_lines, take_turns
from whiteslip.risk.suspensions import store
from whiteslip.risk.suspensions.life import Command
from whiteslip.risk.suspensions.model import NewRestriction, Scope, Step
from whiteslip.risk.suspensions.rules import imposed_apart, on_ruling

__all__ = [
    "EaseRequest",
    "LiftRequest",
    "Restricted",
    "RestrictionRequest",
    "Scope",
    "ease",
    "ease_by_a_level",
    "lift",
    "lift_on_appeal",
    "restrict",
]

BY_HAND = "manual"


class RestrictionRequest(NamedTuple):
    """Impose a level (1 watch, 2 verify, 3 restricted, 4 suspended) for a reason.

    For the customer it holds on every line of theirs, also one opened later; for plans only 4 makes sense.
    """

    customer_id: int
    line_id: int
    level: int
    reason: ReasonCode
    actor: str
    scope: Scope = Scope.LINE

    @property
    def line(self) -> LineKey:
        """The line it is asked for."""
        return LineKey(self.customer_id, self.line_id)


class LiftRequest(NamedTuple):
    """Lift one active restriction."""

    customer_id: int
    restriction_id: int
    actor: str


class EaseRequest(NamedTuple):
    """Let a restriction in force stand at a lower level; the note says why."""

    customer_id: int
    restriction_id: int
    level: int
    note: str
    actor: str


class RestrictionRuling(NamedTuple):
    """A person has looked at a restriction: it stays in force, or comes into it, or it does not."""

    customer_id: int
    restriction_id: int
    actor: str
    note: str
    stays: bool


class Restricted(NamedTuple):
    """A restriction imposed, eased or lifted, and the level the line is on now."""

    customer_id: int
    line_id: int
    restriction_id: int
    level: int


def restrict(
    db: Connection, requests: Sequence[RestrictionRequest], *, at: datetime
) -> list[Restricted | WhiteslipError]:
    """Impose restrictions by hand, in order; one reason may restrict a line once at a time in each scope."""
    on = business_day.today(db).current_on
    wide = {one.customer_id for one in requests if one.scope is Scope.CUSTOMER}
    if wide:
        store.stop_openings(db)
    every = find_lines(db, wide) if wide else []
    lines = take_turns(db, [*every, *(one.line for one in requests)])
    spared = {key for key, line in lines.items() if line.credit_barred}
    return [_restrict(db, request, sorted(lines), spared, on=on, at=at) for request in requests]


def _restrict(
    db: Connection,
    request: RestrictionRequest,
    lines: list[LineKey],
    spared: set[LineKey],
    *,
    on: date,
    at: datetime,
) -> Restricted | WhiteslipError:
    if request.line not in lines:
        return NotFound(f"customer {request.customer_id} has no line {request.line_id}")
    if not 1 <= request.level <= SUSPENDED_LEVEL:
        return InvalidInput("a level is from 1 to 4", where="level")
    if request.scope is Scope.PLANS and request.level != SUSPENDED_LEVEL:
        return InvalidInput("plans are stopped at level 4 or not at all", where="level")
    code, scope = request.reason, request.scope
    if store.standing_of(db, request.line, book=BY_HAND, rule_id=code, scope=scope) is not None:
        return Conflict(f"{request.reason} restricts this {request.scope.value} already")
    theirs = [key for key in lines if key.customer_id == request.customer_id]
    keys = theirs if request.scope is Scope.CUSTOMER else [request.line]
    if code is ReasonCode.SEGMENT and spared.intersection(keys):
        return Conflict("a tightening of a segment spares who keeps to an agreed relief")
    numbers = take_numbers(db, 2 * len(keys))
    new = [
        _new(request, key, (numbers[2 * index], numbers[2 * index + 1]))
        for index, key in enumerate(keys)
    ]
    changes = store.impose_at_once(db, new, on=on, at=at, actor=request.actor)
    insert_notices(db, notices_of(changes), at=at)
    mine = keys.index(request.line)
    return Restricted(*request.line, new[mine].restriction_id, changes[mine].level_after)


def lift(
    db: Connection, requests: Sequence[LiftRequest], *, at: datetime
) -> list[Restricted | WhiteslipError]:
    """Lift restrictions by hand, in order; one for a customer is lifted on all of their lines."""
    return [
        _take(db, Step(one.customer_id, one.restriction_id, Command.LIFT, one.actor), at=at)
        for one in requests
    ]


def lift_on_appeal(
    db: Connection, requests: Sequence[LiftRequest], *, at: datetime
) -> list[Restricted | WhiteslipError]:
    """Lift restrictions that do not stand, in order; what an authority ordered ends by its word, and not on appeal."""
    found = store.read(db, [(one.customer_id, one.restriction_id) for one in requests])
    for key, standing in found.items():
        if any(reason.code is ReasonCode.LEGAL_ORDER for reason in standing.reasons):
            raise Conflict(
                f"restriction {key[1]} rests on an authority's order: it is lifted by hand once the order has ended"
            )
    return lift(db, requests, at=at)


def ease(
    db: Connection, requests: Sequence[EaseRequest], *, at: datetime
) -> list[Restricted | WhiteslipError]:
    """Ease restrictions to lower levels, in order; there they stay until a new finding or a person raises them."""
    return [
        _take(
            db,
            Step(
                one.customer_id,
                one.restriction_id,
                Command.EASE,
                one.actor,
                one.note,
                to_level=one.level,
            ),
            at=at,
        )
        for one in requests
    ]


def _take(db: Connection, step: Step, *, at: datetime) -> Restricted | WhiteslipError:
    on = business_day.today(db).current_on
    taken = store.take_steps(db, [step], on=on, at=at)
    (answer,) = taken.answers
    insert_notices(db, notices_of(taken.changes), at=at)
    if isinstance(answer, WhiteslipError):
        return answer
    (change,) = (one for one in taken.changes if LineKey(*one[:2]) == answer.line)
    return Restricted(*answer.line, step.restriction_id, change.level_after)


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


def ease_by_a_level(db: Connection, rulings: Sequence[RestrictionRuling], *, at: datetime) -> None:
    """Let restrictions people looked at stand, a level lower: suspended buys in part, restricted buys verified."""
    rule_on_restrictions(db, rulings, at=at)
    found = store.read(db, [(one.customer_id, one.restriction_id) for one in rulings])
    requests = [
        EaseRequest(
            one.customer_id,
            one.restriction_id,
            found[one.customer_id, one.restriction_id].in_force - 1,
            one.note,
            one.actor,
        )
        for one in rulings
    ]
    for done in ease(db, requests, at=at):
        if isinstance(done, WhiteslipError):
            raise done


def _new(request: RestrictionRequest, key: LineKey, numbers: tuple[int, int]) -> NewRestriction:
    return imposed_apart(
        key,
        numbers,
        store.ways(),
        level=request.level,
        by=(BY_HAND, request.reason),
        code=request.reason,
        scope=request.scope,
    )
