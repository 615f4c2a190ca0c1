"""Noting reminders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib import resources

from whiteslip.care.reminders import rules
from whiteslip.care.reminders.model import DueStep, Reminder, Schedule
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


@cache
def schedule() -> Schedule:
    """Read the shipped schedule, once."""
    file = resources.files(__package__ or "") / "data" / "reminders.toml"
    return rules.read_schedule(file.read_text("utf-8"))


def insert_reminders(
    db: Connection,
    steps: Sequence[DueStep],
    *,
    first: int,
    last: int,
    on: date,
    smallest_minor: int,
) -> list[Reminder]:
    """Note today's reminders of the customers `first` to `last`; those noted before are left out."""
    return sql.records(
        db,
        "insert_reminders",
        Reminder,
        first=first,
        last=last,
        due_ons=arrays.dates([step.due_on for step in steps]),
        steps=arrays.smallints([step.step for step in steps]),
        on=on,
        smallest_minor=smallest_minor,
    )
