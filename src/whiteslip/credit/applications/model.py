"""An application and what happens to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from whiteslip.credit.limits.model import Bound
from whiteslip.kernel.money import Minor
from whiteslip.kernel.reason import Reason, ReasonCode


class Status(StrEnum):
    """Where an application stands; the first two are the machine's, `REFERRED` is a person's, the rest are final."""

    RECEIVED = "received"
    INQUIRING = "inquiring"
    REFERRED = "referred"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Command(StrEnum):
    """What may be asked of an application."""

    INQUIRE = "inquire"
    DECIDE = "decide"
    REVIEW = "review"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    REOPEN = "reopen"


class Purpose(StrEnum):
    """What a consent is for."""

    BUREAU_INQUIRY = "bureau_inquiry"
    AUTOMATED_DECISION = "automated_decision"


class Consent(NamedTuple):
    """A consent given or refused by the person, and when."""

    purpose: Purpose
    is_given: bool
    said_at: datetime


class Applicant(NamedTuple):
    """The declared identity; of the number only its keyed hash and its last four characters are kept."""

    name: str
    id_hash: bytes
    id_last4: str
    birth_on: date


class Request(NamedTuple):
    """Somebody applies for a line; amounts in minor units a month, `actor` is who took the application in.

    `reference`, `display_name` and `language` are the shop's words for the customer. The hashes, where given, are the
    caller's own: what they hash never comes here. `agreement_version` is that of the credit agreement the person was
    shown; None stands for the one in force.
    """

    reference: str
    display_name: str
    language: str
    applicant: Applicant
    income_minor: Minor
    obligations_minor: Minor
    rent_minor: Minor
    requested_minor: Minor
    statement_day: int
    product: str
    consents: tuple[Consent, ...]
    actor: str
    device_hash: str | None = None
    phone_hash: str | None = None
    address_hash: str | None = None
    card_hash: str | None = None
    ip_hash: str | None = None
    agreement_version: int | None = None


class Application(NamedTuple):
    """An application as journeys see it; `declined_by` are the people who declined it before it was reopened."""

    customer_id: int
    application_id: int
    status: Status
    product: str
    statement_day: int
    requested_minor: Minor
    income_minor: Minor
    obligations_minor: Minor
    rent_minor: Minor
    name: str
    id_hash: bytes
    id_last4: str
    birth_on: date
    may_inquire: bool
    may_automate: bool
    received_on: date
    received_from: str
    is_ready: bool
    declined_by: tuple[str, ...] = ()


class Move(NamedTuple):
    """A change of status; what is None stays as it is in the application, and is absent from the event."""

    customer_id: int
    application_id: int
    before: Status
    after: Status
    actor: str
    reasons: tuple[Reason, ...] | None = None
    limit_minor: Minor | None = None
    line_id: int | None = None
    bound: Bound | None = None
    expires_on: date | None = None


class Reopening(NamedTuple):
    """A refusal that does not stand: a person decides the application anew, with what the appeal said before them."""

    customer_id: int
    application_id: int
    actor: str
    appeal_id: int
    note: str
    frozen: Mapping[str, Any]


class Conclusion(NamedTuple):
    """What a verdict means for an application: approved with a limit, declined with reasons, or referred.

    `reasons` are told to the person; `found` is what the machine found, told or not.
    """

    status: Status
    limit_minor: Minor
    reasons: tuple[Reason, ...]
    found: tuple[ReasonCode, ...] = ()


class Review(NamedTuple):
    """A person's decision about a referred application: a limit to approve, or 1 to 4 reasons to decline."""

    customer_id: int
    application_id: int
    actor: str
    limit_minor: Minor | None
    reasons: tuple[Reason, ...] = ()
