"""Checkout: authorize purchases on credit, a batch at a time; the database has the last word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Unavailable, WhiteslipError
from whiteslip.kernel.reason import MOST_REASONS, Reason, ReasonCode
from whiteslip.money.ledger.model import Journal, MovementKind
from whiteslip.money.ledger.store import post, take_numbers
from whiteslip.money.lines import rules as line_rules
from whiteslip.money.lines import store as lines
from whiteslip.money.lines.model import RESTRICTED_LEVEL, Line, LineKey
from whiteslip.money.merchants.store import read_merchants
from whiteslip.money.products import store as products
from whiteslip.money.products.model import Product
from whiteslip.money.purchases import rules
from whiteslip.money.purchases.model import Authorized, Declined, Outcome, PurchaseRequest
from whiteslip.money.purchases.store import NewPurchases, insert_purchases
from whiteslip.risk.suspensions.store import reasons_against, reasons_json

__all__ = ["Authorized", "Declined", "PurchaseRequest", "checkout"]

ROUNDS = 3
"""How often a request that lost a race for its line is judged again."""

_UNEXPLAINED = (Reason(ReasonCode.DATA_MISSING),)


def checkout(
    db: Connection, requests: Sequence[PurchaseRequest], *, at: datetime
) -> list[Outcome | WhiteslipError]:
    """Authorize a batch, in order; a single purchase is a batch of one.

    A refusal of credit is `Declined` with its reasons; a request that is a mistake is answered with the error,
    and nothing of it is kept.
    """
    on = business_day.today(db).current_on
    batch = _Batch(requests, on, at, take_numbers(db, len(requests)))
    for _ in range(ROUNDS):
        if not batch.waiting:
            break
        facts = _read(db, requests, batch.waiting)
        batch.judge(facts)
        batch.settle(_hold(db, batch))
    _explain_restrictions(db, batch)
    _record(db, batch)
    return batch.answers()


@dataclass(slots=True)
class _Facts:
    lines: dict[LineKey, Line]
    mistakes: dict[int, WhiteslipError]
    products: dict[int, Product]


@dataclass(slots=True)
class _Batch:
    """A batch on its way: what waits for a verdict, what is to be held, what is decided."""

    requests: Sequence[PurchaseRequest]
    on: date
    at: datetime
    numbers: list[int]
    waiting: list[int] = field(default_factory=list[int])
    wanted: dict[LineKey, int] = field(default_factory=dict[LineKey, int])
    approved: dict[LineKey, list[int]] = field(default_factory=dict[LineKey, list[int]])
    decided: dict[int, Outcome | WhiteslipError] = field(
        default_factory=dict[int, Outcome | WhiteslipError]
    )
    restricted: dict[int, tuple[LineKey, tuple[Reason, ...]]] = field(
        default_factory=dict[int, tuple[LineKey, tuple[Reason, ...]]]
    )

    def __post_init__(self) -> None:
        self.waiting = list(range(len(self.requests)))

    def judge(self, facts: _Facts) -> None:
        """Judge what waits, one after the other on each line, against what its line has left by then."""
        self.wanted, self.approved = {}, {}
        for index in self.waiting:
            if error := facts.mistakes.get(index):
                self.decided[index] = error
                continue
            request = self.requests[index]
            key = LineKey(request.customer_id, request.line_id)
            line = facts.lines[key]
            taken = self.wanted.get(key, 0)
            if line_rules.may_hold(line, taken + request.amount_minor):
                self.wanted[key] = taken + request.amount_minor
                self.approved.setdefault(key, []).append(index)
                self.decided[index] = self._authorized(index, line, taken, facts)
            else:
                self.decided[index] = self._declined(index, line, taken)

    def settle(self, held: set[tuple[int, int]]) -> None:
        """Keep the approvals whose hold was taken; the others wait to be judged again."""
        self.waiting = sorted(
            index for key, indexes in self.approved.items() if key not in held for index in indexes
        )
        for index in self.waiting:
            self.decided[index] = Unavailable("the line is busy: repeat the request")

    def answers(self) -> list[Outcome | WhiteslipError]:
        """Answer every request, in order."""
        return [self.decided[index] for index in range(len(self.requests))]

    def _authorized(self, index: int, line: Line, taken: int, facts: _Facts) -> Authorized:
        request = self.requests[index]
        return Authorized(
            request.customer_id,
            self.numbers[index],
            request.line_id,
            request.amount_minor,
            line.available_minor - taken - request.amount_minor,
            self.on + timedelta(days=facts.products[line.product_id].hold_days),
        )

    def _declined(self, index: int, line: Line, taken: int) -> Declined:
        request = self.requests[index]
        seen = line._replace(held_minor=line.held_minor + taken)
        reasons = tuple(line_rules.refusals(seen, request.amount_minor))
        if line.restriction_level >= RESTRICTED_LEVEL:
            self.restricted[index] = (line.key, reasons)
        return Declined(
            request.customer_id,
            self.numbers[index],
            request.line_id,
            request.amount_minor,
            reasons,
            max(0, seen.available_minor),
        )


def _read(db: Connection, requests: Sequence[PurchaseRequest], waiting: Sequence[int]) -> _Facts:
    asked = [requests[index] for index in waiting]
    found = lines.read_lines(
        db, [LineKey(request.customer_id, request.line_id) for request in asked]
    )
    merchants = read_merchants(db, (request.merchant_id for request in asked))
    terms = products.by_id(db, {line.product_id for line in found.values()})
    mistakes = {
        index: error
        for index, request in zip(waiting, asked, strict=True)
        if (error := rules.mistake(request, found, merchants, terms))
    }
    return _Facts(found, mistakes, terms)


def _hold(db: Connection, batch: _Batch) -> set[tuple[int, int]]:
    if not batch.wanted:
        return set()
    keys = sorted(batch.wanted)
    customer_ids, line_ids = zip(*keys, strict=True)
    amounts = [batch.wanted[key] for key in keys]
    return lines.place_holds(db, customer_ids, line_ids, amounts)


def _explain_restrictions(db: Connection, batch: _Batch) -> None:
    """Give what a restriction refused the reasons of that restriction, before those of the line."""
    if not batch.restricted:
        return
    against: Mapping[LineKey, tuple[Reason, ...]] = reasons_against(
        db, [key for key, _ in batch.restricted.values()]
    )
    for index, (key, own) in batch.restricted.items():
        declined = batch.decided[index]
        if isinstance(declined, Declined):
            reasons = (*against.get(key, _UNEXPLAINED), *own)[:MOST_REASONS]
            batch.decided[index] = declined._replace(reasons=reasons)


def _record(db: Connection, batch: _Batch) -> None:
    """Keep what was decided: purchases, the journal of holds, and an event for each."""
    new, journal = NewPurchases(), Journal()
    approved: list[Authorized] = []
    declined: list[Declined] = []
    for index, outcome in batch.decided.items():
        if isinstance(outcome, WhiteslipError):
            continue
        _keep(new, batch.requests[index], outcome, batch.on)
        if isinstance(outcome, Declined):
            declined.append(outcome)
            continue
        approved.append(outcome)
        journal.add(
            MovementKind.HOLD_PLACED,
            customer_id=outcome.customer_id,
            line_id=outcome.line_id,
            source_id=outcome.purchase_id,
            amount_minor=outcome.amount_minor,
            on=batch.on,
        )
    insert_purchases(db, new, on=batch.on, at=batch.at)
    post(db, journal, at=batch.at)
    _announce(db, "money.purchase-authorized", approved, at=batch.at)
    _announce(db, "money.purchase-declined", declined, at=batch.at)


def _announce(db: Connection, topic: str, outcomes: Sequence[Outcome], *, at: datetime) -> None:
    if outcomes:
        outbox.append(
            db,
            topic,
            customer_ids=[outcome.customer_id for outcome in outcomes],
            subject_ids=[outcome.purchase_id for outcome in outcomes],
            at=at,
        )


def _keep(new: NewPurchases, request: PurchaseRequest, outcome: Outcome, on: date) -> None:
    declined = isinstance(outcome, Declined)
    new.add(
        customer_id=outcome.customer_id,
        purchase_id=outcome.purchase_id,
        line_id=outcome.line_id,
        merchant_id=request.merchant_id,
        amount_minor=outcome.amount_minor,
        captured_minor=0,
        expires_on=on if declined else outcome.expires_on,
        plan_months=request.plan_months,
        status="declined" if declined else "authorized",
        order_ref=request.order_ref,
        reasons=reasons_json(outcome.reasons) if declined else None,
    )
