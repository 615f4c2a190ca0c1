"""Keeping grants of goodwill, and ending them once."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import NotFound, invariant
from whiteslip.money.goodwill.model import Goodwill, GoodwillTerms, State, Why
from whiteslip.money.goodwill.rules import read_goodwill_terms
from whiteslip.money.lines.model import LineKey

sql = Sql(__package__)


@cache
def terms() -> GoodwillTerms:
    """Read the shipped parameters, once."""
    file = resources.files(__package__ or "") / "data" / "goodwill.toml"
    return read_goodwill_terms(file.read_text("utf-8"))


def insert_goodwill(db: Connection, asked: Goodwill, *, on: date, at: datetime) -> None:
    """Keep an amount somebody asks to grant."""
    sql.run(
        db,
        "insert_goodwill",
        customer_id=asked.customer_id,
        goodwill_id=asked.goodwill_id,
        line_id=asked.line_id,
        amount_minor=asked.amount_minor,
        why=asked.why,
        note=asked.note,
        needs_two=asked.needs_two,
        asked_by=asked.asked_by,
        on_date=on,
        at=at,
    )


def find_goodwill_line(db: Connection, customer_id: int, goodwill_id: int) -> LineKey:
    """Find the line a grant is for; it is locked before the grant."""
    row = sql.maybe(db, "find_goodwill_line", customer_id=customer_id, goodwill_id=goodwill_id)
    if row is None:
        raise NotFound(f"customer {customer_id} has no goodwill {goodwill_id}")
    return LineKey(row.customer_id, row.line_id)


def take_goodwill(db: Connection, customer_id: int, goodwill_id: int) -> Goodwill:
    """Lock a grant until the transaction ends; it must exist."""
    row = sql.one(db, "take_goodwill", customer_id=customer_id, goodwill_id=goodwill_id)
    return read_row(row)


def read_row(row: Any) -> Goodwill:
    """Read a grant as it is stored."""
    return Goodwill(*row)._replace(why=Why(row.why), state=State(row.state))


def end_goodwill(db: Connection, done: Goodwill, *, by: str, on: date, at: datetime) -> None:
    """Write that a grant was done, or refused."""
    ended = sql.run(
        db,
        "end_goodwill",
        customer_id=done.customer_id,
        goodwill_id=done.goodwill_id,
        state=done.state,
        principal_minor=done.principal_minor,
        fee_minor=done.fee_minor,
        late_fee_minor=done.late_fee_minor,
        credit_minor=done.credit_minor,
        decided_by=by,
        on_date=on,
        at=at,
    )
    invariant(ended == 1, "a grant that was taken ends once")


def odd_goodwill(db: Connection) -> list[Any]:
    """Find grants that do not agree with the ledger or what they settled, at most a hundred."""
    return sql.many(db, "find_odd_goodwill")
