"""What routes about contacts take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.bodies import Body

Channel: TypeAlias = Literal["sms", "email"]
Zone: TypeAlias = Annotated[
    str, Meta(pattern="^[A-Za-z0-9_+/-]{1,64}$", examples=["Asia/Shanghai", "Asia/Urumqi"])
]
Address: TypeAlias = Annotated[
    str, Meta(pattern="^[\\u0021-\\u007e]{3,254}$", examples=["+8613800000900"])
]
Flag: TypeAlias = Literal["hardship", "dispute", "bereavement", "illness"]
Night: TypeAlias = Annotated[
    bool, Meta(description="The person agreed to be written to between 22:00 and 08:00.")
]


class ContactBody(Body, frozen=True):
    """Add a contact point of the person's own; it is written to once it is verified."""

    channel: Channel
    address: Address
    zone: Zone = "Asia/Shanghai"
    may_at_night: Night = False


class VerifyBody(Body, frozen=True):
    """Nothing needs to be said: that this is sent says that the shop has checked it."""


class HoursBody(Body, frozen=True):
    """Where the person lives, and whether they may be written to at night."""

    zone: Zone
    may_at_night: Night


class OptBody(Body, frozen=True):
    """The person does not want a channel, or wants it again."""

    channel: Channel
    is_opted_out: bool


class FlagBody(Body, frozen=True):
    """The person is in difficulty: no reminders from a date (today) until another (until ended)."""

    flag: Flag
    since_on: date | None = None
    until_on: date | None = None


class Contact(Struct, frozen=True):
    """A contact point; of its address only what its owner recognizes it by."""

    id: str
    channel: Channel
    address: str
    zone: str
    may_at_night: bool
    is_verified: bool
    is_opted_out: bool


class StandingFlag(Struct, frozen=True):
    """A flag that has not ended; `stands` tells whether it stops reminders today."""

    id: str
    flag: str
    since_on: date
    until_on: date | None
    stands: bool


class Contacts(Struct, frozen=True):
    """A person's contact points and flags."""

    contacts: list[Contact]
    flags: list[StandingFlag]


class Opted(Struct, frozen=True):
    """The contact points that changed."""

    contacts: list[Contact]


class FlagSet(Struct, frozen=True):
    """The flag that was set, or ended."""

    id: str


class Message(Struct, frozen=True):
    """A notice on its way to a contact point."""

    notice_id: int
    contact_id: str
    channel: str
    kind: str
    klass: str
    status: str
    why: str | None
    tries: int
    queued_at: datetime
    not_before: datetime
    finished_at: datetime | None


class Messages(Struct, frozen=True):
    """The newest hundred messages to a person."""

    messages: list[Message]
