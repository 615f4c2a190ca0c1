"""How a case moves, when it is due, and who may hold and decide it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

from whiteslip.kernel.actor import PROGRAM, actor_of
from whiteslip.kernel.calendar import ZONE, business_date_of, next_working_day
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, WhiteslipError
from whiteslip.risk.reviews.model import (
    Case,
    Command,
    Desk,
    Kind,
    Move,
    NewCase,
    Queue,
    Ruling,
    State,
)

LONGEST_NOTE: Final = 2000
HIGHEST_PRIORITY: Final = 9
LIVE: Final = (State.OPEN, State.TAKEN)

MOVES: Mapping[tuple[State, Command], frozenset[State]] = MappingProxyType(
    {
        (State.OPEN, Command.TAKE): frozenset({State.TAKEN}),
        (State.TAKEN, Command.TAKE): frozenset({State.TAKEN}),
        (State.TAKEN, Command.RENEW): frozenset({State.TAKEN}),
        (State.TAKEN, Command.RELEASE): frozenset({State.OPEN}),
        (State.TAKEN, Command.DECIDE): frozenset({State.DECIDED}),
        **{(live, Command.WITHDRAW): frozenset({State.WITHDRAWN}) for live in LIVE},
        (State.OPEN, Command.ATTACH): frozenset({State.OPEN}),
        (State.TAKEN, Command.ATTACH): frozenset({State.TAKEN, State.OPEN}),
        **{(live, Command.ESCALATE): frozenset({live}) for live in LIVE},
    }
)
"""The legal pairs and where each may lead; a taken case is taken by another one only after its lease has lapsed."""

_CALLER = re.compile(r" \(caller \d+\)$")


def person_of(name: str) -> str:
    """Return the form by which who acts is compared: of a person as `actor_of`, of the program as it is.

    Some journeys write the number of the key behind the name; whoever has two keys is one person.
    """
    return name if name == PROGRAM else actor_of(_CALLER.sub("", name))


def people_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return several of them, each once, in a stable order."""
    return tuple(sorted({person_of(name) for name in names}))


def refusal(case: Case, command: Command) -> Conflict | None:
    """Say why a command does not apply to a case as it stands."""
    if (case.state, command) in MOVES:
        return None
    return Conflict(f"the case is {case.state}: it cannot {command}")


def due_at(queue: Queue, desk: Desk, *, at: datetime) -> datetime:
    """Work out by when a case is due: after working hours of the desk, or at the close of a working day.

    Both count from `at`; the day on which a case comes in is not counted as a whole working day.
    """
    if queue.due_days is not None:
        return due_after_days(queue.due_days, closes_hour=desk.closes_hour, at=at)
    left = timedelta(hours=queue.due_hours or 0)
    day = next_working_day(business_date_of(at), strictly_after=False)
    while True:
        opens, closes = _clock(day, desk.opens_hour), _clock(day, desk.closes_hour)
        begins = max(at, opens)
        if begins + left <= closes:
            return begins + left
        left -= max(closes - begins, timedelta())
        day = next_working_day(day)


def due_after_days(days: int, *, closes_hour: int, at: datetime) -> datetime:
    """Find the close of the desk on the working day that many after the day of `at`; `days` ≥ 1."""
    day = business_date_of(at)
    for _ in range(days):
        day = next_working_day(day)
    return _clock(day, closes_hour)


def _clock(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZONE)


def is_held(case: Case, *, at: datetime) -> bool:
    """Tell whether somebody holds the case: taken, and the lease has not lapsed."""
    return case.leased_until is not None and at < case.leased_until


def may_act(case: Case, actor: str, command: Command, *, at: datetime) -> WhiteslipError | None:
    """Say why somebody may not renew, release or decide a case: only who holds it does."""
    if error := refusal(case, command):
        return error
    if case.holder != person_of(actor):
        return NotAllowed("somebody else holds the case")
    if not is_held(case, at=at):
        return Conflict("the hold on the case has lapsed: take it again")
    return None


def take(case: Case, actor: str, desk: Desk, *, at: datetime) -> Move | WhiteslipError:
    """Give a case to a reviewer, unless another one holds it or they decided what it is about."""
    if error := refusal(case, Command.TAKE):
        return error
    person = person_of(actor)
    if person in case.barred:
        return NotAllowed("who took part in the first decision does not review it")
    if is_held(case, at=at):
        return Conflict("the case is taken")
    after = case._replace(state=State.TAKEN, holder=person, leased_until=at + desk.lease)
    return Move(case, after, Command.TAKE, person)


