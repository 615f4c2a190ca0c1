"""Keeping failed debits, each reference of a customer once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.debits.model import FailedDebit, Failure

sql = Sql(__package__)


def insert_failed_debits(db: Connection, debits: Sequence[FailedDebit], *, at: datetime) -> None:
    """Keep failed debits that were not reported before; their lines are locked."""
    if not debits:
        return
    columns = list(zip(*debits, strict=True))
    sql.run(
        db,
        "insert_failed_debits",
        customer_ids=arrays.bigints(columns[0]),
        debit_ids=arrays.bigints(columns[1]),
        line_ids=arrays.bigints(columns[2]),
        amounts_minor=arrays.bigints(columns[3]),
        due_ons=arrays.dates(columns[4]),
        failures=arrays.texts(columns[5]),
        refs=arrays.texts(columns[6]),
        failed_ons=arrays.dates(columns[7]),
        at=at,
    )


def find_reported(
    db: Connection, customer_ids: Sequence[int], references: Sequence[str]
) -> dict[tuple[int, str], FailedDebit]:
    """Find what was reported before of customers under references."""
    rows = sql.many(
        db,
        "find_reported",
        customer_ids=arrays.bigints(customer_ids),
        refs=arrays.texts(references),
    )
    found = [FailedDebit(*row)._replace(failure=Failure(row.failure)) for row in rows]
    return {(one.customer_id, one.reference): one for one in found}
