"""Keeping customers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from whiteslip.credit.customers.model import SEALED_MARK, NewCustomer
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


def insert_customers(db: Connection, people: Sequence[NewCustomer], *, on: date) -> list[int]:
    """Keep people who join and return their ids, in order."""
    rows = sql.many(
        db,
        "insert_customers",
        references=arrays.texts([person.reference for person in people]),
        display_names=arrays.texts([person.display_name for person in people]),
        languages=arrays.texts([person.language for person in people]),
        joined_on=on,
    )
    return [row.customer_id for row in rows]


def existing(db: Connection, customer_ids: Iterable[int]) -> set[int]:
    """Return which of these customers there are."""
    rows = sql.many(db, "find_customers", customer_ids=arrays.bigints(sorted(set(customer_ids))))
    return {row.customer_id for row in rows}


def hide_names(db: Connection, customer_ids: Iterable[int]) -> None:
    """Put a mark where names stood that lie sealed elsewhere."""
    ids = arrays.bigints(sorted(set(customer_ids)))
    sql.run(db, "hide_names", customer_ids=ids, mark=SEALED_MARK)


def erase_customers(db: Connection, customer_ids: Iterable[int]) -> None:
    """Take the name and the shop's reference of people away."""
    ids = arrays.bigints(sorted(set(customer_ids)))
    sql.run(db, "erase_customers", customer_ids=ids, mark=SEALED_MARK)
