"""Void: a hold that will not be captured is released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.kernel.ids import OwnedId
from whiteslip.money.ledger.model import Journal, MovementKind
from whiteslip.money.ledger.store import post
from whiteslip.money.lines.model import Change
from whiteslip.money.lines.store import change_balances
from whiteslip.money.purchases import rules
from whiteslip.money.purchases import store as purchases
from whiteslip.money.purchases.model import Purchase, Step


class VoidRequest(NamedTuple):
    """Release all that is still held."""

    customer_id: int
    purchase_id: int
    merchant_id: int | None


class Voided(NamedTuple):
    """What was released, and how it leaves the purchase."""

    customer_id: int
    purchase_id: int
    released_minor: int
    status: str


def void(
    db: Connection, requests: Sequence[VoidRequest], *, at: datetime
) -> list[Voided | WhiteslipError]:
    """Void a batch, in order."""
    on = business_day.today(db).current_on
    locked = purchases.lock_purchases(
        db, (OwnedId(request.customer_id, request.purchase_id) for request in requests)
    )
    steps: list[tuple[Purchase, Step]] = []
    answers = [_void(locked, request, steps) for request in requests]
    journal = Journal()
    for purchase, step in steps:
        journal.add(
            MovementKind.HOLD_RELEASED,
            customer_id=purchase.customer_id,
            line_id=purchase.line_id,
            source_id=purchase.purchase_id,
            amount_minor=step.released_minor,
            on=on,
        )
    purchases.move_purchases(db, [step for _, step in steps])
    change_balances(
        db,
        (
            Change(purchase.customer_id, purchase.line_id, held_minor=-step.released_minor)
            for purchase, step in steps
        ),
    )
    post(db, journal, at=at)
    if steps:
        outbox.append(
            db,
            "money.purchase-voided",
            customer_ids=[purchase.customer_id for purchase, _ in steps],
            subject_ids=[purchase.purchase_id for purchase, _ in steps],
            at=at,
        )
    return answers


def _void(
    locked: purchases.Locked, request: VoidRequest, steps: list[tuple[Purchase, Step]]
) -> Voided | WhiteslipError:
    id_ = OwnedId(request.customer_id, request.purchase_id)
    purchase = rules.find(locked.purchases, id_, merchant_id=request.merchant_id)
    if isinstance(purchase, WhiteslipError):
        return purchase
    released = rules.void(purchase)
    if isinstance(released, WhiteslipError):
        return released
    step = rules.moved(purchase, captured_minor=0, released_minor=released)
    locked.purchases[id_] = purchase.after(step)
    steps.append((purchase, step))
    return Voided(*id_, released, step.status)
