"""The parameters of autopay, read strictly from TOML: when a bank is asked, and for how much."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta, Struct, field

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import Text, Version, read_parameters

_FILE = "autopay.toml"


class Cause(StrEnum):
    """Why a bank did not pay. WRONG_ACCOUNT is ours too: what we had of the account was never right."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    ACCOUNT_CLOSED = "account_closed"
    MANDATE_MISSING = "mandate_missing"
    WRONG_ACCOUNT = "wrong_account"
    OURS = "ours"
    DISPUTED = "disputed"
    UNKNOWN = "unknown"


class Slot(Struct, frozen=True, forbid_unknown_fields=True):
    """When a due may be tried: from an hour on, so many days after its due date (before it, below 0)."""

    days: Annotated[int, Meta(ge=-6, le=30)]
    begins: time = field(name="from")


class Autopay(Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters, as `data/autopay.toml` explains them."""

    version: Version
    zone: Text
    covers: Literal["minimum", "full"]
    smallest_minor: Annotated[int, Meta(ge=1, le=1_000_000)]
    fee_free_days: Annotated[int, Meta(ge=0, le=60)]
    at_once: Annotated[int, Meta(ge=1, le=10_000)]
    lease_minutes: Annotated[int, Meta(ge=1, le=1_440)]
    answer_days: Annotated[int, Meta(ge=1, le=60)]
    slot: Annotated[tuple[Slot, ...], Meta(min_length=1, max_length=20)]

    @property
    def lease(self) -> timedelta:
        """How long a bank is given to say that it has a try."""
        return timedelta(minutes=self.lease_minutes)

    def due_of(self, first_on: date) -> date:
        """Return the due date whose first try is on a day."""
        return first_on - timedelta(days=self.slot[0].days)


class Moment(NamedTuple):
    """A business date and the hour of the day, as the schedule counts them."""

    on: date
    hour: time


def moment(terms: Autopay, *, on: date, at: datetime) -> Moment:
    """Say where the schedule stands: on a business date, at the hour of an instant."""
    return Moment(on, at.astimezone(ZoneInfo(terms.zone)).time())


def read_terms(text: str) -> Autopay:
    """Read the parameters from TOML; what is missing, unknown or does not fit is `InvalidInput`."""
    terms = read_parameters(text, Autopay, file=_FILE)
    if any((one.days, one.begins) >= (two.days, two.begins) for one, two in pairwise(terms.slot)):
        raise InvalidInput(f"{_FILE}: slot: each slot is later than the one before", where="slot")
    try:
        ZoneInfo(terms.zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(f"{_FILE}: zone: there is no zone {terms.zone}", where="zone") from error
    return terms
