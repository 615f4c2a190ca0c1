"""Consents, corrections and erasure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from whiteslip.kernel.money import Minor
from whiteslip.kernel.parameters import Words


class Purpose(NamedTuple):
    """What a consent may be for: who may receive, and whether a line cannot be used without it."""

    name: str
    recipients: frozenset[str]
    necessary: bool
    words: Words


class ConsentState(StrEnum):
    """Where a consent stands."""

    NONE = "none"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class ConsentCommand(StrEnum):
    """What a person says of a consent."""

    GIVE = "give"
    WITHDRAW = "withdraw"


class ConsentRequest(NamedTuple):
    """A person gives or withdraws a consent; `said_at` is when they said so."""

    customer_id: int
    purpose: str
    recipient: str
    command: ConsentCommand
    said_at: datetime


class Consent(NamedTuple):
    """A consent as it stands: the last that was said of it, here or with an application."""

    customer_id: int
    purpose: str
    recipient: str
    state: ConsentState
    said_at: datetime


class Person(NamedTuple):
    """A person's own data in clear; None is what is not known."""

    name: str | None
    contact: str | None


class Sealed(NamedTuple):
    """The same as it lies in the database."""

    customer_id: int
    wrapped_key: bytes
    name: bytes | None
    contact: bytes | None
    name_hash: bytes | None


class Standing(NamedTuple):
    """What decides whether a person can be erased; `last_on` is the last day money moved, None if none ever did."""

    customer_id: int
    owed_minor: Minor
    held_minor: Minor
    credit_minor: Minor
    last_on: date | None
    on_hold: bool
    applying: bool
    erased_on: date | None


class Keeping(StrEnum):
    """Why a person is not erased now."""

    OWES = "owes"
    HELD = "held"
    CREDIT = "credit"
    APPLYING = "applying"
    LEGAL_HOLD = "legal_hold"
    RETENTION = "retention"


class Kept(NamedTuple):
    """A reason to keep, and for a retention period the day it ends."""

    keeping: Keeping
    until: date | None = None


class Terms(NamedTuple):
    """The parameters, as `data/privacy.toml` has them."""

    version: int
    retention_days: int
    bureau_answer_days: int
    application_recipient: Mapping[str, str]
    purposes: Mapping[str, Purpose]
    keeping: Mapping[Keeping, Words]
