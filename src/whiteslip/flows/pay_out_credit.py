"""Pay out: a credit balance is the customer's own money and goes back on request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.money import decimal_text
from whiteslip.money.ledger.model import Journal, MovementKind
from whiteslip.money.ledger.store import post, take_numbers
from whiteslip.money.lines.model import Change, Line, LineKey
from whiteslip.money.lines.store import change_balances, take_turns
from whiteslip.money.repayments.model import Payout
from whiteslip.money.repayments.store import insert_payouts


class PayoutRequest(NamedTuple):
    """Pay out an amount of the credit balance; None means all of it."""

    customer_id: int
    line_id: int
    amount_minor: int | None


class PaidOut(NamedTuple):
    """What was paid out and what is left."""

    customer_id: int
    line_id: int
    payout_id: int
    amount_minor: int
    credit_minor: int


def pay_out_credit(
    db: Connection, requests: Sequence[PayoutRequest], *, at: datetime
) -> list[PaidOut | WhiteslipError]:
    """Pay out a batch, in order; never refused because of a restriction."""
    day = business_day.today(db)
    reached = business_day.days_reached(db, day, (one.customer_id for one in requests))
    lines = take_turns(db, (LineKey(one.customer_id, one.line_id) for one in requests))
    numbers = take_numbers(db, len(requests))
    answers = [
        _take(lines, request, number) for request, number in zip(requests, numbers, strict=True)
    ]
    paid = [answer for answer in answers if isinstance(answer, PaidOut)]
    journal = Journal()
    for one in paid:
        journal.add(
            MovementKind.CREDIT_PAID_OUT,
            customer_id=one.customer_id,
            line_id=one.line_id,
            source_id=one.payout_id,
            amount_minor=one.amount_minor,
            on=reached[one.customer_id],
        )
    insert_payouts(db, [_payout(one, reached) for one in paid], at=at)
    change_balances(db, [_change(one) for one in paid])
    post(db, journal, at=at)
    if paid:
        outbox.append(
            db,
            "money.credit-paid-out",
            customer_ids=[one.customer_id for one in paid],
            subject_ids=[one.payout_id for one in paid],
            at=at,
        )
    return answers


def _take(
    lines: dict[LineKey, Line], request: PayoutRequest, number: int
) -> PaidOut | WhiteslipError:
    key = LineKey(request.customer_id, request.line_id)
    line = lines.get(key)
    if line is None:
        return NotFound(f"customer {request.customer_id} has no line {request.line_id}")
    amount = line.credit_minor if request.amount_minor is None else request.amount_minor
    if line.credit_minor == 0 or amount > line.credit_minor:
        return Conflict(f"the credit balance is {decimal_text(line.credit_minor)}")
    if amount <= 0:
        return InvalidInput("an amount is positive", where="amount_minor")
    left = line.credit_minor - amount
    lines[key] = line._replace(credit_minor=left)
    return PaidOut(*key, number, amount, left)


def _payout(one: PaidOut, reached: dict[int, date]) -> Payout:
    return Payout(
        one.customer_id, one.payout_id, one.line_id, one.amount_minor, reached[one.customer_id]
    )


def _change(one: PaidOut) -> Change:
    return Change(
        one.customer_id,
        one.line_id,
        credit_minor=-one.amount_minor,
        credited_minor=-one.amount_minor,
    )
