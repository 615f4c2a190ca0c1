"""Restrictions as their person may read them, with the notice they were sent."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class RestrictionView(NamedTuple):
    """A restriction with its reasons, its way out, its appeal route and the words of its notice.

    One imposed by hand has no decision.
    """

    customer_id: int
    restriction_id: int
    line_id: int
    level: int
    state: str
    reasons: list[Any]
    way_out: str
    appeal_route: str
    since_on: date
    lifted_on: date | None
    decision_id: int | None
    text_zh: str
    text_en: str
    in_force: int
    scope: Literal["line", "customer", "plans"]


def of_line(db: Connection, customer_id: int, line_id: int) -> list[RestrictionView]:
    """List a line's restrictions, active ones first, at most a hundred."""
    rows = sql.many(db, "list_restrictions", customer_id=customer_id, line_id=line_id)
    return [RestrictionView(*row) for row in rows]
