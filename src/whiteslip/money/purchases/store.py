"""Keeping purchases, their captures and their refunds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import invariant
from whiteslip.kernel.ids import OwnedId
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.lines.store import take_turns
from whiteslip.money.purchases import rules
from whiteslip.money.purchases.model import Purchase, Refund, Step

sql = Sql(__package__)


class NewPurchases:
    """Purchases about to be kept, as columns."""

    def __init__(self) -> None:
        """Start with none."""
        self.customer_ids: list[int] = []
        self.purchase_ids: list[int] = []
        self.line_ids: list[int] = []
        self.merchant_ids: list[int] = []
        self.amounts_minor: list[int] = []
        self.captured_minor: list[int] = []
        self.expires_ons: list[date] = []
        self.plan_months: list[int] = []
        self.statuses: list[str] = []
        self.order_refs: list[str] = []
        self.reasons: list[str | None] = []

    def add(
        self,
        *,
        customer_id: int,
        purchase_id: int,
        line_id: int,
        merchant_id: int,
        amount_minor: int,
        captured_minor: int,
        expires_on: date,
        plan_months: int,
        status: str,
        order_ref: str,
        reasons: str | None,
    ) -> None:
        """Add one; `reasons` is JSON, for a declined one."""
        self.customer_ids.append(customer_id)
        self.purchase_ids.append(purchase_id)
        self.line_ids.append(line_id)
        self.merchant_ids.append(merchant_id)
        self.amounts_minor.append(amount_minor)
        self.captured_minor.append(captured_minor)
        self.expires_ons.append(expires_on)
        self.plan_months.append(plan_months)
        self.statuses.append(status)
        self.order_refs.append(order_ref)
        self.reasons.append(reasons)


def insert_purchases(
    db: Connection, new: NewPurchases, *, on: date, at: datetime, imported: bool = False
) -> None:
    """Keep purchases, approved or declined; an imported one came captured from another system."""
    if not new.customer_ids:
        return
    sql.run(
        db,
        "insert_purchases",
        customer_ids=arrays.bigints(new.customer_ids),
        purchase_ids=arrays.bigints(new.purchase_ids),
        line_ids=arrays.bigints(new.line_ids),
        merchant_ids=arrays.bigints(new.merchant_ids),
        amounts_minor=arrays.bigints(new.amounts_minor),
        captured_minor=arrays.bigints(new.captured_minor),
        expires_ons=arrays.dates(new.expires_ons),
        plan_months=arrays.smallints(new.plan_months),
        statuses=arrays.texts(new.statuses),
        order_refs=arrays.texts(new.order_refs),
        reasons=arrays.jsons(new.reasons),
        imported=imported,
        authorized_on=on,
        authorized_at=at,
    )


def read_purchases(db: Connection, ids: Iterable[OwnedId]) -> dict[OwnedId, Purchase]:
    """Read the purchases that exist among these ids."""
    wanted = sorted(set(ids))
    rows = sql.many(
        db,
        "read_purchases",
        customer_ids=arrays.bigints([id_.customer_id for id_ in wanted]),
        purchase_ids=arrays.bigints([id_.number for id_ in wanted]),
    )
    return {OwnedId(row.customer_id, row.purchase_id): Purchase(*row) for row in rows}


class Locked(NamedTuple):
    """Purchases and their lines, which nobody else changes before this transaction ends."""

    purchases: dict[OwnedId, Purchase]
    lines: dict[LineKey, Line]

    def line_of(self, purchase: Purchase) -> Line:
        """Return the line a purchase was made on."""
        return self.lines[LineKey(purchase.customer_id, purchase.line_id)]


def lock_purchases(db: Connection, ids: Iterable[OwnedId]) -> Locked:
    """Take the turn of the lines of purchases, then read the purchases as they stand."""
    wanted = set(ids)
    owners = read_purchases(db, wanted).values()
    turns = take_turns(db, (LineKey(one.customer_id, one.line_id) for one in owners))
    return Locked(read_purchases(db, wanted), turns)


def move_purchases(db: Connection, steps: Sequence[Step]) -> None:
    """Move purchases on; the table refuses what would exceed the hold or the capture."""
    steps = rules.merge(steps)
    if not steps:
        return
    customer_ids, purchase_ids, captured, released, refunded, statuses = zip(*steps, strict=True)
    touched = sql.run(
        db,
        "move_purchases",
        customer_ids=arrays.bigints(customer_ids),
        purchase_ids=arrays.bigints(purchase_ids),
        captured_minor=arrays.bigints(captured),
        released_minor=arrays.bigints(released),
        refunded_minor=arrays.bigints(refunded),
        statuses=arrays.texts(statuses),
    )
    invariant(touched == len(steps), "every moved purchase exists")


def insert_captures(
    db: Connection,
    captures: Sequence[tuple[int, int, int, int]],
    *,
    on: date,
    at: datetime,
) -> None:
    """Keep captures: (customer, capture, purchase, amount)."""
    if not captures:
        return
    customer_ids, capture_ids, purchase_ids, amounts = zip(*captures, strict=True)
    sql.run(
        db,
        "insert_captures",
        customer_ids=arrays.bigints(customer_ids),
        capture_ids=arrays.bigints(capture_ids),
        purchase_ids=arrays.bigints(purchase_ids),
        amounts_minor=arrays.bigints(amounts),
        captured_on=on,
        captured_at=at,
    )


def insert_refunds(db: Connection, refunds: Sequence[Refund], *, at: datetime) -> None:
    """Keep refunds and where they went."""
    if not refunds:
        return
    columns = list(zip(*refunds, strict=True))
    sql.run(
        db,
        "insert_refunds",
        customer_ids=arrays.bigints(columns[0]),
        refund_ids=arrays.bigints(columns[1]),
        purchase_ids=arrays.bigints(columns[2]),
        line_ids=arrays.bigints(columns[3]),
        amounts_minor=arrays.bigints(columns[4]),
        offsets_minor=arrays.bigints(columns[5]),
        credits_minor=arrays.bigints(columns[6]),
        unbilled_plans_minor=arrays.bigints(columns[7]),
        refunded_ons=arrays.dates(columns[8]),
        refunded_at=at,
    )


def release_expired_holds(
    db: Connection, *, first: int, last: int, business_date: date, at: datetime
) -> int:
    """Release what is left of holds whose last day was the one being closed.

    Their lines are locked first, as every journey does.
    """
    rows = sql.many(db, "find_expiring_lines", first=first, last=last, business_date=business_date)
    if not rows:
        return 0
    take_turns(db, (LineKey(*row) for row in rows))
    return sql.run(
        db,
        "release_expired_holds",
        first=first,
        last=last,
        business_date=business_date,
        posted_at=at,
    )
