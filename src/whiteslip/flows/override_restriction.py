"""Override, close, restrict a member of a ring: what one person of the staff asks for and another decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

from whiteslip.care.notices.restrictions import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import (
    Conflict,
    InvalidInput,
    InvariantBroken,
    NotFound,
    WhiteslipError,
)
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import take_turns
from whiteslip.risk.overrides import rules, store
from whiteslip.risk.overrides.model import Act, ActState, Kind
from whiteslip.risk.suspensions import store as suspensions
from whiteslip.risk.suspensions.life import Command
from whiteslip.risk.suspensions.model import CLOSED_LEVEL, Change, Step
from whiteslip.risk.suspensions.rules import imposed_apart
from whiteslip.risk.suspensions.ways import Cure

__all__ = ["Asked", "ask_to_close", "ask_to_override", "decide_act"]

_CLOSE = ("manual", "close")
_RING = "ring"


class Asked(NamedTuple):
    """An act and where it stands."""

    customer_id: int
    act_id: int
    state: ActState


def ask_to_override(
    db: Connection,
    customer_id: int,
    restriction_id: int,
    *,
    until_on: date,
    note: str,
    by: str,
    at: datetime,
) -> Asked:
    """Ask that a restriction be without force until a day, when it comes back by itself."""
    on = business_day.today(db).current_on
    found = suspensions.read(db, [(customer_id, restriction_id)])
    standing = found.get((customer_id, restriction_id))
    if standing is None:
        raise NotFound(f"there is no restriction {restriction_id}")
    if until_on <= on:
        raise InvalidInput(f"an override ends after {on}", where="until_on")
    what = _What(Kind.OVERRIDE, standing.line_id, restriction_id, until_on)
    return _ask(db, customer_id, what, note=note, by=by, at=at)


def ask_to_close(
    db: Connection, key: LineKey, *, reason: ReasonCode, note: str, by: str, at: datetime
) -> Asked:
    """Ask that a line be closed for good; what is owed on it stays on its schedule."""
    if key not in take_turns(db, [key]):
        raise NotFound(f"customer {key.customer_id} has no line {key.line_id}")
    what = _What(Kind.CLOSE, key.line_id, reason=reason)
    return _ask(db, key.customer_id, what, note=note, by=by, at=at)


def decide_act(
    db: Connection, customer_id: int, act_id: int, *, approved: bool, by: str, at: datetime
) -> Asked:
    """Approve or refuse what another person asked for; what is approved is done in the same transaction."""
    act = store.read_act(db, customer_id, act_id)
    if act is None:
        raise NotFound(f"there is no act {act_id}")
    actor = rules.check_decision(act, by=by)
    state = ActState.APPROVED if approved else ActState.REFUSED
    store.decide_act(db, act, state, by=actor, at=at)
    if approved:
        on = business_day.today(db).current_on
        insert_notices(db, notices_of(_DOES[act.kind](db, act, actor, on, at)), at=at)
    return Asked(customer_id, act_id, state)


class _What(NamedTuple):
    kind: Kind
    line_id: int
    restriction_id: int | None = None
    until_on: date | None = None
    reason: ReasonCode | None = None


def _ask(
    db: Connection, customer_id: int, what: _What, *, note: str, by: str, at: datetime
) -> Asked:
    if not note.strip():
        raise InvalidInput("say why", where="note")
    (number,) = take_numbers(db, 1)
    store.ask_act(db, Act(customer_id, number, *what, note, ActState.ASKED, actor_of(by)), at=at)
    return Asked(customer_id, number, ActState.ASKED)


def _override(db: Connection, act: Act, actor: str, on: date, at: datetime) -> list[Change]:
    number, note = act.restriction_id or 0, f"{act.note} (asked by {act.asked_by})"
    step = Step(act.customer_id, number, Command.OVERRIDE, actor, note, act.until_on)
    taken = suspensions.take_steps(db, [step], on=on, at=at)
    if isinstance(answer := taken.answers[0], WhiteslipError):
        raise answer
    return taken.changes


def _close(db: Connection, act: Act, actor: str, on: date, at: datetime) -> list[Change]:
    key = LineKey(act.customer_id, act.line_id)
    if suspensions.standing_of(db, key, book=_CLOSE[0], rule_id=_CLOSE[1]) is not None:
        raise Conflict("the line is closed already")
    code = act.reason or ReasonCode.LINE_CLOSED
    own, notice = take_numbers(db, 2)
    ways = suspensions.ways()
    new = imposed_apart(key, (own, notice), ways, level=CLOSED_LEVEL, by=_CLOSE, code=code)
    for_good = new._replace(way_out="apply_anew", cure=Cure.PERSON, probation_days=0, review_days=0)
    return suspensions.impose_at_once(db, [for_good], on=on, at=at, actor=actor)


def _restrict(db: Connection, act: Act, actor: str, on: date, at: datetime) -> list[Change]:
    """Restrict the member's line, with the reason, the way back and the notice of any other restriction."""
    key, code, level = LineKey(act.customer_id, act.line_id), act.reason, act.level
    if code is None or level is None:
        raise InvariantBroken("what restricts has a reason and a level")
    take_turns(db, [key])
    if suspensions.standing_of(db, key, book=_RING, rule_id=code) is not None:
        raise Conflict(f"{code} restricts this line already")
    own, notice = take_numbers(db, 2)
    ways = suspensions.ways()
    new = imposed_apart(key, (own, notice), ways, level=level, by=(_RING, code), code=code)
    return suspensions.impose_at_once(db, [new], on=on, at=at, actor=actor)


_DOES: Final[Mapping[Kind, Callable[[Connection, Act, str, date, datetime], list[Change]]]] = {
    Kind.OVERRIDE: _override,
    Kind.CLOSE: _close,
    Kind.RESTRICT: _restrict,
}
