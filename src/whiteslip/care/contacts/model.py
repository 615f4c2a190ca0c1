"""Contact points, the policy about them, and what stands in the way of writing to somebody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple


class Channel(StrEnum):
    """A way to reach a person outside of the app."""

    SMS = "sms"
    EMAIL = "email"


class Klass(StrEnum):
    """What a message is for, which decides when it may be sent."""

    PROTECTIVE = "protective"
    SERVICE = "service"
    REMINDER = "reminder"


class Flag(StrEnum):
    """Why a person is to be left alone with reminders."""

    HARDSHIP = "hardship"
    DISPUTE = "dispute"
    BEREAVEMENT = "bereavement"
    ILLNESS = "illness"


class Obstacle(StrEnum):
    """Why a person may not be written to; the first three do not pass by waiting."""

    UNVERIFIED = "unverified"
    OPTED_OUT = "opted_out"
    FLAGGED = "flagged"
    NIGHT = "night"
    HOLIDAY = "holiday"
    CAP = "cap"


class Manner(NamedTuple):
    """How a class may be sent: the channels it may use at night, and whether on holidays and despite a flag."""

    night_channels: frozenset[Channel]
    on_holidays: bool
    despite_flags: bool


class Policy(NamedTuple):
    """When people may be written to; the hours are the person's own local time."""

    version: int
    quiet_from: time
    quiet_until: time
    most_a_day: int
    most_contacts: int
    manners: Mapping[Klass, Manner]


class Person(NamedTuple):
    """A person by one of their contact points; `is_flagged` tells whether a flag stands today."""

    channel: Channel
    zone: str
    may_at_night: bool = False
    is_verified: bool = True
    is_opted_out: bool = False
    is_flagged: bool = False


class Contact(NamedTuple):
    """A contact point as it is kept."""

    customer_id: int
    contact_id: int
    channel: Channel
    address: str
    zone: str
    may_at_night: bool
    verified_at: datetime | None
    opted_out_at: datetime | None


class NewContact(NamedTuple):
    """A contact point to be kept, not yet verified."""

    customer_id: int
    contact_id: int
    channel: Channel
    address: str
    zone: str
    may_at_night: bool
    is_opted_out: bool
    actor: str


class NewFlag(NamedTuple):
    """A flag to be set; it stands from `since_on`, until `until_on` or until it is ended."""

    customer_id: int
    flag_id: int
    flag: Flag
    since_on: date
    until_on: date | None
    actor: str


class Deed(StrEnum):
    """What happened to a contact point."""

    ADDED = "added"
    VERIFIED = "verified"
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    HOURS_SET = "hours_set"


class Change(NamedTuple):
    """What is done to a contact point and by whom; a None leaves a field as it is."""

    customer_id: int
    contact_id: int
    deed: Deed
    actor: str
    zone: str | None = None
    may_at_night: bool | None = None
