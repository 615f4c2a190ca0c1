"""Grant goodwill: an amount at our expense settles what is owed, oldest first; above a sum two people decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.cures.store import cure, in_trouble
from whiteslip.care.notices.model import Kind, NewNotice
from whiteslip.care.notices.store import insert_notices
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import NotFound, WhiteslipError
from whiteslip.kernel.money import decimal_text
from whiteslip.kernel.reason import Fact
from whiteslip.money.goodwill import rules, store
from whiteslip.money.goodwill.model import Goodwill, State, Why
from whiteslip.money.ledger.model import Journal, MovementKind
from whiteslip.money.ledger.store import post, take_numbers
from whiteslip.money.lines.model import Change, LineKey
from whiteslip.money.lines.store import change_balances, take_turns
from whiteslip.money.products import store as products
from whiteslip.money.products.model import PaymentKind
from whiteslip.money.repayments.rules import allocate
from whiteslip.money.repayments.store import insert_allocations
from whiteslip.money.schedules.store import read_owed, settle_installments

__all__ = [
    "Goodwill",
    "GoodwillDecision",
    "GoodwillRequest",
    "State",
    "Why",
    "decide_goodwill",
    "grant_goodwill",
]


class GoodwillRequest(NamedTuple):
    """A person of the staff grants an amount to a line, and says why."""

    customer_id: int
    line_id: int
    amount_minor: int
    why: Why
    note: str
    actor: str


class GoodwillDecision(NamedTuple):
    """Another person approves or refuses it."""

    customer_id: int
    goodwill_id: int
    approved: bool
    actor: str


def grant_goodwill(
    db: Connection, requests: Sequence[GoodwillRequest], *, at: datetime
) -> list[Goodwill | WhiteslipError]:
    """Grant amounts, in order: at once up to the sum one person may decide, above it once another approves."""
    turns = take_turns(db, (LineKey(one.customer_id, one.line_id) for one in requests))
    answers: list[Goodwill | WhiteslipError] = []
    for request, number in zip(requests, take_numbers(db, len(requests)), strict=True):
        line = turns.get(LineKey(request.customer_id, request.line_id))
        if line is None:
            text = f"customer {request.customer_id} has no line {request.line_id}"
            answers.append(NotFound(text))
        elif error := rules.check_asked(line, request.amount_minor, request.note, store.terms()):
            answers.append(error)
        else:
            answers.append(_ask(db, request, number, at=at))
    return answers


def decide_goodwill(
    db: Connection, decisions: Sequence[GoodwillDecision], *, at: datetime
) -> list[Goodwill | WhiteslipError]:
    """Let other people approve or refuse grants, in order; what is approved is done in this transaction."""
    answers: list[Goodwill | WhiteslipError] = []
    for decision in decisions:
        try:
            key = store.find_goodwill_line(db, decision.customer_id, decision.goodwill_id)
        except NotFound as error:
            answers.append(error)
            continue
        answers.append(_decide(db, key, decision, at=at))
    return answers


def _ask(db: Connection, request: GoodwillRequest, number: int, *, at: datetime) -> Goodwill:
    asked = Goodwill(
        request.customer_id,
        number,
        request.line_id,
        request.amount_minor,
        request.why,
        request.note,
        needs_two=rules.needs_two(request.amount_minor, store.terms()),
        state=State.ASKED,
        asked_by=actor_of(request.actor),
    )
    store.insert_goodwill(db, asked, on=business_day.today(db).current_on, at=at)
    if asked.needs_two:
        _announce(db, "money.goodwill-asked", asked, at=at)
        return asked
    return _do(db, asked, by=asked.asked_by, at=at)


def _decide(
    db: Connection, key: LineKey, decision: GoodwillDecision, *, at: datetime
) -> Goodwill | WhiteslipError:
    (line,) = take_turns(db, [key]).values()
    asked = store.take_goodwill(db, decision.customer_id, decision.goodwill_id)
    by = actor_of(decision.actor)
    if error := rules.check_decided(asked, by=by):
        return error
    if not decision.approved:
        refused = asked._replace(state=State.REFUSED)
        on = business_day.today(db).current_on
        store.end_goodwill(db, refused, by=by, on=on, at=at)
        return refused
    if error := rules.check_asked(line, asked.amount_minor, asked.note, store.terms()):
        return error
    return _do(db, asked, by=by, at=at)


def _do(db: Connection, asked: Goodwill, *, by: str, at: datetime) -> Goodwill:
    """Settle what is owed in the product's order, keep the rest as credit, tell the owner, judge the line again."""
    key = LineKey(asked.customer_id, asked.line_id)
    reached = business_day.days_reached(db, business_day.today(db), [key.customer_id])
    on = reached[key.customer_id]
    line = take_turns(db, [key])[key]
    owed = read_owed(db, [key], reached)
    troubled = in_trouble([line], owed, reached)
    product = products.by_id(db, {line.product_id})[line.product_id]
    policy = product.allocation.for_kind(PaymentKind.GOODWILL)
    gone = allocate(asked.amount_minor, owed, policy, reached=on)
    settle_installments(db, gone.settlements)
    insert_allocations(db, [(asked.goodwill_id, on, one) for one in gone.settlements])
    done = asked._replace(
        state=State.DONE,
        principal_minor=gone.principal_minor,
        fee_minor=gone.fee_minor,
        late_fee_minor=gone.late_fee_minor,
        credit_minor=gone.credit_minor,
    )
    change = Change(
        *key,
        principal_minor=-done.principal_minor,
        credit_minor=done.credit_minor,
        credited_minor=done.amount_minor,
    )
    change_balances(db, [change])
    post(db, _journal(done, business_date=on), at=at)
    store.end_goodwill(db, done, by=by, on=on, at=at)
    (number,) = take_numbers(db, 1)
    facts: dict[str, Fact] = {"amount": decimal_text(done.amount_minor)}
    if done.credit_minor:
        facts["credit"] = decimal_text(done.credit_minor)
    notice = NewNotice(
        customer_id=done.customer_id,
        notice_id=number,
        line_id=done.line_id,
        kind=Kind.GOODWILL_GRANTED,
        reasons=(),
        noticed_on=on,
        facts=facts,
    )
    insert_notices(db, [notice], at=at)
    _announce(db, "money.goodwill-granted", done, at=at)
    if troubled:
        cure(db, troubled, reached, at=at)
    return done


def _journal(done: Goodwill, *, business_date: date) -> Journal:
    journal = Journal()
    for kind, amount in (
        (MovementKind.GOODWILL_PRINCIPAL, done.principal_minor),
        (MovementKind.GOODWILL_FEE, done.fee_minor),
        (MovementKind.GOODWILL_LATE_FEE, done.late_fee_minor),
        (MovementKind.GOODWILL_CREDIT, done.credit_minor),
    ):
        journal.add(
            kind,
            customer_id=done.customer_id,
            line_id=done.line_id,
            source_id=done.goodwill_id,
            amount_minor=amount,
            on=business_date,
        )
    return journal


def _announce(db: Connection, topic: str, grant: Goodwill, *, at: datetime) -> None:
    customers, subjects = [grant.customer_id], [grant.goodwill_id]
    outbox.append(db, topic, customer_ids=customers, subject_ids=subjects, at=at)
