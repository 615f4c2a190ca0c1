"""Which steps fall on a day, and how the schedule is read."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final, cast

from whiteslip.care.reminders.model import DueStep, Schedule
from whiteslip.kernel.errors import InvalidInput

_FILE: Final = "reminders.toml"
_NUMBERS: Final = {"version": (1, 10_000), "most_days_late": (0, 6), "smallest_minor": (1, 10_000)}
_DAYS: Final = ("before_days", "after_days")
_MOST_DAYS: Final = 60


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
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{_FILE} is not TOML: {error}") from error
    if unknown := sorted(set(table) - {*_NUMBERS, *_DAYS}):
        raise InvalidInput(f"unknown key {unknown[0]!r} in {_FILE}", where=unknown[0])
    for key, (least, most) in _NUMBERS.items():
        if type(table.get(key)) is not int or not least <= table[key] <= most:
            raise InvalidInput(f"{key} must be a whole number from {least} to {most}", where=key)
    before, after = (_days(table, key) for key in _DAYS)
    if not before + after:
        raise InvalidInput("reminders have at least one day", where="before_days")
    steps = (*sorted(-days for days in before), *sorted(after))
    return Schedule(table["version"], steps, table["most_days_late"], table["smallest_minor"])


def _days(table: dict[str, Any], key: str) -> list[int]:
    given = table.get(key)
    days: list[Any] = cast("list[Any]", given) if isinstance(given, list) else [None]
    if any(type(day) is not int or not 1 <= day <= _MOST_DAYS for day in days):
        raise InvalidInput(f"{key} is a list of whole numbers from 1 to {_MOST_DAYS}", where=key)
    if len(set(days)) < len(days):
        raise InvalidInput(f"{key} names a day twice", where=key)
    return days
