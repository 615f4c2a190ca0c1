"""Repay: as the product says, the excess is the customer's, and what was suspended for it is restored at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.cures.store import cure, in_trouble
from whiteslip.care.notices import ends
from whiteslip.care.notices.store import tell
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.money import MAX_MINOR
from whiteslip.money.chargeoffs.model import Money, Recovery
from whiteslip.money.chargeoffs.store import book_recoveries
from whiteslip.money.ledger.model import Journal, MovementKind
from whiteslip.money.ledger.store import post, take_numbers
from whiteslip.money.lines.model import CHARGED_OFF, Change, Line, LineKey
from whiteslip.money.lines.store import change_balances, take_turns
from whiteslip.money.products import store as products
from whiteslip.money.products.model import PaymentKind, Product
from whiteslip.money.repayments.debts import Debts
from whiteslip.money.repayments.model import Allocation, Repayment
from whiteslip.money.repayments.rules import allocate
from whiteslip.money.repayments.store import insert_allocations, insert_repayments
from whiteslip.money.schedules.model import Settlement
from whiteslip.money.schedules.store import read_owed, settle_installments


class RepaymentRequest(NamedTuple):
    """Money received for a line; `method` names the source, such as wallet or card, `kind` how it is allocated."""

    customer_id: int
    line_id: int
    amount_minor: int
    method: str
    kind: PaymentKind = PaymentKind.REPAYMENT


class Repaid(NamedTuple):
    """Where a repayment went; `restored` tells that it lifted a restriction on buying."""

    customer_id: int
    line_id: int
    repayment_id: int
    amount_minor: int
    allocated_minor: int
    credit_minor: int
    restored: bool


def repay(
    db: Connection, requests: Sequence[RepaymentRequest], *, at: datetime
) -> list[Repaid | WhiteslipError]:
    """Take a batch of repayments, in order; never refused because of a restriction."""
    day = business_day.today(db)
    reached = business_day.days_reached(db, day, (one.customer_id for one in requests))
    turns = take_turns(db, (LineKey(one.customer_id, one.line_id) for one in requests))
    owed = read_owed(db, turns, reached)
    batch = _Batch(
        turns,
        reached,
        products.by_id(db, {line.product_id for line in turns.values()}),
        Debts(owed),
        in_trouble(turns.values(), owed, reached),
    )
    numbers = take_numbers(db, len(requests))
    claims = _for_claims(requests, numbers, turns)
    recovered = book_recoveries(db, claims, reached, at=at)
    answers = [
        _as_repaid(request, number, recovered[number])
        if number in recovered
        else batch.take(request, number)
        for request, number in zip(requests, numbers, strict=True)
    ]
    batch.write(db, at=at)
    if recovered:
        batch.troubled |= {one.customer_id for one in claims}
        tell(db, ends.of_recoveries(claims, recovered, reached), at=at)
        outbox.append(
            db,
            "money.claim-recovered",
            customer_ids=[one.customer_id for one in claims],
            subject_ids=[one.number for one in claims],
            at=at,
        )
    restored = cure(db, batch.troubled, reached, at=at)
    return [
        answer._replace(restored=LineKey(answer.customer_id, answer.line_id) in restored)
        if isinstance(answer, Repaid)
        else answer
        for answer in answers
    ]


def _for_claims(
    requests: Sequence[RepaymentRequest], numbers: Sequence[int], lines: dict[LineKey, Line]
) -> list[Money]:
    """Pick out the money for lines that are charged off: it is a recovery, whoever sends it."""
    return [
        Money(one.customer_id, one.line_id, number, one.amount_minor, one.method)
        for one, number in zip(requests, numbers, strict=True)
        if (line := lines.get(LineKey(one.customer_id, one.line_id)))
        and line.status == CHARGED_OFF
        and 0 < one.amount_minor <= MAX_MINOR
    ]


def _as_repaid(request: RepaymentRequest, number: int, gone: Recovery) -> Repaid:
    paid, credit = gone.recovered_minor, gone.credit_minor
    return Repaid(*request[:2], number, request.amount_minor, paid, credit, restored=False)


@dataclass(slots=True)
class _Batch:
    """A batch of repayments: what it reads, and everything it writes as columns."""

    lines: dict[LineKey, Line]
    reached: dict[int, date]
    products: dict[int, Product]
    debts: Debts
    troubled: set[int]
    repayments: list[Repayment] = field(default_factory=list[Repayment])
    changes: list[Change] = field(default_factory=list[Change])
    allocations: list[tuple[int, date, Settlement]] = field(
        default_factory=list[tuple[int, date, Settlement]]
    )
    journal: Journal = field(default_factory=Journal)

    def take(self, request: RepaymentRequest, number: int) -> Repaid | WhiteslipError:
        """Take one repayment; the next one sees what it left."""
        key = LineKey(request.customer_id, request.line_id)
        line = self.lines.get(key)
        if line is None:
            return NotFound(f"customer {request.customer_id} has no line {request.line_id}")
        if not 0 < request.amount_minor <= MAX_MINOR:
            return InvalidInput("an amount is positive", where="amount_minor")
        on = self.reached[key.customer_id]
        policy = self.products[line.product_id].allocation.for_kind(request.kind)
        gone = allocate(request.amount_minor, self.debts.of_line(key), policy, reached=on)
        self.debts.settle(gone)
        self._keep(key, number, request, gone)
        allocated, credit = gone.allocated_minor, gone.credit_minor
        return Repaid(*key, number, request.amount_minor, allocated, credit, restored=False)

    def _keep(self, key: LineKey, number: int, request: RepaymentRequest, gone: Allocation) -> None:
        on = self.reached[key.customer_id]
        self.repayments.append(
            Repayment(
                key.customer_id,
                number,
                key.line_id,
                request.amount_minor,
                gone.allocated_minor,
                gone.credit_minor,
                request.method,
                on,
                request.kind,
            )
        )
        self.changes.append(
            Change(
                *key,
                principal_minor=-gone.principal_minor,
                credit_minor=gone.credit_minor,
                credited_minor=request.amount_minor,
            )
        )
        self.allocations.extend((number, on, settlement) for settlement in gone.settlements)
        for kind, part in (
            (MovementKind.PRINCIPAL_REPAID, gone.principal_minor),
            (MovementKind.FEE_REPAID, gone.fee_minor),
            (MovementKind.LATE_FEE_REPAID, gone.late_fee_minor),
            (MovementKind.CREDIT_RECEIVED, gone.credit_minor),
        ):
            self.journal.add(
                kind,
                customer_id=key.customer_id,
                line_id=key.line_id,
                source_id=number,
                amount_minor=part,
                on=on,
            )

    def write(self, db: Connection, *, at: datetime) -> None:
        """Write everything at once."""
        insert_repayments(db, self.repayments, at=at)
        settle_installments(db, self.debts.settlements())
        insert_allocations(db, self.allocations)
        change_balances(db, self.changes)
        post(db, self.journal, at=at)
        if self.repayments:
            outbox.append(
                db,
                "money.repayment-received",
                customer_ids=[one.customer_id for one in self.repayments],
                subject_ids=[one.repayment_id for one in self.repayments],
                at=at,
            )
