"""The assumptions of the experiment as `data/promotion.toml` has them, read strictly."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Annotated, cast

import msgspec
from msgspec import Meta
from msgspec.structs import asdict, replace

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import Table, read_parameters

_FILE = "promotion.toml"
Share = Annotated[float, Meta(ge=0, le=1)]
Shares = tuple[Share, Share]
Ppm = Annotated[int, Meta(ge=0, le=1_000_000)]
Amount = Annotated[int, Meta(ge=1, le=20_000_000)]
Text = Annotated[str, Meta(min_length=1, max_length=1_000)]


class Calendar(Table, frozen=True):
    """The days that matter, in order."""

    opens_on: date
    grants_on: date
    sale_from: date
    sale_to: date
    returns_on: date
    first_due_passed_on: date
    ends_on: date


class Grants(Table, frozen=True):
    """What is granted, from one budget in every arm."""

    segment: Text
    share_ppm: Annotated[int, Meta(ge=1, le=500_000)]
    least_minor: Amount
    most_minor: Amount
    told_days_before: Annotated[int, Meta(ge=1, le=60)]
    budget_minor_a_shopper: Amount

    def budget_minor(self, shoppers: int) -> int:
        """The budget for so many people, in minor units."""
        return self.budget_minor_a_shopper * shoppers


class Baskets(Table, frozen=True):
    """What people mean to buy, in multiples of a month's income."""

    wants: Share
    median_income: Annotated[float, Meta(gt=0, le=5)]
    sigma: Annotated[float, Meta(ge=0, le=3)]
    least_minor: Amount
    wants_after: Share
    after_median_income: Annotated[float, Meta(gt=0, le=5)]
    after_sigma: Annotated[float, Meta(ge=0, le=3)]
    after_days: tuple[Annotated[int, Meta(ge=1, le=60)], Annotated[int, Meta(ge=1, le=60)]]
    bundle: Annotated[int, Meta(ge=1, le=30)]
    looks_first: Share


class Thinking(Table, frozen=True):
    """How people think before they ask, and after a refusal."""

    comfort: tuple[Annotated[float, Meta(ge=0, le=5)], Annotated[float, Meta(ge=0, le=5)]]
    gives_up: Share
    asks_months: tuple[Annotated[int, Meta(ge=1, le=60)], ...]
    finds_alone: Share


class Willing(Table, frozen=True):
    """What refused people would rather do."""

    part: Share
    less: Share
    other: Share
    least_share: Shares


class Surprise(Table, frozen=True):
    """Who is surprised, and how much."""

    reads_notice: Share
    remembers: Share
    sees_it: Share
    stops_using: Share
    spread: tuple[Annotated[float, Meta(ge=0, le=10)], Annotated[float, Meta(ge=0, le=10)]]


class WalkingAway(Table, frozen=True):
    """Who stops paying for good."""

    strained_months: Annotated[float, Meta(ge=0, le=100)]
    a_day: Share


class Complains(Table, frozen=True):
    """Chances to complain of a person of sensitivity 1, by what happened."""

    refused_and_left: Share
    surprised: Share
    saw_it_gone: Share
    restricted: Share


class ComplaintWords(Table, frozen=True):
    """What they write."""

    refused_and_left: Text
    surprised: Text
    saw_it_gone: Text
    restricted: Text


class Loss(Table, frozen=True):
    """Expected loss by days past due: from so many days on, such a share of what is owed."""

    from_days: tuple[Annotated[int, Meta(ge=0, le=3_660)], ...]
    share_ppm: tuple[Ppm, ...]


class Terms(Table, frozen=True):
    """All of it."""

    version: Annotated[int, Meta(ge=1)]
    calendar: Calendar
    grants: Grants
    baskets: Baskets
    thinking: Thinking
    willing: Willing
    surprise: Surprise
    walking_away: WalkingAway
    complains: Complains
    words: ComplaintWords
    loss: Loss


@cache
def shipped() -> Terms:
    """Read the assumptions that come with the program, once."""
    file = resources.files(__package__ or "") / "data" / _FILE
    return read(file.read_text("utf-8"))


def read(text: str) -> Terms:
    """Read assumptions from TOML; what is missing, unknown or contradicts itself is `InvalidInput`."""
    terms = read_parameters(text, Terms, file=_FILE)
    return _checked(terms)


def vary(terms: Terms, text: str) -> Terms:
    """Multiply one assumption, as `table.key=factor`; a table alone multiplies every plain share in it."""
    name, _, factor = text.partition("=")
    try:
        return _multiplied(terms, name, float(factor))
    except ValueError as error:
        raise InvalidInput(f"{text!r} is not NAME=FACTOR", where="vary") from error


def _multiplied(terms: Terms, name: str, factor: float) -> Terms:
    table_name, _, key = name.partition(".")
    table: object = getattr(terms, table_name, None)
    if not isinstance(table, Thinking | Willing | Surprise | WalkingAway | Complains | Baskets):
        raise InvalidInput(f"{table_name!r} is no table of assumptions to vary", where="vary")
    plain = {each: value for each, value in asdict(table).items() if type(value) is float}
    if key and key not in plain:
        raise InvalidInput(f"{name!r} is no share to vary", where="vary")
    chosen = (key,) if key else tuple(plain)
    changed = replace(table, **{each: plain[each] * factor for each in chosen})
    encoded = msgspec.json.encode(replace(terms, **{table_name: changed}))
    try:
        return _checked(msgspec.json.decode(encoded, type=Terms))
    except msgspec.ValidationError as error:
        raise InvalidInput(f"{name} × {factor:g}: {error}", where="vary") from error


def ending(terms: Terms, on: date) -> Terms:
    """End sooner: what is late by then is all that is seen of lateness."""
    calendar = terms.calendar
    first_due = min(on, calendar.first_due_passed_on)
    return _checked(
        replace(terms, calendar=replace(calendar, ends_on=on, first_due_passed_on=first_due))
    )


def _checked(terms: Terms) -> Terms:
    days = cast("list[date]", list(asdict(terms.calendar).values()))
    if any(before > after for before, after in pairwise(days)):
        raise InvalidInput(f"{_FILE}: the days of the calendar are in order", where="calendar")
    willing = terms.willing
    if willing.part + willing.less + willing.other > 1:
        raise InvalidInput(f"{_FILE}: the willing are more than all", where="willing")
    loss = terms.loss
    rises = all(before < after for before, after in pairwise(loss.from_days))
    if not loss.from_days or loss.from_days[0] or not rises:
        raise InvalidInput(f"{_FILE}: buckets begin with 0 and rise", where="loss.from_days")
    if len(loss.share_ppm) != len(loss.from_days):
        raise InvalidInput(f"{_FILE}: every bucket has a share", where="loss.share_ppm")
    return terms
