"""Applications as their person may read them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class ApplicationView(NamedTuple):
    """An application with its outcome; the notice is the latest one about it, None before there is one."""

    customer_id: int
    application_id: int
    status: str
    product: str
    requested_minor: int
    limit_minor: int | None
    line_id: int | None
    received_at: datetime
    finished_at: datetime | None
    expires_on: date
    reasons: list[Any] | None
    text_zh: str | None
    text_en: str | None


def find(db: Connection, customer_id: int, application_id: int) -> ApplicationView | None:
    """Find one application."""
    row = sql.maybe(db, "find_application", customer_id=customer_id, application_id=application_id)
    return None if row is None else ApplicationView(*row)
