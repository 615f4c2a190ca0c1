"""Restrict members of a confirmed ring: one person asks for each, for a reason of their own, and another decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import SUSPENDED_LEVEL, LineKey
from whiteslip.money.lines.store import read_lines
from whiteslip.risk.network import rules
from whiteslip.risk.network import store as network
from whiteslip.risk.network.model import Roll
from whiteslip.risk.overrides import store
from whiteslip.risk.overrides.model import Act, ActState, Kind

__all__ = ["MemberAsked", "MemberRequest", "ask_to_restrict_members"]


class MemberRequest(NamedTuple):
    """One member's line, the level asked for, and what speaks against this person besides being in the picture."""

    customer_id: int
    line_id: int
    level: int
    reason: ReasonCode
    note: str

    @property
    def line(self) -> LineKey:
        """The line it is asked for."""
        return LineKey(self.customer_id, self.line_id)


class MemberAsked(NamedTuple):
    """An act that waits for another person; nothing is taken from anybody until then."""

    customer_id: int
    act_id: int


def ask_to_restrict_members(
    db: Connection,
    ring: tuple[int, int],
    requests: Sequence[MemberRequest],
    *,
    by: str,
    at: datetime,
) -> list[MemberAsked | WhiteslipError]:
    """Ask, for each of some members of a ring (its customer, its number), that a line of theirs be restricted.

    The ring must be confirmed. A note that was given for another member is none: who is restricted is so by what they
    did themselves. What is asked is decided as any act that takes two people.
    """
    roll = network.find_members(db, *ring)
    if roll is None:
        raise NotFound(f"there is no ring {ring[1]}")
    if not roll.is_confirmed:
        raise Conflict("no person has confirmed this ring")
    lines = read_lines(db, [one.line for one in requests])
    notes = [one.note.strip().casefold() for one in requests]
    answers: list[MemberAsked | WhiteslipError] = []
    for place, one in enumerate(requests):
        wrong = _wrong(one, roll, is_there=one.line in lines)
        if wrong is None and notes[place] in notes[:place]:
            wrong = InvalidInput("say of each member what speaks against them", where="note")
        answers.append(wrong or _ask(db, ring, one, by=by, at=at))
    return answers


def _wrong(request: MemberRequest, roll: Roll, *, is_there: bool) -> WhiteslipError | None:
    if request.customer_id not in roll.members:
        return NotFound(f"customer {request.customer_id} is not in this ring")
    if not is_there:
        return NotFound(f"customer {request.customer_id} has no line {request.line_id}")
    if not 1 <= request.level <= SUSPENDED_LEVEL:
        return InvalidInput("a level is from 1 to 4", where="level")
    if not request.note.strip():
        return InvalidInput("say what speaks against this person", where="note")
    return rules.check_reason(request.reason, network.terms().ring)


def _ask(
    db: Connection, ring: tuple[int, int], one: MemberRequest, *, by: str, at: datetime
) -> MemberAsked | WhiteslipError:
    (number,) = take_numbers(db, 1)
    act = Act(
        one.customer_id,
        number,
        Kind.RESTRICT,
        one.line_id,
        None,
        None,
        one.reason,
        one.note,
        ActState.ASKED,
        actor_of(by),
        one.level,
        *ring,
    )
    if not store.ask_act(db, act, at=at):
        return Conflict(f"this was asked for customer {one.customer_id} already, and waits")
    return MemberAsked(one.customer_id, number)
