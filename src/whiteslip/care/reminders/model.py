"""The steps of reminders, and a reminder that was noted."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from whiteslip.kernel.money import Minor


class Schedule(NamedTuple):
    """On which days people are reminded, and from which amount on.

    Steps are days from the due date, ascending, negative before it. A step missed (the program did not run) is made
    up for so many days, unless the next one has come.
    """

    version: int
    steps: tuple[int, ...]
    most_days_late: int
    smallest_minor: Minor


class DueStep(NamedTuple):
    """A step that is to be taken today for every line with something due on a date."""

    due_on: date
    step: int


class Reminder(NamedTuple):
    """A reminder that was noted and is to be told; what is owed of the due date, in minor units."""

    customer_id: int
    line_id: int
    notice_id: int
    due_on: date
    step: int
    amount_minor: Minor
