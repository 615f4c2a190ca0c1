"""Checkout: authorize purchases on credit, a batch at a time; the database has the last word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Unavailable, WhiteslipError
from whiteslip.kernel.reason import MOST_REASONS, Reason, ReasonCode
from whiteslip.money.ledger.model import MovementKind
from whiteslip.money.ledger.store import post_one_kind
from whiteslip.money.lines import rules as line_rules
from whiteslip.money.lines import store as lines
from whiteslip.money.lines.model import RESTRICTED_LEVEL, Line, LineKey
from whiteslip.money.products import store as products
from whiteslip.money.products.model import Product
from whiteslip.money.purchases import rules
from whiteslip.money.purchases import store as purchases
from whiteslip.money.purchases.model import (
    Authorized,
    Declined,
    Outcome,
    PurchaseRequest,
    Standing,
)
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
    business_day.hold(db)
    batch = _Batch(requests)
    waiting = list(range(len(requests)))
    for _ in range(ROUNDS):
        standings = purchases.read_standings(db, [requests[index] for index in waiting])
        terms = products.by_id(db, {one.product_id for one in standings if one.product_id})
        batch.judge(waiting, standings, terms)
        waiting = batch.settle(_hold(db, batch.wanted))
        if not waiting:
            break
    _explain_restrictions(db, batch)
    _record(db, batch, at=at)
    return batch.outcomes


class _Restricted(NamedTuple):
    """A request refused on a restricted line; the reasons are still to be read."""

    place: int
    key: LineKey


@dataclass(slots=True)
class _Batch:
    """A batch on its way: what is to be held on each line, and what is decided for each request."""

    requests: Sequence[PurchaseRequest]
    on: date = date.min
    outcomes: list[Outcome | WhiteslipError] = field(init=False)
    hold_days: list[int] = field(init=False)
    wanted: dict[LineKey, int] = field(default_factory=dict[LineKey, int])
    approved: dict[LineKey, list[int]] = field(default_factory=dict[LineKey, list[int]])
    restricted: list[_Restricted] = field(default_factory=list[_Restricted])

    def __post_init__(self) -> None:
        self.outcomes = [_BUSY] * len(self.requests)
        self.hold_days = [0] * len(self.requests)

    def judge(
        self, waiting: Sequence[int], standings: Sequence[Standing], terms: dict[int, Product]
    ) -> None:
        """Judge what waits, one after the other on each line, against what its line has left by then."""
        self.wanted, self.approved = {}, {}
        for index, standing in zip(waiting, standings, strict=True):
            request = self.requests[index]
            self.on = standing.current_on
            product = terms.get(standing.product_id)
            error = rules.mistake(request, standing, product)
            line = standing.line
            if error or product is None or line is None:
                self.outcomes[index] = error or _BUSY
                continue
            key = LineKey(request.customer_id, request.line_id)
            taken = self.wanted.get(key, 0)
            if line_rules.may_hold(line, taken + request.amount_minor):
                self.wanted[key] = taken + request.amount_minor
                self.approved.setdefault(key, []).append(index)
                self.hold_days[index] = product.hold_days
                self.outcomes[index] = Authorized(
                    request.customer_id,
                    standing.number,
                    request.line_id,
                    request.amount_minor,
                    line.available_minor - taken - request.amount_minor,
                    self.on + timedelta(days=product.hold_days),
                )
            else:
                self._decline(index, line, taken, standing.number)

    def settle(self, held: set[tuple[int, int]]) -> list[int]:
        """Keep the approvals whose hold was taken; return the others, to be judged again."""
        lost = [key for key in self.approved if key not in held]
        waiting = sorted(index for key in lost for index in self.approved[key])
        for index in waiting:
            self.outcomes[index] = _BUSY
        return waiting

    def _decline(self, index: int, line: Line, taken: int, number: int) -> None:
        amount = self.requests[index].amount_minor
        if line.restriction_level >= RESTRICTED_LEVEL:
            self.restricted.append(_Restricted(index, line.key))
        seen = line._replace(held_minor=line.held_minor + taken)
        self.outcomes[index] = Declined(
            line.customer_id,
            number,
            line.line_id,
            amount,
            tuple(line_rules.refusals(seen, amount)),
            max(0, seen.available_minor),
        )


_BUSY = Unavailable("the line is busy: repeat the request")


def _hold(db: Connection, wanted: dict[LineKey, int]) -> set[tuple[int, int]]:
    if not wanted:
        return set()
    keys = sorted(wanted)
    customer_ids, line_ids = zip(*keys, strict=True)
    return lines.place_holds(db, customer_ids, line_ids, [wanted[key] for key in keys])


def _explain_restrictions(db: Connection, batch: _Batch) -> None:
    """Give what a restriction refused the reasons of that restriction, before those of the line."""
    if not batch.restricted:
        return
    against = reasons_against(db, [one.key for one in batch.restricted])
    for place, key in batch.restricted:
        declined = batch.outcomes[place]
        if isinstance(declined, Declined):
            reasons = (*against.get(key, _UNEXPLAINED), *declined.reasons)[:MOST_REASONS]
            batch.outcomes[place] = declined._replace(reasons=reasons)


def _record(db: Connection, batch: _Batch, *, at: datetime) -> None:
    """Keep what was decided: purchases, the movements of holds, and an event for each."""
    approved: list[Authorized] = []
    declined: list[Declined] = []
    asked: list[PurchaseRequest] = []
    refused: list[PurchaseRequest] = []
    hold_days: list[int] = []
    for request, outcome, days in zip(batch.requests, batch.outcomes, batch.hold_days, strict=True):
        if isinstance(outcome, Authorized):
            approved.append(outcome)
            asked.append(request)
            hold_days.append(days)
        elif isinstance(outcome, Declined):
            declined.append(outcome)
            refused.append(request)
    if approved:
        _record_approved(db, asked, approved, hold_days, on=batch.on, at=at)
    if declined:
        _record_declined(db, refused, declined, on=batch.on, at=at)


def _record_approved(
    db: Connection,
    requests: Sequence[PurchaseRequest],
    approved: Sequence[Authorized],
    hold_days: Sequence[int],
    *,
    on: date,
    at: datetime,
) -> None:
    customer_ids, numbers, line_ids, amounts, _, _ = zip(*approved, strict=True)
    purchases.authorize_purchases(db, requests, numbers, hold_days, on=on, at=at)
    post_one_kind(
        db,
        MovementKind.HOLD_PLACED,
        customer_ids=customer_ids,
        line_ids=line_ids,
        source_ids=numbers,
        amounts_minor=amounts,
        on=on,
        at=at,
    )
    outbox.append(
        db, "money.purchase-authorized", customer_ids=customer_ids, subject_ids=numbers, at=at
    )


def _record_declined(
    db: Connection,
    requests: Sequence[PurchaseRequest],
    declined: Sequence[Declined],
    *,
    on: date,
    at: datetime,
) -> None:
    numbers = [outcome.purchase_id for outcome in declined]
    reasons = [reasons_json(outcome.reasons) for outcome in declined]
    purchases.decline_purchases(db, requests, numbers, reasons, on=on, at=at)
    outbox.append(
        db,
        "money.purchase-declined",
        customer_ids=[outcome.customer_id for outcome in declined],
        subject_ids=numbers,
        at=at,
    )