def renew(case: Case, actor: str, desk: Desk, *, at: datetime) -> Move | WhiteslipError:
    """Hold a case for another lease from now on."""
    if error := may_act(case, actor, Command.RENEW, at=at):
        return error
    return Move(case, case._replace(leased_until=at + desk.lease), Command.RENEW, person_of(actor))


def release(case: Case, actor: str, note: str, *, at: datetime) -> Move | WhiteslipError:
    """Give a case back to its queue."""
    if error := may_act(case, actor, Command.RELEASE, at=at):
        return error
    after = case._replace(state=State.OPEN, holder=None, leased_until=None)
    return Move(case, after, Command.RELEASE, person_of(actor), note)


def decide(
    case: Case, ruling: Ruling, desk: Desk, *, on: date, at: datetime
) -> Move | WhiteslipError:
    """Decide a case by an outcome of its kind, with a note."""
    if error := may_act(case, ruling.actor, Command.DECIDE, at=at):
        return error
    queue = desk.queues[case.kind]
    if not queue.outcomes:
        return Conflict(f"a case of kind {case.kind} is decided by a journey of its own")
    if ruling.outcome not in queue.outcomes:
        words = ", ".join(queue.outcomes)
        return InvalidInput(f"the outcome of {case.kind} is one of {words}", where="outcome")
    if error := check_note(ruling.note):
        return error
    label = ruling.label or queue.labels.get(ruling.outcome)
    return close(case, ruling._replace(label=label), on=on, at=at)


def close(case: Case, ruling: Ruling, *, on: date, at: datetime) -> Move:
    """Close a case as decided; whether it may be decided so is asked before."""
    person = person_of(ruling.actor)
    after = case._replace(
        state=State.DECIDED,
        leased_until=None,
        outcome=ruling.outcome,
        label=ruling.label,
        decided_by=person,
        decided_on=on,
        decided_at=at,
    )
    return Move(case, after, Command.DECIDE, person, ruling.note)


def withdraw(case: Case, actor: str, note: str, *, at: datetime) -> Move | WhiteslipError:
    """Close a case that has become moot; while somebody holds it, only they may."""
    if error := refusal(case, Command.WITHDRAW) or check_note(note):
        return error
    person = person_of(actor)
    if is_held(case, at=at) and person not in {case.holder, PROGRAM}:
        return NotAllowed("somebody else holds the case")
    after = case._replace(state=State.WITHDRAWN, holder=None, leased_until=None)
    return Move(case, after, Command.WITHDRAW, person, note)


def attach(case: Case, pieces: Sequence[NewCase], dues: Sequence[datetime]) -> Move:
    """Attach what came later to an open case: it is due when the first of it is, and as urgent as the most urgent.

    Who may not look at a new piece loses the case, which is then free for others.
    """
    barred = people_of((*case.barred, *(person for piece in pieces for person in piece.barred)))
    after = case._replace(
        pieces=case.pieces + len(pieces),
        barred=barred,
        priority=max(case.priority, *(piece.priority or 0 for piece in pieces)),
        due_at=min(case.due_at, *dues),
    )
    if case.holder in barred:
        after = after._replace(state=State.OPEN, holder=None, leased_until=None)
    return Move(case, after, Command.ATTACH, person_of(pieces[0].actor))


def escalate(case: Case, desk: Desk, *, at: datetime) -> Move | None:
    """Raise a case that is past its due time, once; None where it is in time or was raised."""
    if refusal(case, Command.ESCALATE) or at < case.due_at or case.escalated_at is not None:
        return None
    priority = min(case.priority + desk.raise_by, HIGHEST_PRIORITY)
    return Move(case, case._replace(priority=priority, escalated_at=at), Command.ESCALATE, PROGRAM)


def check_note(note: str) -> InvalidInput | None:
    """Ask for words: a note is said, and not endless."""
    if not note.strip() or len(note) > LONGEST_NOTE:
        return InvalidInput(f"say why, in at most {LONGEST_NOTE} characters", where="note")
    return None


def needs_act(ruling: Ruling, kind: Kind, desk: Desk) -> bool:
    """Tell whether an outcome ends or changes something beyond the case."""
    return ruling.outcome in desk.queues[kind].ends
