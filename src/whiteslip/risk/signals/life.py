"""The life of a warning: raised, acknowledged by a person or escalated to another, worse again, and ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from whiteslip.kernel.actor import PROGRAM, actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.risk.signals.model import Color, Evaluation, Indicator
from whiteslip.risk.signals.rules import RANKS


class State(StrEnum):
    """Where a warning stands; the last is final."""

    RAISED = "raised"
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"
    ENDED = "ended"


class Command(StrEnum):
    """What may happen to a warning; a person acknowledges, all else is the program's."""

    RAISE = "raise"
    WORSEN = "worsen"
    ESCALATE = "escalate"
    ACKNOWLEDGE = "acknowledge"
    END = "end"


MOVES: Mapping[tuple[State, Command], State] = MappingProxyType(
    {
        (State.RAISED, Command.WORSEN): State.RAISED,
        (State.RAISED, Command.ESCALATE): State.ESCALATED,
        (State.RAISED, Command.ACKNOWLEDGE): State.ACKNOWLEDGED,
        (State.RAISED, Command.END): State.ENDED,
        (State.ESCALATED, Command.WORSEN): State.ESCALATED,
        (State.ESCALATED, Command.ACKNOWLEDGE): State.ACKNOWLEDGED,
        (State.ESCALATED, Command.END): State.ENDED,
        # What was acknowledged was the color it had: a worse one asks again.
        (State.ACKNOWLEDGED, Command.WORSEN): State.RAISED,
        (State.ACKNOWLEDGED, Command.END): State.ENDED,
    }
)


class Warned(NamedTuple):
    """A warning: the worst color it had, and by when it must be acknowledged."""

    warning_id: int
    indicator: str
    raised_at: datetime
    due_at: datetime
    raised_on: date
    ended_on: date | None
    steps: int
    color: Color
    state: State
    acknowledged_by: str | None


class Move(NamedTuple):
    """A warning after a command, as it is to be written, with its step."""

    after: Warned
    command: Command
    actor: str = PROGRAM
    note: str = ""


def moved(before: Warned, command: Command) -> Warned | Conflict:
    """Return a warning in the state a command brings it to."""
    state = MOVES.get((before.state, command))
    if state is None:
        return Conflict(f"the warning is {before.state}: it cannot {command}")
    return before._replace(state=state, steps=before.steps + 1)


def raises(one: Evaluation) -> bool:
    """Tell whether a color asks for a warning."""
    return one.color not in {Color.GREEN, Color.UNKNOWN}


def raised(one: Evaluation, indicator: Indicator, *, warning_id: int) -> Move:
    """Raise a warning for a color worse than green."""
    due_at = one.evaluated_at + timedelta(hours=indicator.acknowledge_hours)
    after = Warned(
        warning_id,
        indicator.id,
        one.evaluated_at,
        due_at,
        one.evaluated_on,
        None,
        1,
        one.color,
        State.RAISED,
        None,
    )
    return Move(after, Command.RAISE)


def follow(before: Warned, one: Evaluation, indicator: Indicator) -> Move | None:
    """Let a warning follow a color: a worse one asks for a new acknowledgment, green ends it, unknown does neither."""
    if one.color is Color.UNKNOWN:
        return None
    if one.color is Color.GREEN:
        after = moved(before, Command.END)
        if isinstance(after, Conflict):
            return None
        return Move(after._replace(ended_on=one.evaluated_on), Command.END)
    after = moved(before, Command.WORSEN)
    if RANKS[one.color] <= RANKS[before.color] or isinstance(after, Conflict):
        return None
    due_at = before.due_at
    if before.state is State.ACKNOWLEDGED:
        due_at = one.evaluated_at + timedelta(hours=indicator.acknowledge_hours)
    return Move(after._replace(color=one.color, due_at=due_at), Command.WORSEN)


def acknowledge(before: Warned, *, by: str, note: str) -> Move | Conflict | InvalidInput:
    """Let a person say that they know of it, and what they do about it."""
    actor = actor_of(by)
    if not note.strip():
        return InvalidInput("say what is done about it", where="note")
    after = moved(before, Command.ACKNOWLEDGE)
    if isinstance(after, Conflict):
        return after
    return Move(after._replace(acknowledged_by=actor), Command.ACKNOWLEDGE, actor, note)


def escalate(overdue: Iterable[Warned], *, at: datetime) -> list[Move]:
    """Escalate what nobody acknowledged in time, each once."""
    late = [(one, moved(one, Command.ESCALATE)) for one in overdue if one.due_at <= at]
    return [Move(after, Command.ESCALATE) for _, after in late if not isinstance(after, Conflict)]
