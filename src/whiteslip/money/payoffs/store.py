"""Reading since when rows are owed, keeping early settlements, and holding them against their repayments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.payoffs.model import Beginning, KeptPayoff

sql = Sql(__package__)


def read_beginnings(db: Connection, keys: Iterable[tuple[int, int]]) -> dict[int, Beginning]:
    """Read since when each open installment of lines is owed."""
    wanted = sorted(keys)
    rows = sql.many(
        db,
        "read_beginnings",
        customer_ids=arrays.bigints([customer_id for customer_id, _ in wanted]),
        line_ids=arrays.bigints([line_id for _, line_id in wanted]),
    )
    return {row.installment_id: Beginning(row.began_on, row.split_id) for row in rows}


def insert_payoffs(db: Connection, payoffs: Sequence[KeptPayoff]) -> None:
    """Keep early settlements."""
    if not payoffs:
        return
    columns = list(zip(*payoffs, strict=True))
    sql.run(
        db,
        "insert_payoffs",
        customer_ids=arrays.bigints(columns[0]),
        repayment_ids=arrays.bigints(columns[1]),
        line_ids=arrays.bigints(columns[2]),
        purchase_ids=arrays.bigints(columns[3]),
        principals_minor=arrays.bigints(columns[4]),
        fees_minor=arrays.bigints(columns[5]),
        late_fees_minor=arrays.bigints(columns[6]),
        dropped_minor=arrays.bigints(columns[7]),
        split_ids=arrays.bigints(columns[8]),
        settled_ons=arrays.dates(columns[9]),
        scopes=arrays.texts(columns[10]),
        versions=arrays.texts(columns[11]),
    )


def odd_payoffs(db: Connection) -> list[Any]:
    """Find early settlements that do not agree with their repayments, at most a hundred."""
    return sql.many(db, "find_odd_payoffs")
