"""Keeping purchases, their captures and their refunds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import invariant
from whiteslip.kernel.ids import OwnedId
from whiteslip.kernel.reason import Reason, ReasonCode
from whiteslip.kernel.verdict import Outcome
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.lines.store import take_turns, use
from whiteslip.money.purchases import referrals, rules
from whiteslip.money.purchases.model import (
    Imported,
    Purchase,
    PurchaseRequest,
    Refund,
    Standing,
    Step,
)
from whiteslip.money.purchases.referrals import Ruled, Terms, Waiting

sql = Sql(__package__)


@cache
def referral_terms() -> Terms:
    """Read how long a purchase waits for a person, once."""
    file = resources.files(__package__ or "") / "data" / "referrals.toml"
    return referrals.read(file.read_text("utf-8"))


def read_standings(db: Connection, requests: Sequence[PurchaseRequest]) -> list[Standing]:
    """Read what a batch of requests is judged by, in their order, and draw a number for each."""
    return sql.records(
        db,
        "read_standings",
        Standing,
        customer_ids=arrays.bigints([request.customer_id for request in requests]),
        line_ids=arrays.bigints([request.line_id for request in requests]),
        merchant_ids=arrays.bigints([request.merchant_id for request in requests]),
        restricted_share_ppm=use().restricted_share_ppm,
    )


def authorize_purchases(
    db: Connection,
    requests: Sequence[PurchaseRequest],
    purchase_ids: Sequence[int],
    hold_days: Sequence[int],
    *,
    on: date,
    at: datetime,
) -> None:
    """Keep authorized purchases."""
    sql.run(
        db,
        "authorize_purchases",
        **_requested(requests, purchase_ids),
        hold_days=arrays.smallints(hold_days),
        authorized_on=on,
        authorized_at=at,
    )


def refuse_purchases(
    db: Connection,
    requests: Sequence[PurchaseRequest],
    purchase_ids: Sequence[int],
    statuses: Sequence[str],
    reasons: Sequence[str],
    *,
    on: date,
    at: datetime,
) -> None:
    """Keep declined and referred purchases with their reasons, as JSON."""
    sql.run(
        db,
        "refuse_purchases",
        **_requested(requests, purchase_ids),
        statuses=arrays.texts(statuses),
        reasons=arrays.jsons(reasons),
        refused_on=on,
        refused_at=at,
    )


def _requested(
    requests: Sequence[PurchaseRequest], purchase_ids: Sequence[int]
) -> dict[str, arrays.Column]:
    customers, lines, merchants, amounts, months, order_refs, devices, addresses, *_ = zip(
        *requests, strict=True
    )
    return {
        "customer_ids": arrays.bigints(customers),
        "purchase_ids": arrays.bigints(purchase_ids),
        "line_ids": arrays.bigints(lines),
        "merchant_ids": arrays.bigints(merchants),
        "amounts_minor": arrays.bigints(amounts),
        "plan_months": arrays.smallints(months),
        "order_refs": arrays.texts(order_refs),
        "devices": arrays.bigints(devices),
        "addresses": arrays.bigints(addresses),
    }


def import_purchases(
    db: Connection,
    imported: Sequence[Imported],
    *,
    merchant_id: int,
    order_ref: str,
    on: date,
    at: datetime,
) -> None:
    """Keep purchases that came captured from another system."""
    if not imported:
        return
    customer_ids, purchase_ids, line_ids, amounts = zip(*imported, strict=True)
    sql.run(
        db,
        "import_purchases",
        customer_ids=arrays.bigints(customer_ids),
        purchase_ids=arrays.bigints(purchase_ids),
        line_ids=arrays.bigints(line_ids),
        amounts_minor=arrays.bigints(amounts),
        merchant_id=merchant_id,
        order_ref=order_ref,
        imported_on=on,
        imported_at=at,
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


def read_waiting(db: Connection, ids: Iterable[OwnedId]) -> dict[OwnedId, Waiting]:
    """Read purchases as who rules on them sees them; one that is not referred (any more) is read as well."""
    wanted = sorted(set(ids))
    rows = sql.many(
        db,
        "read_waiting",
        customer_ids=arrays.bigints([id_.customer_id for id_ in wanted]),
        purchase_ids=arrays.bigints([id_.number for id_ in wanted]),
        step_up=int(Outcome.STEP_UP),
    )
    return {
        OwnedId(row.customer_id, row.purchase_id): Waiting(*row)._replace(
            reasons=_reasons(row.reasons)
        )
        for row in rows
    }


def find_lapsing(db: Connection, *, on: date, most: int) -> list[OwnedId]:
    """Find purchases that waited for a person as long as they may, on a business date."""
    first_on, last_on = referral_terms().lapsing(on)
    step_up = int(Outcome.STEP_UP)
    rows = sql.many(
        db, "find_lapsing", first_on=first_on, last_on=last_on, step_up=step_up, most=most
    )
    return [OwnedId(*row) for row in rows]


def rule_purchases(
    db: Connection, ruled: Sequence[Ruled], reasons: Sequence[str], *, on: date, at: datetime
) -> None:
    """Write what was ruled on purchases whose lines are locked; `reasons` they were referred for, as JSON."""
    if not ruled:
        return
    touched = sql.run(
        db,
        "rule_purchases",
        customer_ids=arrays.bigints([one.waiting.customer_id for one in ruled]),
        purchase_ids=arrays.bigints([one.waiting.purchase_id for one in ruled]),
        case_ids=arrays.bigints([one.case_id for one in ruled]),
        words=arrays.texts([one.word for one in ruled]),
        statuses=arrays.texts([one.status for one in ruled]),
        expires_ons=arrays.dates([one.expires_on for one in ruled]),
        actors=arrays.texts([one.actor for one in ruled]),
        notes=arrays.texts([one.note for one in ruled]),
        reasons=arrays.jsons(reasons),
        ruled_on=on,
        ruled_at=at,
    )
    invariant(touched == len(ruled), "what is ruled on is referred")


def _reasons(stored: list[dict[str, Any]] | None) -> tuple[Reason, ...]:
    return tuple(Reason(ReasonCode(one["code"]), one["facts"]) for one in stored or ())
