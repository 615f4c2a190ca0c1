"""What must hold after a load of purchases: every key acted once, nothing is half done, and the books agree."""

from __future__ import annotations

from typing import Any

from whiteslip.flows.check_books import check_books
from whiteslip.infra.database import Database
from whiteslip.infra.sql import Sql

sql = Sql(__package__)

COUNTS = "audit_book"


def audit(dsn: str, *, relayed: bool = False) -> list[str]:
    """Name what does not agree; an empty list is what is expected. Events that were relayed are gone."""
    with Database(dsn, statement_timeout_ms=0, application_name="whiteslip bench") as database:
        counted = database.read(lambda db: sql.one(db, COUNTS))
        return faults(counted, relayed=relayed) + database.read(check_books).problems


def faults(found: Any, *, relayed: bool) -> list[str]:
    """Compare the counts."""
    checks = (
        (found.purchases, found.answered_keys, "purchases, answered keys"),
        (found.purchases, found.purchases if relayed else found.events, "purchases, events"),
        (found.holds, found.hold_movements, "holds, their movements"),
        (found.lines_above_limit, 0, "lines above their limit, none expected"),
        (found.lines_unlike_ledger, 0, "lines unlike the ledger, none expected"),
    )
    return [f"{what}: {one} and {other}" for one, other, what in checks if one != other]
