"""The assumptions of the planted world as `data/threats.toml` has them, read strictly."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated

from msgspec import Meta, Struct

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import Table, read_parameters

_FILE = "threats.toml"
Share = Annotated[float, Meta(ge=0, le=1)]
Shares = tuple[Share, Share]
Times = tuple[Annotated[float, Meta(gt=0, le=50)], Annotated[float, Meta(gt=0, le=50)]]
Rate = Annotated[float, Meta(ge=0, le=500)]
Count = Annotated[int, Meta(ge=0, le=366)]
Counts = tuple[Count, Count]
Amount = Annotated[int, Meta(ge=1, le=20_000_000)]
Amounts = tuple[Amount, Amount]
Minute = Annotated[int, Meta(ge=0, lt=1440)]


class Calendar(Table, frozen=True):
    """When the world begins."""

    opens_on: date


class Days(Table, frozen=True):
    """The times of a day at which people buy, and how likely each is."""

    minutes: tuple[Minute, ...]
    weights: tuple[Share, ...]
    own_time: Share


class Habits(Table, frozen=True):
    """What ordinary people do beside what the simulated world says."""

    shops_a_category: Annotated[int, Meta(ge=2, le=1_000)]
    favorite: Share
    taste: Annotated[float, Meta(gt=0, le=100)]
    second_device: Share
    uses_second: Share
    gift: Share
    round_sum: Share
    looks_first: Share


class Fraud(Table, frozen=True):
    """How much is planted, per 1,000 people and year."""

    rings: Rate
    takeovers: Rate
    cash_outs: Rate
    quiet_start_days: Count


class Ring(Table, frozen=True):
    """One hand with several accounts."""

    members: Counts
    opens_within: Count
    devices: Counts
    phones: Counts
    addresses: Counts
    cards: Counts
    networks: Counts
    limit_minor: Amounts
    warms_days: Counts
    warms_every: Count
    warms_minor: Amounts
    bursts_within: Count
    tries: Counts
    share: Shares
    resale: Share
    passes_code: Share


class Takeover(Table, frozen=True):
    """A thief on somebody's line."""

    tries: Counts
    within_minutes: Counts
    slow: Share
    new_device: Share
    new_address: Share
    night: Share
    resale: Share
    share: Shares
    modest: Share
    modest_minor: Amounts
    passes_code: Share
    gives_up: Counts
    owner_sees: Counts


class CashOut(Table, frozen=True):
    """An owner who turns the line into money."""

    conniving: Share
    shops: Annotated[int, Meta(ge=1, le=100)]
    tries: Counts
    within_days: Counts
    round_minor: Amounts
    ragged: Share
    share: Shares
    fills_to: Share
    never_pays: Share
    gives_up: Count


class Events(Table, frozen=True):
    """What befalls honest people, as chances a year, and what they buy then."""

    moved: Share
    new_phone: Share
    wedding: Share
    holiday: Share
    birth: Share
    moved_buys: Counts
    moved_times: Times
    wedding_buys: Counts
    wedding_times: Times
    holiday_days: Counts
    holiday_buys: Counts
    holiday_times: Times
    holiday_hotel: Share
    birth_buys: Counts
    birth_times: Times
    birth_night: Share


class Groups(Table, frozen=True):
    """Who shares things for an honest reason, per 1,000 people."""

    families: Rate
    family: Counts
    one_card: Share
    dormitories: Rate
    dormitory: Counts
    tablets: Rate
    tablet: Counts


class Downturn(Table, frozen=True):
    """A branch that earns less."""

    share: Share
    begins: Share
    kept: Shares
    days: Counts


class Answers(Table, frozen=True):
    """How a step-up is answered."""

    owner_passes: Share
    minute: Annotated[int, Meta(ge=1, le=60)]


class Desk(Table, frozen=True):
    """How reviewers work, and how soon people come back to them."""

    opens: Minute
    closes: Minute
    least_minutes: Annotated[int, Meta(ge=0, le=1440)]
    misses_fraud: Share
    blames_honest: Share
    reaches_owner_days: Counts
    criminal_verifies: Share


class Terms(Table, frozen=True):
    """All of it."""

    version: Annotated[int, Meta(ge=1)]
    calendar: Calendar
    days: Days
    habits: Habits
    fraud: Fraud
    ring: Ring
    takeover: Takeover
    cash_out: CashOut
    events: Events
    groups: Groups
    downturn: Downturn
    answers: Answers
    desk: Desk


@cache
def shipped() -> Terms:
    """Read the assumptions that come with the program, once."""
    file = resources.files(__package__ or "") / "data" / _FILE
    return read(file.read_text("utf-8"))


def read(text: str) -> Terms:
    """Read assumptions from TOML; what is missing, unknown or contradicts itself is `InvalidInput`."""
    terms = read_parameters(text, Terms, file=_FILE)
    if len(terms.days.minutes) != len(terms.days.weights) or not terms.days.minutes:
        raise InvalidInput(f"{_FILE}: every time of day has a weight", where="days.weights")
    if list(terms.days.minutes) != sorted(set(terms.days.minutes)):
        raise InvalidInput(f"{_FILE}: the times of a day rise", where="days.minutes")
    for table in ("ring", "takeover", "cash_out", "events", "groups", "downturn", "desk"):
        _check_ranges(table, getattr(terms, table))
    return terms


def _check_ranges(name: str, table: Struct) -> None:
    for key in table.__struct_fields__:
        pair: object = getattr(table, key)
        if isinstance(pair, tuple) and pair[0] > pair[1]:
            where = f"{name}.{key}"
            raise InvalidInput(f"{_FILE}: {where} goes from low to high", where=where)
