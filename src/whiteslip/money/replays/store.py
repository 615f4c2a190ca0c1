"""Reading what happened to a line and what the book says of it, and living it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.money import Minor
from whiteslip.money.chargeoffs import store as chargeoffs
from whiteslip.money.ledger.model import MovementKind
from whiteslip.money.lines.model import Line
from whiteslip.money.payoffs.model import Scope, Wish
from whiteslip.money.products import store as products
from whiteslip.money.products.model import PaymentKind
from whiteslip.money.replays.comparing import Posted, Standing
from whiteslip.money.replays.facts import (
    Capture,
    ChargingOff,
    Fact,
    Granting,
    Opening,
    Pause,
    Payment,
    Payout,
    Recovery,
    Refund,
    Settling,
    Splitting,
    TakingBack,
    Terms,
    Waiving,
    What,
    WritingOff,
)
from whiteslip.money.replays.life import Life
from whiteslip.money.replays.living import live
from whiteslip.money.replays.model import Row
from whiteslip.money.replays.names import Known

sql = Sql(__package__)


class Past(NamedTuple):
    """A line, what happened to it, what the book says of it, and its life as the rules live it."""

    terms: Terms
    facts: tuple[Fact, ...]
    book: Standing
    life: Life


class Found(NamedTuple):
    """A repayment as it is kept, and whether it was reversed."""

    line_id: int
    amount_minor: Minor
    method: str
    repaid_on: date
    is_reversed: bool


def read_past(db: Connection, line: Line, *, reached: date, agreed: Sequence[Fact] = ()) -> Past:
    """Read a line's past and live it; `agreed` are the facts others keep: other due dates that were agreed.

    Read it with the line locked, or in one snapshot.
    """
    key = {"customer_id": line.customer_id, "line_id": line.line_id}
    terms = Terms(
        line.customer_id,
        line.line_id,
        products.by_id(db, {line.product_id})[line.product_id],
        line.statement_day,
        line.opened_on,
        chargeoffs.terms().recovery_order,
        tuple(Pause(*row) for row in sql.many(db, "read_pauses", **key)),
    )
    happened = tuple(_fact(row) for row in sql.many(db, "read_facts", **key))
    book = Standing(
        tuple(_row(row) for row in sql.many(db, "read_rows", **key)),
        tuple(
            Posted(row.movement_id, row.value_on, MovementKind(row.kind), *row[3:])
            for row in sql.many(db, "read_movements", **key)
        ),
        line.principal_minor,
        line.credit_minor,
    )
    facts = (*happened, *agreed)
    life = live(terms, facts, Known(book.rows), until=reached)
    return Past(terms, facts, book, life)


def find_repayment(db: Connection, customer_id: int, repayment_id: int) -> Found | None:
    """Find a repayment and the line it is on; None where there is none."""
    row = sql.maybe(db, "find_repayment", customer_id=customer_id, repayment_id=repayment_id)
    return None if row is None else Found(*row)


def _fact(row: Any) -> Fact:
    return Fact(row.happened_on, row.acted, row.number, _what(row), row.is_back_dated)


_OF_AMOUNT = {
    "payout": Payout,
    "opening": Opening,
    "taken back": TakingBack,
    "goodwill": Granting,
}


def _what(row: Any) -> What:
    amount = row.amount_minor
    if row.what in _OF_AMOUNT:
        return _OF_AMOUNT[row.what](amount)
    match row.what:
        case "capture":
            return Capture(row.purchase_id, amount, row.months, row.happened_on)
        case "payment" | "imported refund":
            kind = PaymentKind(row.kind or PaymentKind.REPAYMENT)
            return Payment(amount, kind, is_imported_refund=row.what != "payment")
        case "payoff":
            return Settling(amount, Wish(Scope(row.scope), row.purchase_id, row.other_id))
        case "recovery":
            return Recovery(amount, row.other_id)
        case "refund":
            return Refund(row.purchase_id, amount)
        case _:
            return _decided(row)


def _decided(row: Any) -> What:
    match row.what:
        case "split":
            return Splitting(row.months)
        case "waiver":
            return Waiving(row.first_on, row.last_on, row.other_id)
        case "charge-off":
            return ChargingOff()
        case _:
            return WritingOff()


def _row(row: Any) -> Row:
    return Row(
        row.key,
        row.installment_id,
        row.purchase_id,
        row.number,
        row.kind,
        row.statement_on,
        row.due_on,
        row.captured_on,
        *row[7:13],
        carried_ppm=row.carried_ppm,
        revolving=row.revolving,
        status=row.status,
    )
