"""Correct repayments: one was taken back, or counts from an earlier day; the line's life is lived again so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.agreed.store import read_agreed, restate_dues
from whiteslip.care.cures.store import cure
from whiteslip.care.notices.model import Kind, NewNotice
from whiteslip.care.notices.store import insert_notices
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import PROGRAM, actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.money import MAX_MINOR, Minor, decimal_text
from whiteslip.kernel.reason import Fact
from whiteslip.money.corrections.store import read_asked, write
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.lines.store import take_turns
from whiteslip.money.products.model import Reopens
from whiteslip.money.repayments.model import Repayment
from whiteslip.money.repayments.store import insert_repayments
from whiteslip.money.replays import facts as happened
from whiteslip.money.replays.comparing import unlike
from whiteslip.money.replays.life import Life
from whiteslip.money.replays.living import live
from whiteslip.money.replays.names import Anew
from whiteslip.money.replays.store import Past, find_repayment, read_past
from whiteslip.money.restatements.model import Corrected, Correction
from whiteslip.money.suspense.model import RepaymentKey
from whiteslip.money.suspense.store import note_reversed

__all__ = ["BackDating", "Corrected", "CorrectionDone", "Reversal", "back_date", "reverse"]

LONGEST_NOTE = 2000
LONGEST_REASON = 40


class Reversal(NamedTuple):
    """A repayment was taken back by whoever sent it; `reason` is the bank's code, or a word for it.

    `actor` None: the bank said so, and no person decided.
    """

    customer_id: int
    repayment_id: int
    reason: str
    note: str
    actor: str | None


class BackDating(NamedTuple):
    """Money that is booked only now, and counts from the day it came."""

    customer_id: int
    line_id: int
    amount_minor: Minor
    method: str
    value_on: date
    reason: str
    note: str
    actor: str


class CorrectionDone(NamedTuple):
    """What a correction did to a line; what it owes more is positive, amounts in minor units."""

    customer_id: int
    line_id: int
    correction_id: int
    repayment_id: int
    amount_minor: Minor
    value_on: date
    done: Corrected


def reverse(
    db: Connection, requests: Sequence[Reversal], *, at: datetime
) -> list[CorrectionDone | WhiteslipError]:
    """Reverse repayments, in order: each line is as if the money had never come, and what came after is replayed.

    Where the product says so, what was taken back is added to the next due instead, and nothing else changes; money
    for a claim always reopens the claim.

    What differs is booked today with the days it counts from; nothing that was posted is changed.
    """
    return [_reverse(db, request, at=at) for request in requests]


def back_date(
    db: Connection, requests: Sequence[BackDating], *, at: datetime
) -> list[CorrectionDone | WhiteslipError]:
    """Take repayments that count from an earlier day, in order: what came after is replayed with them."""
    return [_back_date(db, request, at=at) for request in requests]


def _reverse(db: Connection, request: Reversal, *, at: datetime) -> CorrectionDone | WhiteslipError:
    found = find_repayment(db, request.customer_id, request.repayment_id)
    if error := _refused(request.reason, request.note):
        return error
    if found is None:
        text = f"customer {request.customer_id} has no repayment {request.repayment_id}"
        return NotFound(text)
    line = take_turns(db, [LineKey(request.customer_id, found.line_id)]).popitem()[1]
    found = find_repayment(db, request.customer_id, request.repayment_id)
    if found is None or found.is_reversed:
        return Conflict(f"repayment {request.repayment_id} is reversed already")
    past = _read(db, line)
    if isinstance(past, WhiteslipError):
        return past
    (number,) = take_numbers(db, 1)
    goes_on = past.terms.product.reopens is Reopens.NEXT_DUE and past.life.claim is None
    if goes_on:
        taken = happened.TakingBack(found.amount_minor)
        facts = [*past.facts, happened.Fact(past.life.day, number, number, taken)]
    else:
        facts = [fact for fact in past.facts if fact.number != request.repayment_id]
    correction = Correction(
        *line.key,
        number,
        request.repayment_id,
        past.life.day if goes_on else found.repaid_on,
        past.life.day,
        "added_to_next" if goes_on else "reversed",
        request.reason,
        PROGRAM if request.actor is None else actor_of(request.actor),
        request.note,
    )
    done = _correct(db, past, facts, correction, at=at)
    insert_notices(db, [_notice(db, correction, found.amount_minor)], at=at)
    taken = [RepaymentKey(correction.customer_id, correction.repayment_id)]
    by, on = correction.actor, correction.corrected_on
    note_reversed(db, taken, actor=by, note=correction.note or correction.reason, on=on, at=at)
    return _answer(db, correction, found.amount_minor, done, "money.repayment-reversed", at=at)


def _back_date(
    db: Connection, request: BackDating, *, at: datetime
) -> CorrectionDone | WhiteslipError:
    key = LineKey(request.customer_id, request.line_id)
    line = take_turns(db, [key]).get(key)
    if line is None:
        return NotFound(f"customer {key.customer_id} has no line {key.line_id}")
    if error := _refused(request.reason, request.note):
        return error
    if not 0 < request.amount_minor <= MAX_MINOR:
        return InvalidInput("an amount is positive", where="amount_minor")
    past = _read(db, line)
    if isinstance(past, WhiteslipError):
        return past
    if not line.opened_on <= request.value_on < past.life.day:
        text = f"a back-dated repayment counts from a day since {line.opened_on} and before today"
        return InvalidInput(text, where="value_on")
    if past.life.claim:
        return Conflict("the line was charged off: money for it counts from the day it is booked")
    correction_id, number = take_numbers(db, 2)
    payment = happened.Payment(request.amount_minor)
    fact = happened.Fact(request.value_on, number, number, payment, is_back_dated=True)
    correction = Correction(
        *key,
        correction_id,
        number,
        request.value_on,
        past.life.day,
        "back_dated",
        request.reason,
        actor_of(request.actor),
        request.note,
    )
    done = _correct(db, past, [*past.facts, fact], correction, at=at, received=(request, number))
    return _answer(db, correction, request.amount_minor, done, "money.repayment-received", at=at)


def _refused(reason: str, note: str) -> InvalidInput | None:
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        text = f"a reason is named, in at most {LONGEST_REASON} characters"
        return InvalidInput(text, where="reason")
    if len(note) > LONGEST_NOTE:
        return InvalidInput(f"a note has at most {LONGEST_NOTE} characters", where="note")
    return None


def _read(db: Connection, line: Line) -> Past | Conflict:
    """Read and live the past of a locked line; a life that is not the book's is for people."""
    day = business_day.today(db)
    reached = business_day.days_reached(db, day, [line.customer_id])[line.customer_id]
    past = read_past(db, line, reached=reached, agreed=read_agreed(db, line))
    if wrong := unlike(past.life, past.book):
        text = f"line {line.line_id} does not replay to what its book says, a person decides"
        return Conflict(f"{text}: {wrong[0]}")
    return past


