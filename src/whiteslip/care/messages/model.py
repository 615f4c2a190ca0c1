"""A message, where it stands, and what is done with it next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from whiteslip.care.contacts.model import Channel, Klass


class Status(StrEnum):
    """Where a message stands; the last three are final."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Command(StrEnum):
    """What is done with a message: begin an attempt, wait, end without one, keep what an attempt brought."""

    BEGIN = "begin"
    WAIT = "wait"
    END = "end"
    KEEP = "keep"


class Outcome(StrEnum):
    """What came of an attempt; after `UNKNOWN` the person may have been reached."""

    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    UNREACHABLE = "unreachable"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"
    REJECTED = "rejected"


class Patience(NamedTuple):
    """How often a message is tried, in seconds between tries, and how long it is worth sending.

    `read_on_…` are the words that lead from a text message to the app.
    """

    version: int
    most_tries: int
    first_pause_s: int
    pause_factor: int
    longest_pause_s: int
    lease_s: int
    lifetimes: Mapping[Klass, timedelta]
    read_on_zh: str
    read_on_en: str


class MessageKey(NamedTuple):
    """Which message: it is named by its notice and its contact point, so that the two have one."""

    customer_id: int
    notice_id: int
    contact_id: int


class DueMessage(NamedTuple):
    """A message that is due and locked, with all there is to know about sending it."""

    customer_id: int
    notice_id: int
    contact_id: int
    klass: Klass
    status: Status
    tries: int
    queued_at: datetime
    channel: Channel
    address: str
    zone: str
    may_at_night: bool
    is_verified: bool
    is_opted_out: bool
    is_flagged: bool
    is_moot: bool
    language: str
    text_zh: str
    text_en: str

    @property
    def key(self) -> MessageKey:
        """Its name."""
        return MessageKey(*self[:3])


class Begin(NamedTuple):
    """Send it now; it must be delivered by `until`, if that is given."""

    until: datetime | None


class Wait(NamedTuple):
    """Not now: `not_before` is when."""

    not_before: datetime


class End(NamedTuple):
    """Not at all."""

    status: Status
    why: str


Step: TypeAlias = Begin | Wait | End


class Move(NamedTuple):
    """A change of a message seen with a status and so many tries; `not_before` is None where the message is done."""

    key: MessageKey
    before: Status
    tries: int
    after: Status
    not_before: datetime | None = None
    why: str | None = None


class NewAnswer(NamedTuple):
    """What came of an attempt."""

    key: MessageKey
    attempt: int
    outcome: Outcome
