"""Keeping the manual queue, who did what with it, and the account suspense."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.ledger.model import LEGS, MovementKind
from whiteslip.money.lines.model import LineKey
from whiteslip.money.suspense.model import (
    Item,
    Kind,
    NewItem,
    RepaymentKey,
    State,
    Step,
    SuspenseTerms,
    Way,
)
from whiteslip.money.suspense.rules import read_terms

sql = Sql(__package__)

_OUT = {
    Way.ASSIGNED: MovementKind.SUSPENSE_ASSIGNED,
    Way.SENT_BACK: MovementKind.SUSPENSE_SENT_BACK,
}


@cache
def terms() -> SuspenseTerms:
    """Read the shipped parameters, once."""
    file = resources.files(__package__ or "") / "data" / "suspense.toml"
    return read_terms(file.read_text("utf-8"))


def insert_items(
    db: Connection,
    items: Sequence[NewItem],
    numbers: Sequence[int],
    *,
    actor: str,
    on: date,
    at: datetime,
) -> None:
    """Put items on the manual queue, each once a result and kind, and post what they hold."""
    if not items:
        return
    legs = LEGS[MovementKind.SUSPENSE_RECEIVED]
    sql.run(
        db,
        "insert_items",
        item_ids=arrays.bigints(numbers),
        kinds=arrays.texts([one.kind for one in items]),
        banks=arrays.texts([one.bank for one in items]),
        result_ids=arrays.texts([one.result_id for one in items]),
        refs=arrays.texts([one.reference for one in items]),
        amounts_minor=arrays.bigints([one.amount_minor for one in items]),
        currencies=arrays.texts([one.currency for one in items]),
        reasons=arrays.texts([one.reason for one in items]),
        helds_minor=arrays.bigints([one.held_minor for one in items]),
        payer_ids=arrays.bigints([one.line and one.line.customer_id for one in items]),
        line_ids=arrays.bigints([one.line and one.line.line_id for one in items]),
        try_ids=arrays.bigints([one.try_id for one in items]),
        kind=MovementKind.SUSPENSE_RECEIVED,
        debit=legs.debit,
        credit=legs.credit,
        actor=actor,
        on=on,
        at=at,
    )


def take_item(db: Connection, item_id: int) -> Item | None:
    """Lock an item and read it."""
    row = sql.maybe(db, "take_item", item_id=item_id)
    if row is None:
        return None
    values = row._asdict()
    payer_id, line_id = values.pop("payer_id"), values.pop("line_id")
    line = None if payer_id is None else LineKey(payer_id, line_id)
    return Item(**values, line=line)._replace(
        kind=Kind(row.kind), state=State(row.state), way=row.way and Way(row.way)
    )


def change_item(db: Connection, item: Item, step: Step, *, at: datetime) -> None:
    """Write where a locked item stands, and who did what with it."""
    line = item.line or (None, None)
    sql.run(
        db,
        "change_item",
        item_id=item.item_id,
        state=item.state,
        way=item.way,
        payer_id=line[0],
        line_id=line[1],
        repayment_id=item.repayment_id,
        owned_by=item.owned_by,
        asked_by=item.asked_by,
        closed_on=item.closed_on,
        steps=item.steps,
    )
    about = step.line or (None, None)
    sql.run(
        db,
        "insert_event",
        item_id=step.item_id,
        step=step.step,
        deed=step.deed,
        way=step.way,
        payer_id=about[0],
        line_id=about[1],
        actor=step.actor,
        note=step.note,
        at=at,
    )


def post_out(db: Connection, item: Item, way: Way, *, on: date, at: datetime) -> None:
    """Post that what an item held leaves the account suspense."""
    kind = _OUT[way]
    sql.run(
        db,
        "post_entry",
        item_id=item.item_id,
        amount_minor=item.held_minor,
        kind=kind,
        debit=LEGS[kind].debit,
        credit=LEGS[kind].credit,
        on=on,
        at=at,
    )


def note_reversed(
    db: Connection,
    repayments: Iterable[RepaymentKey],
    *,
    actor: str,
    note: str,
    on: date,
    at: datetime,
) -> int:
    """Close the items of payments a bank took back whose repayments were reversed; returns how many were open.

    A repayment no bank took back, and an item a person closed before, are left as they are.
    """
    ordered = sorted(set(repayments))
    return sql.run(
        db,
        "note_reversed",
        customer_ids=arrays.bigints([one.customer_id for one in ordered]),
        repayment_ids=arrays.bigints([one.repayment_id for one in ordered]),
        actor=actor,
        note=note,
        on=on,
        at=at,
    )


def odd_items(db: Connection) -> list[Any]:
    """Find items whose money is not what the account suspense says of them, at most a hundred."""
    return sql.many(db, "find_odd_items")
