"""A case, what opens it, how it changes, and the parameters of the queues."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple


class Kind(StrEnum):
    """What a case is about; each kind is a queue of its own."""

    SUSPENSION = "suspension"
    FRAUD = "fraud"
    LIMIT = "limit"
    APPLICATION = "application"
    IDENTITY = "identity"
    RELIEF = "relief"
    APPEAL = "appeal"
    HUMAN_DECISION = "human_decision"
    COMPLAINT = "complaint"
    DATA_CORRECTION = "data_correction"
    DOWNTURN = "downturn"
    DEBIT = "debit"
    RUN = "run"
    PURCHASE = "purchase"
    RING = "ring"
    WARNING = "warning"
    OUTREACH = "outreach"


class SubjectType(StrEnum):
    """What a case or an appeal can be about, besides its number."""

    RESTRICTION = "restriction"
    LIMIT_CHANGE = "limit_change"
    LIMIT_REVIEW = "limit_review"
    APPLICATION = "application"
    DECISION = "decision"
    FEE = "fee"
    BUREAU_REPORT = "bureau_report"
    RELIEF = "relief"
    APPEAL = "appeal"
    COMPLAINT = "complaint"
    CAUSE = "cause"
    RUN = "run"
    LIMIT_RUN = "limit_run"
    LINE = "line"
    CUSTOMER = "customer"
    PURCHASE = "purchase"
    RING = "ring"
    WARNING = "warning"


class State(StrEnum):
    """Where a case stands; the last two are final."""

    OPEN = "open"
    TAKEN = "taken"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Command(StrEnum):
    """What may be asked of a case; the two last ones are the program's."""

    TAKE = "take"
    RENEW = "renew"
    RELEASE = "release"
    DECIDE = "decide"
    WITHDRAW = "withdraw"
    ATTACH = "attach"
    ESCALATE = "escalate"


class Label(StrEnum):
    """What a decision says of the finding that opened the case; training learns from the first two."""

    TRUE_POSITIVE = "true_positive"
    FALSE_POSITIVE = "false_positive"
    UNCLEAR = "unclear"


class CaseKey(NamedTuple):
    """Which case."""

    customer_id: int
    case_id: int


class CaseSubject(NamedTuple):
    """What a piece of a case is about; whose it is is the case's."""

    type: SubjectType
    subject_id: int


class NewCase(NamedTuple):
    """Something a person shall look at: its subject, and all the reviewer is to see of it, as it is now.

    `barred` are those who took or approved what is looked at: they may not hold the case. `actor` is who or what opens
    it. Priority and due time are the queue's unless given.
    """

    customer_id: int
    kind: Kind
    subject_type: SubjectType
    subject_id: int
    evidence: Mapping[str, Any]
    actor: str
    line_id: int | None = None
    barred: tuple[str, ...] = ()
    priority: int | None = None
    due_at: datetime | None = None


class OpenedOrAttached(NamedTuple):
    """The case that holds what was given, and the number of the piece in it; piece 1 opened it."""

    customer_id: int
    case_id: int
    piece: int

    @property
    def is_opened(self) -> bool:
        """Tell whether the case is a new one."""
        return self.piece == 1


class Case(NamedTuple):
    """A case as journeys see it; who holds and who decided it are in the form people are compared by."""

    customer_id: int
    case_id: int
    kind: Kind
    subject_type: SubjectType
    subject_id: int
    line_id: int | None
    state: State
    priority: int
    opened_on: date
    opened_at: datetime
    due_at: datetime
    escalated_at: datetime | None
    pieces: int
    steps: int
    barred: tuple[str, ...]
    holder: str | None
    leased_until: datetime | None
    outcome: str | None
    label: Label | None
    decided_by: str | None
    decided_on: date | None
    decided_at: datetime | None

    @property
    def key(self) -> CaseKey:
        """Which case it is."""
        return CaseKey(self.customer_id, self.case_id)


class Move(NamedTuple):
    """A case after a command, as it is to be written, with its event."""

    before: Case
    after: Case
    command: Command
    actor: str
    note: str = ""


class Ruling(NamedTuple):
    """What a reviewer decides: an outcome word of the kind, why, and what it teaches."""

    customer_id: int
    case_id: int
    actor: str
    outcome: str
    note: str
    label: Label | None = None


class Labeled(NamedTuple):
    """A decided case as training reads it."""

    customer_id: int
    line_id: int | None
    kind: str
    label: str
    opened_on: date
    decided_on: date


class Queue(NamedTuple):
    """The parameters of a kind: how soon, how urgent, and its outcome words.

    Exactly one of the due times is set. `ends` are the outcomes that change something, for which the journey needs an
    act. `labels` are what an outcome teaches unless the reviewer says otherwise. A kind without outcomes is decided by
    a journey of its own.
    """

    due_hours: int | None
    due_days: int | None
    priority: int
    outcomes: tuple[str, ...]
    ends: frozenset[str]
    labels: Mapping[str, Label] = MappingProxyType({})


class Desk(NamedTuple):
    """How the desk works: its hours on a working day, how long a hold lasts, and how far one looks for a case."""

    opens_hour: int
    closes_hour: int
    lease: timedelta
    skim: int
    raise_by: int
    queues: Mapping[Kind, Queue]
