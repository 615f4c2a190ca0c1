"""The days that were closed: when, how long it took, and each step of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class Closing(NamedTuple):
    """A day closed: how long each step took, in milliseconds, and how many rows it touched."""

    business_date: date
    finished_at: datetime
    seconds: float
    step_ms: dict[str, float]
    rows: dict[str, int]


def latest(db: Connection, *, most: int) -> list[Closing]:
    """List the days closed last, the latest first."""
    found: list[Closing] = []
    for row in sql.many(db, "list_closings", most=most):
        report: dict[str, Any] = row.report
        found.append(
            Closing(
                row.business_date,
                row.finished_at,
                float(report.get("seconds", 0)),
                dict(report.get("step_ms", {})),
                dict(report.get("rows", {})),
            )
        )
    return found
