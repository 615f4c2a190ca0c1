"""Appeals as their person may read them."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class AppealView(NamedTuple):
    """An appeal with its answer, and the words of the latest notice about it."""

    customer_id: int
    appeal_id: int
    case_id: int
    form: str
    subject_type: str
    subject_id: int
    state: str
    text: str
    wants: str
    attachments: str
    received_on: date
    due_at: datetime
    outcome: str | None
    answer: str | None
    decided_on: date | None
    text_zh: str
    text_en: str


def find(db: Connection, customer_id: int, appeal_id: int) -> AppealView | None:
    """Find one appeal."""
    row = sql.maybe(db, "list_appeals", customer_id=customer_id, appeal_id=appeal_id)
    return None if row is None else AppealView(*row)


def of_customer(db: Connection, customer_id: int) -> list[AppealView]:
    """List a customer's appeals, the newest first, at most a hundred."""
    rows = sql.many(db, "list_appeals", customer_id=customer_id, appeal_id=None)
    return [AppealView(*row) for row in rows]
