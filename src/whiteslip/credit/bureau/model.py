"""An inquiry on its way, the facts of a file, and how patient we are."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from whiteslip.kernel.money import Minor
from whiteslip.kernel.parameters import Version


class InquiryStatus(StrEnum):
    """Where an inquiry stands; all but `WAITING` are final."""

    WAITING = "waiting"
    ANSWERED = "answered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class NewInquiry(NamedTuple):
    """An inquiry to be made about an applicant who consented."""

    customer_id: int
    inquiry_id: int
    application_id: int


class DueInquiry(NamedTuple):
    """An inquiry that is ours to make until the lease ends; `tries` counts the failed ones before."""

    customer_id: int
    inquiry_id: int
    application_id: int
    tries: int
    requested_at: datetime


class ApplicationKey(NamedTuple):
    """The application an inquiry is made for, and its owner."""

    customer_id: int
    application_id: int


class Subject(NamedTuple):
    """Whom an inquiry asks about."""

    reference: str
    id_token: str
    birth_on: date


class File(NamedTuple):
    """The facts of a report, in minor units and counts, as of its date; None is not known.

    When `is_right_person` is False all that follow are None. `is_confirmed` is what the register of residents says to
    the declared identity. A person the bureau does not know has a file with nothing in it: counts of 0, and no age.
    `lenders` have an open debt; `late_months_24m` counts months with anything overdue, `worst_late_months` how far
    the worst went in that time, `late_months_now` how far the worst is behind on the day of the report.
    """

    as_of: date
    is_right_person: bool
    is_confirmed: bool | None = None
    is_known: bool | None = None
    months_on_file: int | None = None
    accounts: int | None = None
    lenders: int | None = None
    late_months_now: int | None = None
    late_months_24m: int | None = None
    worst_late_months: int | None = None
    enquiries_3m: int | None = None
    enquiries_6m: int | None = None
    balance_minor: Minor | None = None
    monthly_minor: Minor | None = None
    card_balance_minor: Minor | None = None
    card_limit_minor: Minor | None = None
    verified_income_minor: Minor | None = None


class NewReport(NamedTuple):
    """What came for an inquiry: the bytes, and the file read from them or the fault that kept it from being read."""

    customer_id: int
    report_id: int
    inquiry_id: int
    body: bytes
    file: File | None
    fault: str | None


class Delay(NamedTuple):
    """An inquiry to be tried again, or given up: how many tries have failed, the next one, and what came instead."""

    inquiry: DueInquiry
    tries: int
    next_try_at: datetime
    failure: str | None
    is_given_up: bool
    unreadable: NewReport | None = None


class Patience(Struct, frozen=True, forbid_unknown_fields=True):
    """How long an inquiry is tried, in seconds; `data/patience.toml` has the figures and what they mean."""

    version: Version
    most_tries: Annotated[int, Meta(ge=1, le=100)]
    first_pause_s: Annotated[int, Meta(ge=1, le=3600)]
    pause_factor: Annotated[int, Meta(ge=1, le=10)]
    longest_pause_s: Annotated[int, Meta(ge=1, le=86_400)]
    deadline_s: Annotated[int, Meta(ge=1, le=604_800)]
    lease_s: Annotated[int, Meta(ge=1, le=3600)]
