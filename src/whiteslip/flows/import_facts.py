"""Import facts: what another system let happen on a line is taken over as it was, also above the limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple

from whiteslip.decisioning.features.model import FACTS_LEARNED
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.arrears.store import age_lines
from whiteslip.money.ledger.model import Journal, MovementKind
from whiteslip.money.ledger.store import post, take_numbers
from whiteslip.money.lines.model import Change, Line, LineKey
from whiteslip.money.lines.store import change_balances, take_turns
from whiteslip.money.merchants.model import OTHER
from whiteslip.money.merchants.store import open_merchants
from whiteslip.money.products import store as products
from whiteslip.money.products.model import PaymentKind, Product
from whiteslip.money.purchases.model import Imported, Refund
from whiteslip.money.purchases.store import import_purchases, insert_refunds
from whiteslip.money.repayments.debts import Debts
from whiteslip.money.repayments.model import Allocation, Repayment
from whiteslip.money.repayments.rules import allocate
from whiteslip.money.repayments.store import insert_allocations, insert_repayments
from whiteslip.money.schedules.model import Settlement
from whiteslip.money.schedules.rules import pay_later
from whiteslip.money.schedules.store import (
    NewInstallments,
    insert_installments,
    read_owed,
    settle_installments,
)

ORDER_REF = "imported purchase"


class Fact(NamedTuple):
    """Something that happened on a line elsewhere."""

    customer_id: int
    line_id: int
    kind: Literal["purchase", "refund", "repayment"]
    amount_minor: int


class ImportReport(NamedTuple):
    """What was taken over; lines that a purchase left above their limit are named."""

    purchases: int
    refunds: int
    repayments: int
    over_limit: tuple[LineKey, ...]


def import_facts(db: Connection, facts: Sequence[Fact], *, at: datetime) -> ImportReport:
    """Take facts over, all or none, in order; their lines are judged again once the event is delivered.

    A refund without its purchase is allocated like a repayment; an excess is the customer's credit balance.
    """
    day = business_day.today(db)
    reached = business_day.days_reached(db, day, (fact.customer_id for fact in facts))
    turns = take_turns(db, (LineKey(fact.customer_id, fact.line_id) for fact in facts))
    owed = read_owed(db, turns, reached)
    batch = _Batch(
        day.current_on,
        turns,
        reached,
        products.by_id(db, {line.product_id for line in turns.values()}),
        Debts(owed),
        open_merchants(db, ["Imported facts"], [0], [OTHER], at=at)[0],
    )
    for fact, number in zip(facts, take_numbers(db, len(facts)), strict=True):
        batch.take(fact, number)
    batch.write(db, at=at)
    _announce(db, facts, at=at)
    late = {row.customer_id for row in owed if row.due_on < reached[row.customer_id]}
    age_lines(db, late, on=day.current_on)
    return batch.report()


def _announce(db: Connection, facts: Sequence[Fact], *, at: datetime) -> None:
    owners = sorted({fact.customer_id for fact in facts})
    if owners:
        outbox.append(db, FACTS_LEARNED, customer_ids=owners, subject_ids=owners, at=at)


@dataclass(slots=True)
class _Batch:
    """A batch of facts: what it reads, and everything it writes as columns."""

    on: date
    lines: dict[LineKey, Line]
    reached: dict[int, date]
    products: dict[int, Product]
    debts: Debts
    merchant_id: int
    purchases: list[Imported] = field(default_factory=list[Imported])
    installments: NewInstallments = field(default_factory=NewInstallments)
    refunds: list[Refund] = field(default_factory=list[Refund])
    repayments: list[Repayment] = field(default_factory=list[Repayment])
    changes: list[Change] = field(default_factory=list[Change])
    allocations: list[tuple[int, date, Settlement]] = field(
        default_factory=list[tuple[int, date, Settlement]]
    )
    journal: Journal = field(default_factory=Journal)
    over_limit: set[LineKey] = field(default_factory=set[LineKey])

    def take(self, fact: Fact, number: int) -> None:
        """Take one fact over."""
        key = LineKey(fact.customer_id, fact.line_id)
        if key not in self.lines or fact.amount_minor <= 0:
            raise InvalidInput(f"{fact} is no fact: it needs a line there is and an amount above 0")
        if fact.kind == "purchase":
            self._purchase(key, fact.amount_minor, number)
            return
        line, on = self.lines[key], self.reached[key.customer_id]
        gone = allocate(
            fact.amount_minor,
            self.debts.of_line(key),
            self.products[line.product_id].allocation.for_kind(PaymentKind.REPAYMENT),
            reached=on,
        )
        self.debts.settle(gone)
        self.lines[key] = line._replace(principal_minor=line.principal_minor - gone.principal_minor)
        self.changes.append(
            Change(
                *key,
                principal_minor=-gone.principal_minor,
                credit_minor=gone.credit_minor,
                credited_minor=fact.amount_minor,
            )
        )
        self.allocations.extend((number, on, settlement) for settlement in gone.settlements)
        if fact.kind == "refund":
            self._refund(key, fact.amount_minor, number, gone)
        else:
            self._repayment(key, fact.amount_minor, number, gone)

    def _purchase(self, key: LineKey, amount: int, number: int) -> None:
        line = self.lines[key]
        self.lines[key] = line._replace(principal_minor=line.principal_minor + amount)
        if self.lines[key].available_minor < 0:
            self.over_limit.add(key)
        self.purchases.append(Imported(key.customer_id, number, key.line_id, amount))
        rows = pay_later(
            amount,
            self.products[line.product_id],
            statement_day=line.statement_day,
            on=self.on,
        )
        self.installments.add(
            rows,
            customer_id=key.customer_id,
            line_id=key.line_id,
            purchase_id=number,
            kind="pay_later",
            captured_on=self.on,
        )
        self.changes.append(Change(*key, principal_minor=amount))
        self._post(key, number, (MovementKind.PURCHASE_IMPORTED, amount))

    def _refund(self, key: LineKey, amount: int, number: int, gone: Allocation) -> None:
        on = self.reached[key.customer_id]
        offset, credit = gone.allocated_minor, gone.credit_minor
        self.refunds.append(
            Refund(key.customer_id, number, None, key.line_id, amount, offset, credit, 0, on)
        )
        self._post(
            key,
            number,
            (MovementKind.REFUND_IMPORTED, gone.principal_minor),
            (MovementKind.REFUND_FEE_IMPORTED, gone.fee_minor),
            (MovementKind.REFUND_LATE_FEE_IMPORTED, gone.late_fee_minor),
            (MovementKind.REFUND_CREDIT_IMPORTED, credit),
        )

    def _repayment(self, key: LineKey, amount: int, number: int, gone: Allocation) -> None:
        on = self.reached[key.customer_id]
        allocated, credit = gone.allocated_minor, gone.credit_minor
        self.repayments.append(
            Repayment(
                key.customer_id, number, key.line_id, amount, allocated, credit, "imported", on
            )
        )
        self._post(
            key,
            number,
            (MovementKind.PRINCIPAL_REPAID, gone.principal_minor),
            (MovementKind.FEE_REPAID, gone.fee_minor),
            (MovementKind.LATE_FEE_REPAID, gone.late_fee_minor),
            (MovementKind.CREDIT_RECEIVED, credit),
        )

    def _post(self, key: LineKey, number: int, *parts: tuple[MovementKind, int]) -> None:
        for kind, amount in parts:
            self.journal.add(
                kind,
                customer_id=key.customer_id,
                line_id=key.line_id,
                source_id=number,
                amount_minor=amount,
                on=self.reached[key.customer_id],
            )

    def write(self, db: Connection, *, at: datetime) -> None:
        """Write everything at once."""
        import_purchases(
            db,
            self.purchases,
            merchant_id=self.merchant_id,
            order_ref=ORDER_REF,
            on=self.on,
            at=at,
        )
        insert_installments(db, self.installments)
        insert_refunds(db, self.refunds, at=at)
        insert_repayments(db, self.repayments, at=at)
        settle_installments(db, self.debts.settlements())
        insert_allocations(db, self.allocations)
        change_balances(db, self.changes)
        post(db, self.journal, at=at)

    def report(self) -> ImportReport:
        """Count what was taken over."""
        return ImportReport(
            len(self.purchases),
            len(self.refunds),
            len(self.repayments),
            tuple(sorted(self.over_limit)),
        )
