"""What an account is, whose session it is, and how long things last."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, NamedTuple

from msgspec import Meta

from whiteslip.kernel.parameters import Table


class Role(StrEnum):
    """What a member of staff works on; each role sees its own desks."""

    BOOK = "book"
    RISK = "risk"
    REVIEWS = "reviews"
    CARE = "care"
    MONEY = "money"
    OPERATIONS = "operations"
    ADMIN = "admin"
    """Makes and disables accounts; sees no customer."""


class Kind(StrEnum):
    """Whose account it is."""

    STAFF = "staff"
    MERCHANT = "merchant"
    SHOPPER = "shopper"


class EventKind(StrEnum):
    """What is kept of accounts."""

    MADE = "made"
    PASSWORD_SET = "password_set"  # noqa: S105 - a name of an event
    DISABLED = "disabled"
    ENABLED = "enabled"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    FAILED = "failed"
    SLOWED = "slowed"
    LINK_MADE = "link_made"
    LINK_REFUSED = "link_refused"
    ACTED = "acted"


class Account(NamedTuple):
    """Who signs in; `actor` is the name that acts, and `account_id` the owner of the keys of forms."""

    account_id: int
    kind: Kind
    name: str
    actor: str
    roles: frozenset[Role]
    merchant_id: int | None
    customer_id: int | None
    disabled_at: datetime | None


class NewAccount(NamedTuple):
    """An account to make: staff have roles, a shop's account its merchant, a shopper's its customer."""

    kind: Kind
    name: str
    roles: frozenset[Role] = frozenset()
    merchant_id: int | None = None
    customer_id: int | None = None
    password: str | None = None


class Event(NamedTuple):
    """Something an account did, or that was done to it."""

    event_id: int
    account_id: int | None
    kind: str
    actor: str
    address: str
    detail: str
    happened_at: datetime


class SignedIn(NamedTuple):
    """A fresh session; the token can be seen this once."""

    account: Account
    token: str
    ends_at: datetime


class Slowed(NamedTuple):
    """Too many tries failed; the next counts from `waits_until`."""

    waits_until: datetime


class Pace(NamedTuple):
    """How often a subject failed of late, and until when its next try waits."""

    failures: int
    failed_at: datetime
    waits_until: datetime


_Count = Annotated[int, Meta(ge=1, le=100_000)]


class Slowing(Table, frozen=True):
    """How tries of one subject are slowed down."""

    free_tries: _Count
    first_wait_seconds: _Count
    longest_wait_seconds: _Count
    forget_after_minutes: _Count


class Policy(Table, frozen=True):
    """How long sessions live, and how signing in is slowed down."""

    staff_idle_minutes: _Count
    staff_longest_hours: _Count
    shopper_idle_minutes: _Count
    shopper_longest_hours: _Count
    seen_every_seconds: _Count
    link_minutes: _Count
    shortest_password: Annotated[int, Meta(ge=8, le=64)]
    account: Slowing
    address: Slowing

    def longest(self, kind: Kind) -> timedelta:
        """Say how long a session of this kind may live at most."""
        shopper = kind is Kind.SHOPPER
        return timedelta(hours=self.shopper_longest_hours if shopper else self.staff_longest_hours)
