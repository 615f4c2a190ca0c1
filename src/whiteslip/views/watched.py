"""What a watch book holds against whom, over the whole book; and whom nothing is held against."""

from __future__ import annotations

from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class RestrictedBy(NamedTuple):
    """A rule that restricts a customer now, and the level."""

    customer_id: int
    rule_id: str
    level: int


def restricted_by(db: Connection, book: str) -> list[RestrictedBy]:
    """List every customer a book restricts now, by rule."""
    return [RestrictedBy(*row) for row in sql.many(db, "list_restricted", book=book)]


def free_customers(db: Connection, *, most: int) -> list[int]:
    """Return the first customers with a line that may buy."""
    return [row.customer_id for row in sql.many(db, "find_free_customers", most=most)]
