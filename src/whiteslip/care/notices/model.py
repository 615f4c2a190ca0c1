"""Reason texts and notices, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from whiteslip.care.contacts.model import Klass
from whiteslip.kernel.reason import Fact, Reason, ReasonCode


class Words(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str


class Cure(StrEnum):
    """How what a reason caused comes to an end."""

    AUTOMATIC = "automatic"
    VERIFY = "verify"
    DOCUMENTS = "documents"
    REVIEW = "review"
    SELF_SERVICE = "self_service"
    WAIT = "wait"


class Kind(StrEnum):
    """What a notice tells of."""

    WARNED = "warned"
    RESTRICTED = "restricted"
    SUSPENDED = "suspended"
    RESTORED = "restored"
    EASED = "eased"
    PLANS_STOPPED = "plans_stopped"
    PLANS_RESTORED = "plans_restored"
    LIMIT_RAISED = "limit_raised"
    LIMIT_CUT = "limit_cut"
    LIMIT_OBJECTED = "limit_objected"
    LIMIT_KEPT = "limit_kept"
    LIMIT_RESTORED = "limit_restored"
    LIMIT_UPHELD = "limit_upheld"
    TEMPORARY_LIMIT_GRANTED = "temporary_limit_granted"
    TEMPORARY_LIMIT_ENDING = "temporary_limit_ending"
    TEMPORARY_LIMIT_SHORTENED = "temporary_limit_shortened"
    APPLICATION_APPROVED = "application_approved"
    APPLICATION_DECLINED = "application_declined"
    APPLICATION_REFERRED = "application_referred"
    APPLICATION_EXPIRED = "application_expired"
    APPLICATION_REOPENED = "application_reopened"
    APPEAL_RECEIVED = "appeal_received"
    APPEAL_DECIDED = "appeal_decided"
    HUMAN_DECISION_REQUESTED = "human_decision_requested"
    COMPLAINT_RECEIVED = "complaint_received"
    COMPLAINT_ANSWERED = "complaint_answered"
    BUDGET_WARNING = "budget_warning"
    DUE_SOON = "due_soon"
    OVERDUE_REMINDER = "overdue_reminder"
    LATE_FEE_WAIVED = "late_fee_waived"
    GOODWILL_GRANTED = "goodwill_granted"
    RELIEF_OFFERED = "relief_offered"
    RELIEF_AGREED = "relief_agreed"
    RELIEF_KEPT = "relief_kept"
    RELIEF_BROKEN = "relief_broken"
    RELIEF_ENDED = "relief_ended"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_ACCEPTED = "dispute_accepted"
    DISPUTE_REJECTED = "dispute_rejected"
    AGREEMENT_CHANGING = "agreement_changing"
    AGREEMENT_OFFERED = "agreement_offered"
    PURCHASE_GRANTED = "purchase_granted"
    PURCHASE_DECLINED = "purchase_declined"
    PURCHASE_LAPSED = "purchase_lapsed"
    HELP_OFFERED = "help_offered"
    SOURCE_STOPPED = "source_stopped"
    COLLECTION_FAILED = "collection_failed"
    PAYMENT_REVERSED = "payment_reversed"
    SETTLED_EARLY = "settled_early"
    STATEMENT_SPLIT = "statement_split"
    CHARGED_OFF = "charged_off"
    CLAIM_REDUCED = "claim_reduced"
    CLAIM_RECOVERED = "claim_recovered"
    CLAIM_WRITTEN_OFF = "claim_written_off"
    REFUND_SENT = "refund_sent"


CLASSES: Mapping[Kind, Klass] = MappingProxyType(
    {
        Kind.RESTRICTED: Klass.PROTECTIVE,
        Kind.SUSPENDED: Klass.PROTECTIVE,
        Kind.PLANS_STOPPED: Klass.PROTECTIVE,
        Kind.DUE_SOON: Klass.REMINDER,
        Kind.OVERDUE_REMINDER: Klass.REMINDER,
        Kind.HELP_OFFERED: Klass.REMINDER,
        Kind.COLLECTION_FAILED: Klass.REMINDER,
    }
)
"""What a notice's message is for; of any other kind it is a service."""

IN_APP_ONLY = frozenset({Kind.WARNED})
"""An early warning takes nothing away, and of a missed payment the reminders tell: nobody hears of it twice."""

NO_FACTS: Mapping[str, Fact] = MappingProxyType({})


class ReasonText(NamedTuple):
    """A reason as its person is told it: what it is, what to do next, and the right to object."""

    code: ReasonCode
    says: Words
    next: Words
    right: Words


class Entry(NamedTuple):
    """A reason code's templates; `right` is None where the catalog's shared one holds."""

    cure: Cure
    says: Words
    next: Words
    right: Words | None


class Catalog(NamedTuple):
    """The texts of every reason code."""

    entries: Mapping[ReasonCode, Entry]
    right: Words


class Frame(NamedTuple):
    """The letter around the reasons: what happened, what leads to them, what still works."""

    subject: Words
    opening: Words
    because: Words
    closing: Words


Frames: TypeAlias = Mapping[Kind, Frame]


class NoticeText(NamedTuple):
    """A whole notice: a first line that is its subject, then paragraphs."""

    zh: str
    en: str


class Ability(NamedTuple):
    """Something that works, by its name in the API and in words."""

    name: str
    words: Words


class NewNotice(NamedTuple):
    """A notice to be written, about a line, an application or a matter; `kind` is a value of `Kind`.

    A matter is an appeal or a complaint. `answer` is what a person of the staff wrote to the customer, told as it is.
    `facts` fill the frame, such as a date or an amount in words.
    """

    customer_id: int
    notice_id: int
    line_id: int | None
    kind: str
    reasons: tuple[Reason, ...]
    noticed_on: date
    application_id: int | None = None
    matter_id: int | None = None
    answer: str = ""
    facts: Mapping[str, Fact] = NO_FACTS
