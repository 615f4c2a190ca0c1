"""A series, a value of it as it was learned, and how a series stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from whiteslip.risk.signals.model import Color, Direction, Said, Why

MICRO = 1_000_000
"""Values are whole numbers of millionths, so that what was published is kept exactly."""


class Series(NamedTuple):
    """A series that is followed: from where on it is yellow and red, in millionths.

    Its last value is late when the date it speaks of lies more than `late_after_days` back.
    """

    name: str
    title: Said
    unit: str
    bad: Direction
    yellow_micro: int
    red_micro: int
    late_after_days: int


class Declared(NamedTuple):
    """The series that are followed, and the version of their thresholds."""

    version: int
    series: Mapping[str, Series]


class NewValue(NamedTuple):
    """A value somebody learned: `of_on` is the date it speaks of, `learned_on` the day it became known."""

    series: str
    of_on: date
    value_micro: int
    learned_on: date


class Value(NamedTuple):
    """A value as it is kept; the first of a date is revision 1."""

    series: str
    of_on: date
    revision: int
    value_micro: int
    learned_on: date
    source: str
    actor: str


class Standing(NamedTuple):
    """How a series stands as known on a day; `last` is the latest value then known, if there was one."""

    series: Series
    color: Color
    why: Why | None
    last: Value | None
