"""What reviews take and give: the queue of a reviewer, and a case with its evidence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.bodies import Body

CaseKind: TypeAlias = Literal[
    "suspension",
    "fraud",
    "limit",
    "application",
    "identity",
    "relief",
    "appeal",
    "human_decision",
    "complaint",
    "data_correction",
    "downturn",
    "debit",
    "run",
    "purchase",
    "ring",
    "warning",
    "outreach",
]
Teaches: TypeAlias = Literal["true_positive", "false_positive", "unclear"]
_SIGN = "[^\\u0000-\\u001f\\u007f-\\u009f]"
_SEEN = "[^\\s\\u0000-\\u001f\\u007f-\\u009f]"
Note: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=2000, pattern=f"^{_SIGN}*{_SEEN}{_SIGN}*$")
]


class NextBody(Body, frozen=True):
    """Ask for the most urgent free case of these kinds; of any, when none is named."""

    kinds: Annotated[tuple[CaseKind, ...], Meta(max_length=16)] = ()


class EndBody(Body, frozen=True):
    """Why the case is given back or is moot."""

    note: Note


class RulingBody(Body, frozen=True):
    """Decide a case: an outcome of its kind, why, and what it teaches of the finding that opened it."""

    outcome: Annotated[str, Meta(pattern="^[a-z][a-z_]{0,39}$", examples=["uphold"])]
    note: Note
    label: Teaches | None = None


class CaseShort(Struct, frozen=True):
    """A case in a queue."""

    id: str
    customer_id: str
    kind: str
    state: str
    priority: int
    opened_on: date
    due_at: datetime
    is_escalated: bool
    pieces: int
    line_id: str | None
    holder: str | None
    leased_until: datetime | None
    outcome: str | None
    label: str | None


class NextCase(Struct, frozen=True):
    """The case the reviewer now holds; none when nothing is free."""

    case: CaseShort | None


class Queue(Struct, frozen=True):
    """Cases that wait or are held, the most urgent first."""

    items: list[CaseShort]


class Piece(Struct, frozen=True):
    """Evidence as it was when it was given; it never changes."""

    piece: int
    subject_type: str
    subject_id: int
    kept_on: date
    evidence: dict[str, Any]


class CaseStep(Struct, frozen=True):
    """Something that happened to the case."""

    step: int
    happened_at: datetime
    command: str
    from_state: str
    to_state: str
    actor: str
    note: str


class CaseWhole(Struct, frozen=True):
    """A case with its evidence and history."""

    case: CaseShort
    evidence: list[Piece]
    history: list[CaseStep]
