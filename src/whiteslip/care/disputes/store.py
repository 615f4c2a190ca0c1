"""Opening disputes, ending them, and what they mean for others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources

from whiteslip.care.disputes import rules
from whiteslip.care.disputes.model import (
    Dispute,
    DisputeKey,
    Ending,
    Ground,
    Parameters,
    Status,
)
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import invariant
from whiteslip.money.lines.model import LineKey

sql = Sql(__package__)


@cache
def parameters() -> Parameters:
    """Read the shipped parameters, once."""
    file = resources.files(__package__ or "") / "data" / "disputes.toml"
    return rules.read(file.read_text("utf-8"))


def insert_disputes(
    db: Connection, opened: Sequence[tuple[Dispute, str]], *, on: date, at: datetime
) -> None:
    """Write new disputes, each with the customer's words."""
    if not opened:
        return
    disputes, words = zip(*opened, strict=True)
    sql.run(
        db,
        "insert_disputes",
        customer_ids=arrays.bigints([one.customer_id for one in disputes]),
        dispute_ids=arrays.bigints([one.dispute_id for one in disputes]),
        line_ids=arrays.bigints([one.line_id for one in disputes]),
        purchase_ids=arrays.bigints([one.purchase_id for one in disputes]),
        due_ons=arrays.dates([one.due_on for one in disputes]),
        grounds=arrays.texts([one.ground for one in disputes]),
        amounts_minor=arrays.bigints([one.amount_minor for one in disputes]),
        opened_by=arrays.texts([one.opened_by for one in disputes]),
        answer_bys=arrays.dates([one.answer_by for one in disputes]),
        words=arrays.texts(words),
        on=on,
        at=at,
    )


def end_disputes(db: Connection, endings: Sequence[Ending], *, on: date, at: datetime) -> None:
    """End disputes taken before in this transaction."""
    if not endings:
        return
    touched = sql.run(
        db,
        "end_disputes",
        customer_ids=arrays.bigints([one.dispute.customer_id for one in endings]),
        dispute_ids=arrays.bigints([one.dispute.dispute_id for one in endings]),
        afters=arrays.texts([one.after for one in endings]),
        actors=arrays.texts([one.actor for one in endings]),
        words=arrays.texts([one.words for one in endings]),
        on=on,
        at=at,
    )
    invariant(touched == len(endings), "what was taken is ended")


def take_disputes(db: Connection, keys: Iterable[DisputeKey]) -> dict[DisputeKey, Dispute]:
    """Lock disputes until the transaction ends, in key order, and read them as they are."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "take_disputes",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        dispute_ids=arrays.bigints([key.dispute_id for key in ordered]),
    )
    return {
        DisputeKey(*row[:2]): Dispute(*row)._replace(
            status=Status(row.status), ground=Ground(row.ground)
        )
        for row in rows
    }


def find_open(
    db: Connection, keys: Iterable[LineKey]
) -> set[tuple[LineKey, int | None, date | None]]:
    """Name what is disputed of lines and not decided: the purchase, or the due date."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "find_open",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        line_ids=arrays.bigints([key.line_id for key in ordered]),
    )
    return {(LineKey(*row[:2]), row.purchase_id, row.due_on) for row in rows}
