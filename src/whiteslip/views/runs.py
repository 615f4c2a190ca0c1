"""Runs of the watch book that wait for release, as the people who may release them see them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.risk.runs.model import Run

sql = Sql(__package__)


class RunView(NamedTuple):
    """A run that stopped: why, who released it so far, and how many restrictions it proposes by level."""

    book: str
    version: int
    on: date
    note: str
    released_by: list[str]
    restrictions: int
    lines: int


def waiting(db: Connection) -> list[RunView]:
    """List the runs that wait, the oldest first."""
    return [RunView(*row) for row in sql.many(db, "list_waiting_runs")]


def waiting_runs(db: Connection) -> list[Run]:
    """Name the runs that wait."""
    return [Run(*row[:3]) for row in waiting(db)]
