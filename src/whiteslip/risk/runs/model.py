"""A run of a book, what it left on a line, and what was said of it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from whiteslip.risk.suspensions.life import State


class Run(NamedTuple):
    """A version of a book on the business date it judged for."""

    book: str
    version: int
    on: date


class Left(NamedTuple):
    """A restriction a run imposed or proposed that still stands."""

    customer_id: int
    restriction_id: int
    state: State


class Saying(StrEnum):
    """What may be said of a run: the guard proposes, people release and undo."""

    PROPOSE = "propose"
    RELEASE = "release"
    UNDO = "undo"


class Said(NamedTuple):
    """One thing said, by whom."""

    command: Saying
    actor: str
