"""Recover: money for a line that is charged off pays the cost of enforcing and the claim, in the order of the law."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.care.notices import ends
from whiteslip.care.notices.store import tell
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.money import MAX_MINOR
from whiteslip.money.arrears.store import age_lines
from whiteslip.money.chargeoffs.model import Money, Recovery
from whiteslip.money.chargeoffs.store import book_recoveries
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import CHARGED_OFF, Line, LineKey
from whiteslip.money.lines.store import take_turns

__all__ = ["Recovered", "Recovery", "RecoveryRequest", "recover"]


class RecoveryRequest(NamedTuple):
    """Money that came in for a claim, and what of it enforcing cost."""

    customer_id: int
    line_id: int
    amount_minor: int
    method: str
    cost_minor: int = 0


class Recovered(NamedTuple):
    """Where it went."""

    customer_id: int
    line_id: int
    recovery_id: int
    amount_minor: int
    recovery: Recovery


def recover(
    db: Connection, requests: Sequence[RecoveryRequest], *, at: datetime
) -> list[Recovered | WhiteslipError]:
    """Take in money for claims, in order."""
    day = business_day.today(db)
    reached = business_day.days_reached(db, day, (one.customer_id for one in requests))
    turns = take_turns(db, (LineKey(one.customer_id, one.line_id) for one in requests))
    numbers = take_numbers(db, len(requests))
    errors = [_mistake(request, turns) for request in requests]
    moneys = [
        Money(one.customer_id, one.line_id, number, one.amount_minor, one.method, one.cost_minor)
        for one, number, error in zip(requests, numbers, errors, strict=True)
        if error is None
    ]
    done = book_recoveries(db, moneys, reached, at=at)
    customers = sorted({one.customer_id for one in moneys})
    for on in sorted({reached[one] for one in customers}):
        age_lines(db, [one for one in customers if reached[one] == on], on=on)
    tell(db, ends.of_recoveries(moneys, done, reached), at=at)
    if moneys:
        outbox.append(
            db,
            "money.claim-recovered",
            customer_ids=[one.customer_id for one in moneys],
            subject_ids=[one.number for one in moneys],
            at=at,
        )
    return [
        error or Recovered(*request[:2], number, request.amount_minor, done[number])
        for request, number, error in zip(requests, numbers, errors, strict=True)
    ]


def _mistake(request: RecoveryRequest, turns: dict[LineKey, Line]) -> WhiteslipError | None:
    line = turns.get(LineKey(request.customer_id, request.line_id))
    if line is None:
        return NotFound(f"customer {request.customer_id} has no line {request.line_id}")
    if line.status != CHARGED_OFF:
        return Conflict("the line is not charged off: what is paid on it is a repayment")
    if not 0 < request.amount_minor <= MAX_MINOR:
        return InvalidInput("an amount is positive", where="amount_minor")
    if not 0 <= request.cost_minor <= MAX_MINOR:
        return InvalidInput("a cost is not negative", where="cost_minor")
    return None
