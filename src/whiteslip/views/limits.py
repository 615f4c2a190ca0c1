"""Reviews of limits as staff and their customers see them, and how a line's limits came about."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class ReviewView(NamedTuple):
    """A review of a limit, amounts in minor units."""

    customer_id: int
    review_id: int
    line_id: int
    state: str
    direction: str
    trigger: str
    before_minor: int
    proposed_minor: int
    after_minor: int
    bound: str
    tier: str
    is_immediate: bool
    reasons: list[Any]
    reviewed_on: date
    effective_on: date | None
    objected_on: date | None
    next_review_on: date


class ChangeView(NamedTuple):
    """A change of the fixed limit."""

    changed_on: date
    before_minor: int
    after_minor: int
    reason: str


class TemporaryView(NamedTuple):
    """A temporary limit."""

    amount_minor: int
    starts_on: date
    ends_on: date
    status: str


class HistoryView(NamedTuple):
    """How a line's limits came about, the latest first."""

    reviews: list[ReviewView]
    changes: list[ChangeView]
    temporary: list[TemporaryView]


def queue(db: Connection, name: str, *, after: int, limit: int) -> list[ReviewView]:
    """List reviews that wait: "referred" for a person, "objected" to a cut that holds, "announced" for their day."""
    rows = sql.many(db, "list_limit_reviews", queue=name, after=after, limit=limit)
    return [ReviewView(*row) for row in rows]


def history(db: Connection, customer_id: int, line_id: int) -> HistoryView:
    """List a line's reviews, changes and temporary limits, at most a hundred of each."""
    key = {"customer_id": customer_id, "line_id": line_id}
    return HistoryView(
        [ReviewView(*row) for row in sql.many(db, "list_line_reviews", **key)],
        [ChangeView(*row) for row in sql.many(db, "list_limit_changes", **key)],
        [TemporaryView(*row) for row in sql.many(db, "list_temporary_limits", **key)],
    )
