"""Lock: a person stops buying on their own line, at once, and unlocks it after showing who they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.care.notices.restrictions import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, NotAllowed, NotFound, WhiteslipError
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import take_turns
from whiteslip.risk.suspensions import store
from whiteslip.risk.suspensions.life import Command
from whiteslip.risk.suspensions.model import NewRestriction, Step
from whiteslip.risk.suspensions.rules import imposed_apart

LOCK = ("customer", "own-lock")
_LEVEL = 4


class LockRequest(NamedTuple):
    """Lock or unlock a line; unlocking needs a second factor just checked."""

    customer_id: int
    line_id: int
    locked: bool
    is_verified: bool
    actor: str


class Locked(NamedTuple):
    """Whether the line is locked by its owner now, and its level."""

    customer_id: int
    line_id: int
    locked: bool
    level: int


def lock_lines(
    db: Connection, requests: Sequence[LockRequest], *, at: datetime
) -> list[Locked | WhiteslipError]:
    """Lock and unlock lines for their owners, in order; what is so already stays so."""
    return [_one(db, request, at=at) for request in requests]


def _one(db: Connection, request: LockRequest, *, at: datetime) -> Locked | WhiteslipError:
    on = business_day.today(db).current_on
    key = LineKey(request.customer_id, request.line_id)
    line = take_turns(db, [key]).get(key)
    if line is None:
        return NotFound(f"customer {key.customer_id} has no line {key.line_id}")
    if not request.locked and not request.is_verified:
        return NotAllowed("unlocking needs a second factor that was just checked")
    found = store.standing_of(db, key, book=LOCK[0], rule_id=LOCK[1])
    if request.locked == (found is not None):
        return Locked(*key, request.locked, line.restriction_level)
    if found is not None:
        step = Step(key.customer_id, found, Command.LIFT, request.actor)
        taken = store.take_steps(db, [step], on=on, at=at)
        if isinstance(taken.answers[0], WhiteslipError):
            return Conflict("the lock moved meanwhile")
        changes = taken.changes
    else:
        changes = store.impose_at_once(db, [_lock(db, key)], on=on, at=at, actor=request.actor)
    insert_notices(db, notices_of(changes), at=at)
    return Locked(*key, request.locked, changes[0].level_after)


def _lock(db: Connection, key: LineKey) -> NewRestriction:
    own, notice = take_numbers(db, 2)
    code = ReasonCode.OWN_LOCK
    return imposed_apart(key, (own, notice), store.ways(), level=_LEVEL, by=LOCK, code=code)
