"""The assumptions of the downturn as `data/downturn.toml` has them, read strictly."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Annotated

from msgspec import Meta

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import Table, read_parameters

_FILE = "downturn.toml"
Share = Annotated[float, Meta(ge=0, le=1)]
Days = Annotated[int, Meta(ge=1, le=730)]
Figure = Annotated[float, Meta(ge=0, le=1_000)]


class Calendar(Table, frozen=True):
    """The days that matter, in order."""

    opens_on: date
    begins_on: date
    over_on: date
    ends_on: date


class People(Table, frozen=True):
    """Who belongs to the trade, and how few of them are too few to speak of a rate."""

    self_employed: Share
    retold_days: Days
    least_lines: Annotated[int, Meta(ge=1, le=1_000)]


class Hit(Table, frozen=True):
    """Whom the downturn strikes, how hard and for how long."""

    struck: Share
    within_days: Days
    lasts_days: tuple[Days, Days]
    kept: tuple[Share, Share]


class Index(Table, frozen=True):
    """What is published of the trade."""

    usual: Figure
    fallen: Figure
    revised_by: Figure


class Terms(Table, frozen=True):
    """All of it."""

    version: Annotated[int, Meta(ge=1)]
    calendar: Calendar
    people: People
    hit: Hit
    index: Index


@cache
def shipped() -> Terms:
    """Read the assumptions that come with the program, once."""
    file = resources.files(__package__ or "") / "data" / _FILE
    return read(file.read_text("utf-8"))


def read(text: str) -> Terms:
    """Read assumptions from TOML; what is missing, unknown or contradicts itself is `InvalidInput`."""
    terms = read_parameters(text, Terms, file=_FILE)
    calendar = terms.calendar
    days = [calendar.opens_on, calendar.begins_on, calendar.over_on, calendar.ends_on]
    if any(before >= after for before, after in pairwise(days)):
        raise InvalidInput(f"{_FILE}: the days of the calendar are in order", where="calendar")
    if terms.hit.lasts_days[0] > terms.hit.lasts_days[1] or terms.hit.kept[0] > terms.hit.kept[1]:
        raise InvalidInput(f"{_FILE}: the lower bound comes first", where="hit")
    return terms