def _correct(
    db: Connection,
    past: Past,
    facts: Sequence[happened.Fact],
    correction: Correction,
    *,
    at: datetime,
    received: tuple[BackDating, int] | None = None,
) -> Corrected:
    """Live the line with other facts, and make the book that life."""
    other = live(past.terms, facts, Anew(past.life.rows), until=past.life.day)
    if received:
        request, number = received
        share = other.shares[number]
        parts = request.amount_minor, share.settled_minor, share.credit_minor
        one = Repayment(
            *correction[:1], number, correction.line_id, *parts, request.method, request.value_on
        )
        insert_repayments(db, [one], at=at)
    key = LineKey(correction.customer_id, correction.line_id)
    asked = read_asked(db, key, reached=past.life.day)
    done = write(db, past, other, correction, asked, at=at)
    before, after = _agreed_dues(past.life), _agreed_dues(other)
    changed = [one for one in before | after if before.get(one) != after.get(one)]
    restate_dues(db, key.customer_id, {one: after.get(one, ()) for one in changed})
    cure(db, {key.customer_id}, {key.customer_id: past.life.day}, at=at)
    return done


def _agreed_dues(life: Life) -> dict[int, list[tuple[int, Minor, date]]]:
    """What each relief makes due in a life: installment, amount and day."""
    return {
        number: [(life.rows[due.key].installment_id, *due[1:]) for due in dues]
        for number, dues in life.redated.items()
    }


def _notice(db: Connection, correction: Correction, amount_minor: Minor) -> NewNotice:
    (number,) = take_numbers(db, 1)
    facts: dict[str, Fact] = {
        "amount": decimal_text(amount_minor),
        "date": correction.value_on.isoformat(),
        "reason": correction.reason,
    }
    return NewNotice(
        customer_id=correction.customer_id,
        notice_id=number,
        line_id=correction.line_id,
        kind=Kind.PAYMENT_REVERSED,
        reasons=(),
        noticed_on=correction.corrected_on,
        facts=facts,
    )


def _answer(
    db: Connection,
    correction: Correction,
    amount_minor: Minor,
    done: Corrected,
    topic: str,
    *,
    at: datetime,
) -> CorrectionDone:
    customers, subjects = [correction.customer_id], [correction.repayment_id]
    outbox.append(db, topic, customer_ids=customers, subject_ids=subjects, at=at)
    return CorrectionDone(
        correction.customer_id,
        correction.line_id,
        correction.correction_id,
        correction.repayment_id,
        amount_minor,
        correction.value_on,
        done,
    )
