"""Reading the statements that may be split, and keeping what splitting made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.lines.model import LineKey
from whiteslip.money.splits.model import Billed, KeptSplit

sql = Sql(__package__)


def read_billed(
    db: Connection, keys: Iterable[tuple[int, int]], reached: Mapping[int, date]
) -> dict[LineKey, Billed]:
    """Read the latest statement of lines; `reached` is the day each customer's lines are on."""
    wanted = sorted(keys)
    rows = sql.many(
        db,
        "read_billed",
        customer_ids=arrays.bigints([customer_id for customer_id, _ in wanted]),
        line_ids=arrays.bigints([line_id for _, line_id in wanted]),
        reached=arrays.dates([reached[customer_id] for customer_id, _ in wanted]),
    )
    found = (Billed(*row)._replace(installment_ids=frozenset(row.installment_ids)) for row in rows)
    return {LineKey(one.customer_id, one.line_id): one for one in found}


def insert_splits(
    db: Connection, splits: Sequence[KeptSplit], parts: Sequence[tuple[int, int, int]]
) -> None:
    """Keep splits, and their installments as (customer, installment, split)."""
    if not splits:
        return
    columns = list(zip(*splits, strict=True))
    sql.run(
        db,
        "insert_splits",
        customer_ids=arrays.bigints(columns[0]),
        split_ids=arrays.bigints(columns[1]),
        line_ids=arrays.bigints(columns[2]),
        principals_minor=arrays.bigints(columns[3]),
        fees_minor=arrays.bigints(columns[4]),
        minimums_before=arrays.bigints(columns[5]),
        minimums_after=arrays.bigints(columns[6]),
        statement_ons=arrays.dates(columns[7]),
        split_ons=arrays.dates(columns[8]),
        months=arrays.smallints(columns[9]),
        versions=arrays.texts(columns[10]),
    )
    customer_ids, installment_ids, split_ids = zip(*parts, strict=True)
    sql.run(
        db,
        "insert_parts",
        customer_ids=arrays.bigints(customer_ids),
        installment_ids=arrays.bigints(installment_ids),
        split_ids=arrays.bigints(split_ids),
    )


def odd_splits(db: Connection) -> list[Any]:
    """Find splits that do not agree with their statement or their installments, at most a hundred."""
    return sql.many(db, "find_odd_splits")
