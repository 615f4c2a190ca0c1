"""The life of a valve: proposed, rehearsed in shadow, released by two people, ended by its date or by two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from whiteslip.kernel.actor import PROGRAM, actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.risk.liquidity.model import Forecast, Stage, State, Valve, ValveTerms


class Command(StrEnum):
    """What may be done with a valve; the program proposes and lets lapse, all else is a person's."""

    PROPOSE = "propose"
    REHEARSE = "rehearse"
    RELEASE = "release"
    DISMISS = "dismiss"
    END = "end"
    LAPSE = "lapse"


MOVES: Mapping[tuple[State, Command], State] = MappingProxyType(
    {
        (State.PROPOSED, Command.REHEARSE): State.REHEARSED,
        (State.PROPOSED, Command.RELEASE): State.ACTING,
        (State.PROPOSED, Command.DISMISS): State.DISMISSED,
        (State.PROPOSED, Command.LAPSE): State.DISMISSED,
        (State.REHEARSED, Command.RELEASE): State.ACTING,
        (State.REHEARSED, Command.DISMISS): State.DISMISSED,
        (State.REHEARSED, Command.LAPSE): State.DISMISSED,
        (State.ACTING, Command.END): State.ENDED,
        (State.ACTING, Command.LAPSE): State.ENDED,
    }
)
"""Where a command brings a valve; release and end do so only with the last person needed."""

BY_MANY = frozenset({Command.RELEASE, Command.END})
"""What takes as many people as a release."""


class Said(NamedTuple):
    """Who gave a command of a valve before."""

    command: Command
    actor: str


class Move(NamedTuple):
    """A valve after a command, as it is to be written, with its step; `missing` people must still say the same."""

    after: Valve
    command: Command
    actor: str
    note: str
    missing: int = 0


def move(
    before: Valve, command: Command, *, by: str, note: str, on: date, said: Iterable[Said], needed: int
) -> Move | Conflict | InvalidInput:  # fmt: skip
    """Let a person give a command; the same person counts once, and a step without a note is none."""
    actor = actor_of(by)
    if not note.strip():
        return InvalidInput("say why", where="note")
    state = MOVES.get((before.state, command))
    if state is None or command is Command.LAPSE:
        return Conflict(f"the valve is {before.state}: it cannot {command}")
    missing = 0
    if command in BY_MANY:
        people = {one.actor for one in said if one.command is command}
        if actor in people:
            return Conflict(f"{actor} said so already; another person has to")
        missing = max(0, needed - len(people) - 1)
    after = before if missing else _moved(before, state, on=on)
    return Move(after._replace(steps=before.steps + 1), command, actor, note, missing)


def _moved(before: Valve, state: State, *, on: date) -> Valve:
    begins = state in {State.REHEARSED, State.ACTING}
    until_on = on + timedelta(days=before.days) if begins else before.until_on
    return before._replace(state=state, until_on=until_on)


def lapse(before: Valve, note: str) -> Move:
    """Let a valve end by itself, or a proposal go that is not needed any more or in the way of a newer one."""
    state = MOVES[before.state, Command.LAPSE]
    after = before._replace(state=state, steps=before.steps + 1)
    return Move(after, Command.LAPSE, PROGRAM, note)


def is_over(one: Valve, terms: ValveTerms, *, on: date) -> str | None:
    """Say why a valve lapses on a day, if it does."""
    if one.state is State.PROPOSED:
        is_old = on >= one.proposed_on + timedelta(days=terms.propose_days)
        return "nobody released it in time" if is_old else None
    ended = one.until_on is not None and on >= one.until_on
    return "its days are over" if ended else None


def needed_by_cash(terms: ValveTerms, forecast: Forecast | None, *, acting: int) -> int:
    """Return the mildest stage under which cash covers the floor, 0 for open; the tightest where none does.

    What is milder than the stage that acts must cover more, so that a flutter changes nothing. What is unknown calls
    for no other stage than the one that acts.
    """
    coverages = () if forecast is None else forecast.stage_coverages_ppm
    if not coverages:
        return acting
    for stage, coverage in enumerate(coverages):
        if coverage >= (terms.enough_ppm if stage < acting else terms.act_below_ppm):
            return stage
    return len(terms.stages)


def needed_stage(by_cash: int, terms: ValveTerms, red: Sequence[str]) -> int:
    """Return the stage cash and the red indicators call for together."""
    return max(by_cash, 1 if set(red) & set(terms.red_indicators) else 0)


def to_propose(terms: ValveTerms, live: Iterable[Valve], *, needed: int, on: date) -> Stage | None:
    """Return the stage to propose: at most one tighter than what acts, and again when what acts is about to end.

    Nothing is proposed beside a proposal of the same stage, and none where nothing is needed: what acts then ends.
    """
    acting = next((one for one in live if one.state is State.ACTING), None)
    waiting = {one.stage for one in live if one.state in {State.PROPOSED, State.REHEARSED}}
    stage_no = min(needed, 1 + (acting.stage if acting else 0))
    is_so = acting is not None and stage_no == acting.stage and not _ends_soon(acting, terms, on)
    if stage_no == 0 or is_so or stage_no in waiting:
        return None
    return terms.stages[stage_no - 1]


def _ends_soon(acting: Valve, terms: ValveTerms, on: date) -> bool:
    return acting.until_on is not None and acting.until_on - on <= timedelta(days=terms.renew_days)
