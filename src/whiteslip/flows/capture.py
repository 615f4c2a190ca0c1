"""Capture: what was held becomes owed, in one installment or in a plan, and the merchant is to be paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.kernel.ids import OwnedId
from whiteslip.money.ledger.model import Journal, MovementKind
from whiteslip.money.ledger.store import post, take_numbers
from whiteslip.money.lines.model import Change
from whiteslip.money.lines.store import change_balances
from whiteslip.money.merchants.model import Merchant
from whiteslip.money.merchants.store import read_merchants
from whiteslip.money.products import store as products
from whiteslip.money.products.model import Product
from whiteslip.money.purchases import rules
from whiteslip.money.purchases import store as purchases
from whiteslip.money.purchases.model import Purchase, Step
from whiteslip.money.schedules.model import InstallmentTerms
from whiteslip.money.schedules.rules import installments
from whiteslip.money.schedules.store import NewInstallments, insert_installments


class CaptureRequest(NamedTuple):
    """Capture an amount (None: all that is held); `final` releases the rest of the hold."""

    customer_id: int
    purchase_id: int
    merchant_id: int | None
    amount_minor: int | None
    final: bool


class Captured(NamedTuple):
    """What was captured now and in all, and what is owed for it when."""

    customer_id: int
    purchase_id: int
    capture_id: int
    amount_minor: int
    captured_minor: int
    status: str
    installments: tuple[InstallmentTerms, ...]


def capture(
    db: Connection, requests: Sequence[CaptureRequest], *, at: datetime
) -> list[Captured | WhiteslipError]:
    """Capture a batch, in order; a hold made before a restriction is honored."""
    on = business_day.today(db).current_on
    locked = purchases.lock_purchases(
        db, (OwnedId(request.customer_id, request.purchase_id) for request in requests)
    )
    batch = _Batch(
        on,
        locked,
        products.by_id(db, {line.product_id for line in locked.lines.values()}),
        read_merchants(db, {one.merchant_id for one in locked.purchases.values()}),
    )
    numbers = take_numbers(db, len(requests))
    answers = [
        batch.take(request, number) for request, number in zip(requests, numbers, strict=True)
    ]
    batch.write(db, at=at)
    return answers


@dataclass(slots=True)
class _Batch:
    """A batch of captures: what it reads, and everything it writes as columns."""

    on: date
    locked: purchases.Locked
    products: dict[int, Product]
    merchants: dict[int, Merchant]
    steps: list[Step] = field(default_factory=list[Step])
    changes: list[Change] = field(default_factory=list[Change])
    captures: list[tuple[int, int, int, int]] = field(
        default_factory=list[tuple[int, int, int, int]]
    )
    new: NewInstallments = field(default_factory=NewInstallments)
    journal: Journal = field(default_factory=Journal)

    def take(self, request: CaptureRequest, number: int) -> Captured | WhiteslipError:
        """Capture one purchase; the next request sees it as this one leaves it."""
        id_ = OwnedId(request.customer_id, request.purchase_id)
        purchase = rules.find(self.locked.purchases, id_, merchant_id=request.merchant_id)
        if isinstance(purchase, WhiteslipError):
            return purchase
        order = rules.CaptureOrder(request.amount_minor, request.final)
        amounts = rules.capture(purchase, order)
        if isinstance(amounts, WhiteslipError):
            return amounts
        captured, released = amounts
        step = rules.moved(purchase, captured_minor=captured, released_minor=released)
        after = self.locked.purchases[id_] = purchase.after(step)
        self.steps.append(step)
        self.captures.append((purchase.customer_id, number, purchase.purchase_id, captured))
        self._move_balances(purchase, captured, released)
        rows = self._owe(purchase, captured)
        return Captured(*id_, number, captured, after.captured_minor, after.status, rows)

    def _move_balances(self, purchase: Purchase, captured: int, released: int) -> None:
        self.changes.append(
            Change(
                purchase.customer_id,
                purchase.line_id,
                principal_minor=captured,
                held_minor=-captured - released,
            )
        )
        product = self.products[self.locked.line_of(purchase).product_id]
        fee = self.merchants[purchase.merchant_id].fee_between(
            purchase.captured_minor,
            purchase.captured_minor + captured,
            plan_ppm=product.merchant_fee_ppm(purchase.plan_months),
        )
        for kind, amount in (
            (MovementKind.HOLD_RELEASED, captured + released),
            (MovementKind.CAPTURED, captured),
            (MovementKind.MERCHANT_FEE, fee),
        ):
            self.journal.add(
                kind,
                customer_id=purchase.customer_id,
                line_id=purchase.line_id,
                source_id=purchase.purchase_id,
                amount_minor=amount,
                on=self.on,
            )

    def _owe(self, purchase: Purchase, captured: int) -> tuple[InstallmentTerms, ...]:
        line = self.locked.line_of(purchase)
        rows = installments(
            captured,
            self.products[line.product_id],
            purchase.plan_months,
            statement_day=line.statement_day,
            on=self.on,
        )
        self.new.add(
            rows,
            customer_id=purchase.customer_id,
            line_id=purchase.line_id,
            purchase_id=purchase.purchase_id,
            kind="plan" if purchase.plan_months else "pay_later",
            captured_on=self.on,
        )
        return rows

    def write(self, db: Connection, *, at: datetime) -> None:
        """Write everything at once."""
        purchases.move_purchases(db, self.steps)
        purchases.insert_captures(db, self.captures, on=self.on, at=at)
        insert_installments(db, self.new)
        change_balances(db, self.changes)
        post(db, self.journal, at=at)
        if self.captures:
            outbox.append(
                db,
                "money.purchase-captured",
                customer_ids=[capture[0] for capture in self.captures],
                subject_ids=[capture[2] for capture in self.captures],
                at=at,
            )
