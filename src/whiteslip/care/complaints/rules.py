"""How a complaint moves, by when it is due, and what an answer must say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from whiteslip.care.complaints.model import (
    LONGEST_TEXT,
    Answer,
    Command,
    Complaint,
    Move,
    NewComplaint,
    State,
    Terms,
)
from whiteslip.kernel.errors import Conflict, InvalidInput, WhiteslipError
from whiteslip.risk.reviews.rules import check_note, due_after_days, person_of

MOVES: Mapping[tuple[State, Command], State] = MappingProxyType(
    {
        (State.RECEIVED, Command.BEGIN): State.IN_REVIEW,
        (State.IN_REVIEW, Command.ANSWER): State.ANSWERED,
        (State.RECEIVED, Command.WITHDRAW): State.WITHDRAWN,
        (State.IN_REVIEW, Command.WITHDRAW): State.WITHDRAWN,
    }
)
"""The legal pairs and where each leads; every other pair changes nothing."""


def refusal(state: State, command: Command) -> Conflict | None:
    """Say why a command does not apply to a complaint as it stands."""
    if (state, command) in MOVES:
        return None
    return Conflict(f"the complaint is {state}: it cannot {command}")


def check(new: NewComplaint) -> InvalidInput | None:
    """Name what is wrong with a complaint: it says something, and not endlessly."""
    if not new.text.strip() or len(new.text) > LONGEST_TEXT:
        text = f"say what happened, in at most {LONGEST_TEXT} characters"
        return InvalidInput(text, where="text")
    return None


def due_at(terms: Terms, *, at: datetime) -> datetime:
    """Find by when the person is answered."""
    return due_after_days(terms.due_days, closes_hour=terms.closes_hour, at=at)


def check_answer(complaint: Complaint, answer: Answer) -> WhiteslipError | None:
    """Name what is wrong with an answer."""
    if error := refusal(complaint.state, Command.ANSWER):
        return error
    if not answer.answer.strip() or len(answer.answer) > LONGEST_TEXT:
        text = f"answer the customer, in at most {LONGEST_TEXT} characters"
        return InvalidInput(text, where="answer")
    return check_note(answer.note)


def answered(complaint: Complaint, answer: Answer, *, on: date) -> Move:
    """Answer a complaint; whether it may be answered so is asked before."""
    return Move(
        *complaint.key,
        complaint.state,
        MOVES[complaint.state, Command.ANSWER],
        person_of(answer.actor),
        answer.note,
        answer.cause,
        answer.redress,
        answer.answer,
        on,
    )
