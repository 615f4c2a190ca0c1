"""Refund: first against what the purchase still owes, then a claim; the rest is owed to who paid, latest first."""

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
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.kernel.ids import OwnedId
from whiteslip.money.chargeoffs.model import Money
from whiteslip.money.chargeoffs.store import Claims
from whiteslip.money.ledger.model import Journal, MovementKind
from whiteslip.money.ledger.store import post, take_numbers
from whiteslip.money.lines.model import CHARGED_OFF, Change, LineKey
from whiteslip.money.lines.store import change_balances
from whiteslip.money.merchants.model import Merchant
from whiteslip.money.merchants.store import read_merchants
from whiteslip.money.products import store as products
from whiteslip.money.products.model import Product
from whiteslip.money.purchases import rules
from whiteslip.money.purchases import store as purchases
from whiteslip.money.purchases.model import Purchase, Refund, Step
from whiteslip.money.repayments.debts import Debts
from whiteslip.money.repayments.model import Allocation
from whiteslip.money.repayments.rules import offset
from whiteslip.money.repayments.store import insert_allocations
from whiteslip.money.returns.model import Return, Source
from whiteslip.money.returns.rules import give_back
from whiteslip.money.returns.store import insert_returns, read_sources
from whiteslip.money.schedules.model import Settlement
from whiteslip.money.schedules.store import read_owed, settle_installments


class RefundRequest(NamedTuple):
    """Give back some of what was captured."""

    customer_id: int
    purchase_id: int
    merchant_id: int | None
    amount_minor: int


class Refunded(NamedTuple):
    """Where a refund went: against what was owed, and to the credit balance, with the sources it is owed to.

    Of the credit, `recovered_minor` is set off at once against the claim of a line that is charged off.
    """

    customer_id: int
    purchase_id: int
    refund_id: int
    amount_minor: int
    offset_minor: int
    credit_minor: int
    returns: tuple[Return, ...] = ()
    recovered_minor: int = 0


def refund(
    db: Connection, requests: Sequence[RefundRequest], *, at: datetime
) -> list[Refunded | WhiteslipError]:
    """Refund a batch, in order; never refused because of a restriction."""
    day = business_day.today(db)
    reached = business_day.days_reached(db, day, (one.customer_id for one in requests))
    locked = purchases.lock_purchases(
        db, (OwnedId(request.customer_id, request.purchase_id) for request in requests)
    )
    owed = read_owed(db, locked.lines, reached)
    given_up = [line.key for line in locked.lines.values() if line.status == CHARGED_OFF]
    batch = _Batch(
        locked,
        reached,
        read_merchants(db, {one.merchant_id for one in locked.purchases.values()}),
        products.by_id(db, {line.product_id for line in locked.lines.values()}),
        Debts(owed),
        {(one.purchase_id, one.repayment_id): one for one in read_sources(db, locked.purchases)},
        Claims(db, given_up, reached),
    )
    numbers = take_numbers(db, len(requests))
    answers = [
        batch.take(request, number) for request, number in zip(requests, numbers, strict=True)
    ]
    batch.write(db, at=at)
    troubled = in_trouble(locked.lines.values(), owed, reached)
    cure(db, troubled | {key.customer_id for key in given_up}, reached, at=at)
    return answers


