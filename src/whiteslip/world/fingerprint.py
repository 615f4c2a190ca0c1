"""A fingerprint of a book: equal for two books exactly when they tell the same facts."""

from __future__ import annotations

from hashlib import sha256

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


def fingerprint(db: Connection) -> dict[str, str]:
    """Hash the facts of each table of money, risk and care, ordered by what they say, with their count."""
    return {row.book: f"{row.facts}:{row.hash}" for row in sql.many(db, "hash_books")}


def digest(db: Connection) -> str:
    """Hash the whole book into one short text."""
    parts = sorted(fingerprint(db).items())
    return sha256(repr(parts).encode()).hexdigest()[:16]
