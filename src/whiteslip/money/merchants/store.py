"""Reading and opening merchants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import resources

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.merchants.model import UNTOLD, Category, Merchant
from whiteslip.money.merchants.reading import read_categories

sql = Sql(__package__)


@cache
def categories() -> Mapping[str, Category]:
    """Read the shipped categories by name, once."""
    file = resources.files(__package__ or "") / "data" / "categories.toml"
    return read_categories(file.read_text("utf-8"))


def category_of(name: str | None) -> Category:
    """Return a category by name; one that is not on the list any more says as little as none."""
    return UNTOLD if name is None else categories().get(name, UNTOLD)


def open_merchants(
    db: Connection,
    names: Sequence[str],
    fees_ppm: Sequence[int],
    of_categories: Sequence[str],
    *,
    at: datetime,
) -> list[int]:
    """Open merchants and return their ids, in order."""
    rows = sql.many(
        db,
        "open_merchants",
        names=arrays.texts(names),
        fees_ppm=arrays.ints(fees_ppm),
        categories=arrays.texts(of_categories),
        created_at=at,
    )
    return [row.merchant_id for row in rows]


def read_merchants(db: Connection, merchant_ids: Iterable[int]) -> dict[int, Merchant]:
    """Read the merchants that exist among these ids."""
    rows = sql.many(db, "read_merchants", merchant_ids=arrays.bigints(sorted(set(merchant_ids))))
    return {row.merchant_id: Merchant(*row) for row in rows}
