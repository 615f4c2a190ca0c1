"""Reading and opening merchants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.merchants.model import Merchant

sql = Sql(__package__)


def open_merchants(
    db: Connection, names: Sequence[str], fees_ppm: Sequence[int], *, at: datetime
) -> list[int]:
    """Open merchants and return their ids, in order."""
    rows = sql.many(
        db,
        "open_merchants",
        names=arrays.texts(names),
        fees_ppm=arrays.ints(fees_ppm),
        created_at=at,
    )
    return [row.merchant_id for row in rows]


def read_merchants(db: Connection, merchant_ids: Iterable[int]) -> dict[int, Merchant]:
    """Read the merchants that exist among these ids."""
    rows = sql.many(db, "read_merchants", merchant_ids=arrays.bigints(sorted(set(merchant_ids))))
    return {row.merchant_id: Merchant(*row) for row in rows}
