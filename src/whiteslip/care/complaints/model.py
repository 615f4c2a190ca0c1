"""A complaint, its answer, and the catalog of causes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from whiteslip.risk.reviews.model import CaseKey

LONGEST_TEXT: Final = 4000
"""Characters of what a person writes, in any script, and of what they are answered."""


class Channel(StrEnum):
    """How a complaint reached us."""

    APP = "app"
    PHONE = "phone"
    MAIL = "mail"
    BRANCH = "branch"
    REGULATOR = "regulator"


class Cause(StrEnum):
    """What a complaint is about; the catalog says what each means."""

    FROZEN_WITHOUT_REASON = "frozen_without_reason"
    WRONG_CHARGE = "wrong_charge"
    HARASSING_REMINDER = "harassing_reminder"
    SLOW_REFUND = "slow_refund"
    WRONG_DATA = "wrong_data"
    SYSTEM_FAULT = "system_fault"
    OTHER = "other"


class Redress(StrEnum):
    """What is done about a complaint."""

    NONE = "none"
    APOLOGY = "apology"
    CORRECTION = "correction"
    REFUND = "refund"
    COMPENSATION = "compensation"


class State(StrEnum):
    """Where a complaint stands; the last two are final."""

    RECEIVED = "received"
    IN_REVIEW = "in_review"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Command(StrEnum):
    """What may be asked of a complaint; it begins when a reviewer takes its case."""

    BEGIN = "begin"
    ANSWER = "answer"
    WITHDRAW = "withdraw"


class ComplaintKey(NamedTuple):
    """Which complaint."""

    customer_id: int
    complaint_id: int


class NewComplaint(NamedTuple):
    """Somebody complains, perhaps about a line."""

    customer_id: int
    channel: Channel
    cause: Cause
    text: str
    actor: str
    line_id: int | None = None


class Complaint(NamedTuple):
    """A complaint as journeys see it."""

    customer_id: int
    complaint_id: int
    case_id: int
    line_id: int | None
    state: State

    @property
    def key(self) -> ComplaintKey:
        """Which complaint it is."""
        return ComplaintKey(self.customer_id, self.complaint_id)

    @property
    def case(self) -> CaseKey:
        """The case it lies in."""
        return CaseKey(self.customer_id, self.case_id)


class Answer(NamedTuple):
    """What a reviewer answers: the cause they found, what is done, and the words for the customer."""

    customer_id: int
    complaint_id: int
    actor: str
    cause: Cause
    redress: Redress
    answer: str
    note: str


class Kept(NamedTuple):
    """A complaint about to be kept."""

    key: ComplaintKey
    new: NewComplaint
    due_at: datetime


class Move(NamedTuple):
    """A complaint after a command, with its event; the last four are of an answer."""

    customer_id: int
    complaint_id: int
    before: State
    after: State
    actor: str
    note: str = ""
    found_cause: Cause | None = None
    redress: Redress | None = None
    answer: str | None = None
    answered_on: date | None = None


class Words(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str


class Terms(NamedTuple):
    """The parameters of complaints, and what each cause means."""

    closes_hour: int
    due_days: int
    causes: Mapping[Cause, Words]
