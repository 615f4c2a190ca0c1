"""What people were told and could not be sent yet, or not at all: for whoever looks after the platform."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class Waiting(NamedTuple):
    """Messages that are not sent yet; `due` of them may be sent now, the first since `due_since`."""

    messages: int
    due: int
    due_since: datetime | None


def count_waiting(db: Connection, *, at: datetime) -> Waiting:
    """Count the messages that wait."""
    return Waiting(*sql.one(db, "count_waiting_messages", at=at))


def count_failed(db: Connection, *, since: datetime) -> int:
    """Count the messages given up since an instant; each of them stands in the app all the same."""
    return int(sql.one(db, "count_failed_messages", since=since).failed)
