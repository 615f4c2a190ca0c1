"""The assumptions of the squeeze as `data/squeeze.toml` has them, read strictly."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Annotated

from msgspec import Meta

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import Table, read_parameters

_FILE = "squeeze.toml"
_Share = Annotated[float, Meta(ge=0, le=1)]
_Amount = Annotated[int, Meta(ge=1, le=100_000_000)]


class Calendar(Table, frozen=True):
    """The days that matter, in order."""

    opens_on: date
    funds_on: date
    squeeze_on: date
    calm_on: date
    ends_on: date


class Funds(Table, frozen=True):
    """What the lender has for each person, and from whom."""

    cash_minor_a_shopper: _Amount
    committed_minor_a_shopper: _Amount
    known_days_before: Annotated[int, Meta(ge=0, le=120)]
    floor_minor_a_shopper: _Amount
    told_every_days: Annotated[int, Meta(ge=1, le=40)]


class Wave(Table, frozen=True):
    """What people buy besides while the squeeze lasts."""

    a_day: _Share
    median_income: Annotated[float, Meta(gt=0, le=5)]
    sigma: Annotated[float, Meta(ge=0, le=3)]
    plan_share: _Share
    plan_months: Annotated[int, Meta(ge=1, le=60)]
    retry_share: _Share


class Terms(Table, frozen=True):
    """All of it."""

    version: Annotated[int, Meta(ge=1)]
    calendar: Calendar
    funds: Funds
    wave: Wave


@cache
def shipped() -> Terms:
    """Read the assumptions that come with the program, once."""
    file = resources.files(__package__ or "") / "data" / _FILE
    return read(file.read_text("utf-8"))


def read(text: str) -> Terms:
    """Read assumptions from TOML; what is missing, unknown or contradicts itself is `InvalidInput`."""
    terms = read_parameters(text, Terms, file=_FILE)
    days = [getattr(terms.calendar, name) for name in Calendar.__struct_fields__]
    if any(before >= after for before, after in pairwise(days)):
        raise InvalidInput(f"{_FILE}: the days of the calendar are in order", where="calendar")
    return terms
