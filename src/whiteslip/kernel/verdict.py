"""What a rule book says about one set of facts: an outcome, its reasons, the rules behind it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import MOST_REASONS, ReasonCode


class Outcome(IntEnum):
    """How far a verdict goes, from nothing to the strictest; its number is stored and compared."""

    CLEAR = 0
    WATCH = 1
    STEP_UP = 2
    REDUCE = 3
    REVIEW = 4
    RESTRICT = 5
    SUSPEND = 6

    @property
    def label(self) -> str:
        """The word in rule books, tables and answers: "step_up"."""
        return self.name.lower()

    @classmethod
    def from_label(cls, label: str) -> Outcome:
        """Read the word back; an unknown one is the caller's mistake."""
        outcome = _BY_LABEL.get(label)
        if outcome is None:
            raise InvalidInput(f"{label!r} is not an outcome; one of {', '.join(_BY_LABEL)}")
        return outcome


_BY_LABEL = {outcome.label: outcome for outcome in Outcome}


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome with at most four reasons; bit i of a mask is rule i of the book, from 0."""

    outcome: Outcome
    reasons: tuple[ReasonCode, ...]
    fired: int
    unknown: int
    book: str
    version: int

    def __post_init__(self) -> None:
        if len(self.reasons) > MOST_REASONS:
            raise InvalidInput(f"a verdict tells at most {MOST_REASONS} reasons")
