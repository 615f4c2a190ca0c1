"""An appeal, what it is about, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from whiteslip.risk.reviews.model import CaseKey, Label, SubjectType

LONGEST_TEXT: Final = 4000
"""Characters of what a person writes, in any script, and of what they are answered."""


class Form(StrEnum):
    """How a decision is questioned."""

    APPEAL = "appeal"
    HUMAN_DECISION = "human_decision"


class State(StrEnum):
    """Where an appeal stands; the last two are final."""

    RECEIVED = "received"
    IN_REVIEW = "in_review"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Command(StrEnum):
    """What may be asked of an appeal; it begins when a reviewer takes its case."""

    BEGIN = "begin"
    DECIDE = "decide"
    WITHDRAW = "withdraw"


class Outcome(StrEnum):
    """What becomes of the decision that was questioned."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"
    PARTLY = "partly"


class SubjectKey(NamedTuple):
    """Which decision is questioned."""

    customer_id: int
    type: SubjectType
    subject_id: int


class Subject(NamedTuple):
    """A decision as it is when it is questioned; `actors` are all who had a hand in it, earlier reviewers included."""

    line_id: int | None
    application_id: int | None
    actors: tuple[str, ...]
    by_machine: bool
    frozen: Mapping[str, Any]


class AppealKey(NamedTuple):
    """Which appeal."""

    customer_id: int
    appeal_id: int


class NewAppeal(NamedTuple):
    """Somebody questions a decision about them; a request for a human decision needs no text.

    `attachments` says what the person holds ready to show; the files themselves are not kept here.
    """

    subject: SubjectKey
    form: Form
    actor: str
    text: str = ""
    wants: str = ""
    attachments: str = ""


class Appeal(NamedTuple):
    """An appeal as journeys see it."""

    customer_id: int
    appeal_id: int
    case_id: int
    form: Form
    subject_type: SubjectType
    subject_id: int
    line_id: int | None
    application_id: int | None
    state: State
    decided_by_before: tuple[str, ...]
    due_at: datetime

    @property
    def key(self) -> AppealKey:
        """Which appeal it is."""
        return AppealKey(self.customer_id, self.appeal_id)

    @property
    def case(self) -> CaseKey:
        """The case it lies in."""
        return CaseKey(self.customer_id, self.case_id)


class Kept(NamedTuple):
    """An appeal about to be kept."""

    key: AppealKey
    new: NewAppeal
    subject: Subject
    due_at: datetime


class Decision(NamedTuple):
    """What a reviewer decides: the answer is the customer's to read, the note the staff's."""

    customer_id: int
    appeal_id: int
    actor: str
    outcome: Outcome
    answer: str
    note: str
    label: Label | None = None


class Overturned(NamedTuple):
    """A decision that does not stand: whoever can undo it is to do so now, in the name of the reviewer.

    `frozen` is the decision as it is now; `book` is the rule book that took it, of a decision alone, and `decided_on`
    its day.
    """

    subject: SubjectKey
    appeal_id: int
    actor: str
    note: str
    book: str | None = None
    decided_on: date | None = None
    frozen: Mapping[str, Any] = MappingProxyType({})


class Move(NamedTuple):
    """An appeal after a command, with its event; the last three are of a decision."""

    customer_id: int
    appeal_id: int
    before: State
    after: State
    actor: str
    note: str = ""
    outcome: Outcome | None = None
    answer: str | None = None
    decided_on: date | None = None


class Due(NamedTuple):
    """By when an appeal is decided, in days of the calendar or in working days: one of the two."""

    calendar_days: int | None
    working_days: int | None


class Terms(NamedTuple):
    """The parameters of appeals; `dues` says also what can be appealed."""

    closes_hour: int
    dues: Mapping[SubjectType, Due]
    human: Due
    humans: frozenset[SubjectType]
