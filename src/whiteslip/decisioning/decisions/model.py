"""What is kept of a decision."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome


class ScoreSeen(NamedTuple):
    """A score that was among the facts: which model gave it, and what the model saw."""

    model: str
    version: int
    value: float
    facts: dict[str, Any]


class Decision(NamedTuple):
    """A decision as it was taken; bit i of a mask is rule i of that version of the book.

    `facts` are the values of the book's inputs, in their order; None is missing.
    """

    customer_id: int
    decision_id: int
    book: str
    book_version: int
    outcome: Outcome
    fired: int
    unknown: int
    facts: tuple[float | int | str | bool | None, ...]
    reasons: tuple[ReasonCode, ...]
    scores: tuple[ScoreSeen, ...]
    decided_on: date
    decided_at: datetime
