"""What appeals and complaints take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.answers import Words
from whiteslip.api.bodies import Body, CustomerId, LineId
from whiteslip.api.shapes.reviews import Note, Teaches

_SIGN = "[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]"
_SEEN = "[^\\s\\u0000-\\u001f\\u007f-\\u009f]"
Said: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=4000,
        pattern=f"^{_SIGN}*{_SEEN}{_SIGN}*$",
        description="In the person's own words, in any script.",
    ),
]
MaySay: TypeAlias = Annotated[str, Meta(max_length=4000, pattern=f"^{_SIGN}*$")]
About: TypeAlias = Annotated[
    str,
    Meta(
        pattern="^(res|lim|app|dec|fee|rpt)_[0-9]{1,19}_[0-9]{1,19}$",
        description="The restriction, change of limits, application, decision, fee or bureau report.",
        examples=["res_7_44"],
    ),
]
ComplaintCause: TypeAlias = Literal[
    "frozen_without_reason",
    "wrong_charge",
    "harassing_reminder",
    "slow_refund",
    "wrong_data",
    "system_fault",
    "other",
]


class AppealBody(Body, frozen=True):
    """Appeal against a decision; files are not kept, `attachments` says what the person can show."""

    about: About
    text: Said
    wants: MaySay = ""
    attachments: MaySay = ""


class HumanDecisionBody(Body, frozen=True):
    """Ask that a person decides what a machine decided alone; nothing has to be argued."""

    about: About


class AppealDecisionBody(Body, frozen=True):
    """Decide an appeal: the answer is the customer's to read, the note the staff's."""

    outcome: Literal["upheld", "overturned", "partly"]
    answer: Said
    note: Note
    label: Teaches | None = None


class ComplaintBody(Body, frozen=True):
    """Complain, perhaps about a line."""

    customer_id: CustomerId
    cause: ComplaintCause
    text: Said
    channel: Literal["app", "phone", "mail", "branch", "regulator"] = "app"
    line_id: LineId | None = None


class ComplaintAnswerBody(Body, frozen=True):
    """Answer a complaint: the cause found, what is done about it, and the words for the customer."""

    cause: ComplaintCause
    redress: Literal["none", "apology", "correction", "refund", "compensation"]
    answer: Said
    note: Note


class Matter(Struct, frozen=True):
    """An appeal or a complaint, and where it stands."""

    id: str
    state: str


class Appeal(Struct, frozen=True):
    """An appeal as its person may read it, with the latest notice about it."""

    id: str
    form: str
    about: str
    state: str
    text: str
    wants: str
    attachments: str
    received_on: date
    due_at: datetime
    outcome: str | None
    answer: str | None
    decided_on: date | None
    notice: Words


class Appeals(Struct, frozen=True):
    """A customer's appeals, the newest first."""

    items: list[Appeal]


class Complaint(Struct, frozen=True):
    """A complaint as its person may read it, with the latest notice about it."""

    id: str
    line_id: str | None
    channel: str
    cause: str
    state: str
    text: str
    received_on: date
    due_at: datetime
    redress: str | None
    answer: str | None
    answered_on: date | None
    notice: Words


class ComplaintCount(Struct, frozen=True):
    """Complaints of a cause received in a month."""

    month_on: date
    cause: str
    complaints: int
    answered: int
    redressed: int
    late: int


class ComplaintCounts(Struct, frozen=True):
    """Complaints by month and cause."""

    items: list[ComplaintCount]
