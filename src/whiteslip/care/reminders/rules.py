"""Which steps fall on a day, and how the schedule is read."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Final

from msgspec import Meta, Struct

from whiteslip.care.reminders.model import DueStep, Schedule
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import Version, read_parameters

_FILE: Final = "reminders.toml"
_Days = tuple[Annotated[int, Meta(ge=1, le=60)], ...]


class _Schedule(Struct, frozen=True, forbid_unknown_fields=True):
    version: Version
    before_days: _Days
    after_days: _Days
    most_days_late: Annotated[int, Meta(ge=0, le=6)]
    smallest_minor: Annotated[int, Meta(ge=1, le=10_000)]


def steps_on(schedule: Schedule, on: date) -> tuple[DueStep, ...]:
    """List the due dates to be reminded of on a business date, each with its step, the latest that has come."""
    never = max(schedule.steps) + schedule.most_days_late + 1
    found = [
        DueStep(on - timedelta(days=step + late), step)
        for step, following in pairwise((*schedule.steps, never))
        for late in range(schedule.most_days_late + 1)
        if step + late < following
    ]
    return tuple(sorted(found))


def read_schedule(text: str) -> Schedule:
    """Read the schedule from TOML; what is missing, unknown or out of bounds is named and refused."""
    read = read_parameters(text, _Schedule, file=_FILE)
    for key, days in (("before_days", read.before_days), ("after_days", read.after_days)):
        if len(set(days)) < len(days):
            raise InvalidInput(f"{key} names a day twice", where=key)
    steps = (*sorted(-days for days in read.before_days), *sorted(read.after_days))
    if not steps:
        raise InvalidInput("reminders have at least one day", where="before_days")
    return Schedule(read.version, steps, read.most_days_late, read.smallest_minor)
