"""What privacy takes and gives: consents, the export, corrections, erasure and legal holds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.answers import Words
from whiteslip.api.bodies import Body, Instant, Name

Purpose: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z_]{0,39}$", examples=["marketing"])]
Recipient: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z_]{0,39}$", examples=["whiteslip"])]
State: TypeAlias = Literal["none", "given", "withdrawn"]
Contact: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=200, pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]+$")
]
BureauSubject: TypeAlias = Literal["identity", "account", "balance", "late_payment", "enquiry"]


class ConsentBody(Body, frozen=True):
    """Give or withdraw a consent, and when the person said so."""

    purpose: Purpose
    recipient: Recipient
    is_given: bool
    said_at: Instant


class ConsentSaid(Struct, frozen=True):
    """A consent as it stands now; `restricts` says that the service cannot go on without it."""

    customer_id: str
    purpose: str
    recipient: str
    state: State
    restricts: bool


class Consent(Struct, frozen=True):
    """What may be consented to, and how it stands."""

    purpose: str
    recipient: str
    necessary: bool
    words: Words
    state: State
    said_at: datetime | None


class Consents(Struct, frozen=True):
    """Every purpose and recipient there is."""

    customer_id: str
    consents: list[Consent]


class Export(Struct, frozen=True):
    """Everything held on a person, every row of every table that carries their number; keys alone are left out."""

    customer_id: str
    name: str | None
    contact: str | None
    erased: bool
    tables: dict[str, list[Any]]
    left_out: list[str]


class CorrectionBody(Body, frozen=True):
    """What the person's own data should be; what is not named stays."""

    name: Name | None = None
    contact: Contact | None = None


class Corrected(Struct, frozen=True):
    """Which fields were corrected."""

    customer_id: str
    fields: list[str]


class BureauCorrectionBody(Body, frozen=True):
    """What is wrong in the data a bureau holds."""

    subject: BureauSubject


class BureauCorrection(Struct, frozen=True):
    """A request, and the day it is to be answered by."""

    request_id: str
    subject: str
    due_on: date


class BureauCorrections(Struct, frozen=True):
    """Requests, newest first."""

    customer_id: str
    requests: list[BureauCorrection]


class KeptFor(Struct, frozen=True):
    """Why a person is not erased now; `until` where it ends by itself."""

    code: str
    until: date | None
    words: Words


class Erasure(Struct, frozen=True):
    """Done, or the reasons why not now. What stays is the ledger, statements and decisions, under a number."""

    customer_id: str
    done: bool
    kept_for: list[KeptFor]


class HoldBody(Body, frozen=True):
    """Place a legal hold; `basis` names the law or order, and no person."""

    basis: Annotated[
        str, Meta(min_length=1, max_length=200, pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]+$")
    ]


class Hold(Struct, frozen=True):
    """A legal hold."""

    hold_id: str
    stands: bool
