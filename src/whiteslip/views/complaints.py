"""Complaints as their person may read them, and how many there were of each cause in each month."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class ComplaintView(NamedTuple):
    """A complaint with its answer, and the words of the latest notice about it."""

    customer_id: int
    complaint_id: int
    case_id: int
    line_id: int | None
    channel: str
    cause: str
    state: str
    text: str
    received_on: date
    due_at: datetime
    found_cause: str | None
    redress: str | None
    answer: str | None
    answered_on: date | None
    text_zh: str
    text_en: str


class MonthCount(NamedTuple):
    """How many complaints of a cause came in a month, and how many were answered, redressed, or late."""

    month_on: date
    cause: str
    complaints: int
    answered: int
    redressed: int
    late: int


def find(db: Connection, customer_id: int, complaint_id: int) -> ComplaintView | None:
    """Find one complaint."""
    row = sql.maybe(db, "find_complaint", customer_id=customer_id, complaint_id=complaint_id)
    return None if row is None else ComplaintView(*row)


def monthly(db: Connection, *, from_on: date, to_on: date, at: datetime) -> list[MonthCount]:
    """Count complaints received in [from, to) by month and cause, as of an instant."""
    return sql.records(db, "count_complaints", MonthCount, from_on=from_on, to_on=to_on, at=at)
