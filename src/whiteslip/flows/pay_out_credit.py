"""Pay out: a credit balance is the customer's own money and goes back on request, or to a source it is owed to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.notices import ends
from whiteslip.care.notices.model import NewNotice
from whiteslip.care.notices.store import tell
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.money import decimal_text
from whiteslip.money.ledger.model import Journal, MovementKind
from whiteslip.money.ledger.store import post, take_numbers
from whiteslip.money.lines.model import CHARGED_OFF, Change, Line, LineKey
from whiteslip.money.lines.store import change_balances, take_turns
from whiteslip.money.repayments.model import Payout
from whiteslip.money.repayments.store import insert_payouts
from whiteslip.money.returns.model import Promise, SentBack
from whiteslip.money.returns.rules import send_back, use_up
from whiteslip.money.returns.store import note_paid_out, read_promises


class PayoutRequest(NamedTuple):
    """Pay out an amount of the credit balance; None means all of it, or all that refunds owe to the source named.

    A source is named by its repayment, and gets no more than refunds still owe it. Where none is named, what refunds
    owe goes to the sources that paid first, and only the rest to the customer's own account.
    """

    customer_id: int
    line_id: int
    amount_minor: int | None
    repayment_id: int | None = None


class PaidOut(NamedTuple):
    """What was paid out and what is left; `returns` is what of it goes to sources."""

    customer_id: int
    line_id: int
    payout_id: int
    amount_minor: int
    credit_minor: int
    returns: tuple[SentBack, ...] = ()


def pay_out_credit(
    db: Connection, requests: Sequence[PayoutRequest], *, at: datetime
) -> list[PaidOut | WhiteslipError]:
    """Pay out a batch, in order; never refused because of a restriction."""
    day = business_day.today(db)
    reached = business_day.days_reached(db, day, (one.customer_id for one in requests))
    lines = take_turns(db, (LineKey(one.customer_id, one.line_id) for one in requests))
    numbers = take_numbers(db, len(requests))
    owed = _Owed(read_promises(db, lines))
    answers = [
        _take(lines, owed, request, number)
        for request, number in zip(requests, numbers, strict=True)
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
    note_paid_out(db, list(owed.changed.values()), [back for one in paid for back in one.returns])
    post(db, journal, at=at)
    tell(db, [_notice(one, owed, reached) for one in paid if one.returns], at=at)
    if paid:
        outbox.append(
            db,
            "money.credit-paid-out",
            customer_ids=[one.customer_id for one in paid],
            subject_ids=[one.payout_id for one in paid],
            at=at,
        )
    return answers


class _Owed:
    """What refunds owe to sources, while a batch of payouts uses it up."""

    def __init__(self, promises: Sequence[Promise]) -> None:
        self.methods = {one.repayment_id: one.method for one in promises}
        self.promises = {(one.refund_id, one.repayment_id): one for one in promises}
        self.changed: dict[tuple[int, int], Promise] = {}

    def to(self, key: LineKey, source: int | None) -> list[Promise]:
        """What refunds on a line still owe to one source, or to all."""
        return [
            one
            for one in self.promises.values()
            if (one.customer_id, one.line_id) == key and source in {None, one.repayment_id}
        ]

    def pay(
        self, key: LineKey, source: int | None, number: int, amount_minor: int
    ) -> tuple[SentBack, ...]:
        """Count a payout against what is owed to its source, or to all; return what goes to each."""
        owed = self.to(key, source)
        used = send_back(amount_minor, owed) if source is None else use_up(amount_minor, owed)
        sent: dict[int, int] = {}
        for one in used:
            place = (one.refund_id, one.repayment_id)
            part = self.promises[place].left_minor - one.left_minor
            sent[one.repayment_id] = sent.get(one.repayment_id, 0) + part
            self.promises[place] = self.changed[place] = one
        return tuple(SentBack(key.customer_id, number, *part) for part in sent.items())


def _take(
    lines: dict[LineKey, Line], owed: _Owed, request: PayoutRequest, number: int
) -> PaidOut | WhiteslipError:
    key = LineKey(request.customer_id, request.line_id)
    line = lines.get(key)
    if line is None:
        return NotFound(f"customer {request.customer_id} has no line {request.line_id}")
    if line.status == CHARGED_OFF:
        return Conflict("a claim stands on the line: its credit balance is kept until it has ended")
    source = request.repayment_id
    promised = line.credit_minor
    if source is not None:
        promised = sum(one.left_minor for one in owed.to(key, source))
    amount = promised if request.amount_minor is None else request.amount_minor
    if source is not None and (promised == 0 or amount > promised):
        return Conflict(f"refunds owe {decimal_text(promised)} to this source")
    if line.credit_minor == 0 or amount > line.credit_minor:
        return Conflict(f"the credit balance is {decimal_text(line.credit_minor)}")
    if amount <= 0:
        return InvalidInput("an amount is positive", where="amount_minor")
    left = line.credit_minor - amount
    lines[key] = line._replace(credit_minor=left)
    return PaidOut(*key, number, amount, left, owed.pay(key, source, number, amount))


def _payout(one: PaidOut, reached: dict[int, date]) -> Payout:
    return Payout(
        one.customer_id, one.payout_id, one.line_id, one.amount_minor, reached[one.customer_id]
    )


def _notice(one: PaidOut, owed: _Owed, reached: dict[int, date]) -> NewNotice:
    key = LineKey(one.customer_id, one.line_id)
    sources = [(owed.methods[back.repayment_id], back.amount_minor) for back in one.returns]
    return ends.of_payout(key, one.amount_minor, sources, on=reached[one.customer_id])


def _change(one: PaidOut) -> Change:
    return Change(
        one.customer_id,
        one.line_id,
        credit_minor=-one.amount_minor,
        credited_minor=-one.amount_minor,
    )