@dataclass(slots=True)
class _Batch:
    """A batch of refunds: what it reads, and everything it writes as columns."""

    locked: purchases.Locked
    reached: dict[int, date]
    merchants: dict[int, Merchant]
    products: dict[int, Product]
    debts: Debts
    sources: dict[tuple[int, int], Source]
    claims: Claims
    steps: list[Step] = field(default_factory=list[Step])
    refunds: list[Refund] = field(default_factory=list[Refund])
    changes: list[Change] = field(default_factory=list[Change])
    allocations: list[tuple[int, date, Settlement]] = field(
        default_factory=list[tuple[int, date, Settlement]]
    )
    returns: list[tuple[int, int, int, Return]] = field(
        default_factory=list[tuple[int, int, int, Return]]
    )
    recovered: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    journal: Journal = field(default_factory=Journal)

    def take(self, request: RefundRequest, number: int) -> Refunded | WhiteslipError:
        """Refund one purchase; the next request sees what this one left."""
        id_ = OwnedId(request.customer_id, request.purchase_id)
        purchase = rules.find(self.locked.purchases, id_, merchant_id=request.merchant_id)
        if isinstance(purchase, WhiteslipError):
            return purchase
        if error := rules.refundable(purchase, request.amount_minor):
            return error
        key = self.locked.line_of(purchase).key
        on = self.reached[purchase.customer_id]
        offer = self.products[self.locked.lines[key].product_id].plan(purchase.plan_months)
        gone = offset(
            request.amount_minor,
            self.debts.of_purchase(key, purchase.purchase_id),
            reached=on,
            bears_interest=offer is not None and offer.bears_interest,
            standing_minor=purchase.captured_minor - purchase.refunded_minor,
        )
        self.debts.settle(gone)
        step = Step(*id_, 0, 0, request.amount_minor, purchase.status)
        self.locked.purchases[id_] = purchase.after(step)
        self.steps.append(step)
        self._keep(purchase, number, request.amount_minor, gone)
        allocated, credit = gone.allocated_minor, gone.credit_minor
        recovered = self._set_off(key, number, credit)
        back = self._give_back(purchase, number, credit - recovered)
        return Refunded(*id_, number, request.amount_minor, allocated, credit, back, recovered)

    def _set_off(self, key: LineKey, number: int, credit_minor: int) -> int:
        """Set what is left over off against the claim of a line that is charged off; return how much."""
        amount = min(credit_minor, self.claims.left_minor(key))
        if not amount:
            return 0
        self.recovered.append((key.customer_id, number))
        money = Money(*key, number, amount, "", is_credit=True)
        return self.claims.take(money).recovered_minor

    def _give_back(self, purchase: Purchase, number: int, credit_minor: int) -> tuple[Return, ...]:
        """Owe what is left over to the sources that paid; the next refund sees what this one owes them."""
        own = [one for one in self.sources.values() if one.purchase_id == purchase.purchase_id]
        back = give_back(credit_minor, own)
        for one in back:
            key = (purchase.purchase_id, one.repayment_id)
            left = self.sources[key].left_minor - one.amount_minor
            self.sources[key] = self.sources[key]._replace(left_minor=left)
            self.returns.append((purchase.customer_id, number, purchase.line_id, one))
        return back

    def _keep(self, purchase: Purchase, number: int, amount: int, gone: Allocation) -> None:
        on = self.reached[purchase.customer_id]
        self.refunds.append(
            Refund(
                purchase.customer_id,
                number,
                purchase.purchase_id,
                purchase.line_id,
                amount,
                gone.allocated_minor,
                gone.credit_minor,
                gone.unbilled_plan_minor,
                on,
            )
        )
        self.changes.append(
            Change(
                purchase.customer_id,
                purchase.line_id,
                principal_minor=-gone.principal_minor,
                credit_minor=gone.credit_minor,
                credited_minor=amount - gone.unbilled_plan_minor,
            )
        )
        self.allocations.extend((number, on, settlement) for settlement in gone.settlements)
        product = self.products[self.locked.line_of(purchase).product_id]
        fee = self.merchants[purchase.merchant_id].fee_between(
            purchase.refunded_minor,
            purchase.refunded_minor + amount,
            plan_ppm=product.merchant_fee_ppm(purchase.plan_months),
        )
        for kind, part in (
            (MovementKind.REFUNDED, gone.principal_minor),
            (MovementKind.REFUND_CREDITED, gone.credit_minor),
            (MovementKind.MERCHANT_FEE_RETURNED, fee),
        ):
            self.journal.add(
                kind,
                customer_id=purchase.customer_id,
                line_id=purchase.line_id,
                source_id=number,
                amount_minor=part,
                on=on,
            )

    def write(self, db: Connection, *, at: datetime) -> None:
        """Write everything at once."""
        purchases.move_purchases(db, self.steps)
        purchases.insert_refunds(db, self.refunds, at=at)
        settle_installments(db, self.debts.settlements())
        insert_allocations(db, self.allocations)
        insert_returns(db, self.returns)
        change_balances(db, self.changes)
        post(db, self.journal, at=at)
        self.claims.write(at=at)
        moneys = [money for money, _ in self.claims.done]
        done = {money.number: gone for money, gone in self.claims.done}
        tell(db, ends.of_recoveries(moneys, done, self.reached), at=at)
        refunded = [(one.customer_id, one.refund_id) for one in self.refunds]
        for topic, ids in (
            ("money.purchase-refunded", refunded),
            ("money.claim-recovered", self.recovered),
        ):
            if ids:
                customers, subjects = zip(*ids, strict=True)
                outbox.append(db, topic, customer_ids=customers, subject_ids=subjects, at=at)
