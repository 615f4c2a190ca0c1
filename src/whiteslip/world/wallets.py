"""What simulated people see in the app, read for all of them at once."""

from __future__ import annotations

from dataclasses import dataclass

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.views.lines import restricted_share_ppm
from whiteslip.world.shoppers import Ints

sql = Sql(__package__)

_COLUMNS = (
    "restriction_level",
    "credit_minor",
    "available_minor",
    "billed_minor",
    "overdue_minor",
    "payable_minor",
    "statement_day",
    "due_day",
    "minimum_minor",
)


@dataclass(slots=True)
class Wallets:
    """What each sees in the app today, by shopper; a person who has not joined sees zeros."""

    level: Ints
    credit: Ints
    available: Ints
    billed: Ints
    overdue: Ints
    payable: Ints
    statement: Ints
    due: Ints
    minimum: Ints


def read_wallets(db: Connection) -> tuple[Ints, tuple[Ints, ...]]:
    """Read the customers of the book in order, and beside them the columns of `Wallets`."""
    columns = sql.columns(db, "read_wallets", restricted_share_ppm=restricted_share_ppm())
    return columns["customer_id"], tuple(columns[name] for name in _COLUMNS)
