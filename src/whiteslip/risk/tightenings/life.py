"""The life of a tightening or loosening: proposed, released by two, rolled out, ended by two or undone by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from whiteslip.kernel.actor import PROGRAM, actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed
from whiteslip.risk.tightenings.model import State, Tightening


class Command(StrEnum):
    """What may be said to a tightening; the program proposes, rolls out and asks for the end.

    The end of a loosening people may ask for, too.
    """

    PROPOSE = "propose"
    RELEASE = "release"
    DISMISS = "dismiss"
    ROLL_OUT = "roll_out"
    ASK_END = "ask_end"
    LIFT = "lift"
    KEEP = "keep"
    UNDO = "undo"


_S, _C = State, Command

MOVES: Final[Mapping[tuple[State, Command], State]] = MappingProxyType(
    {
        (_S.PROPOSED, _C.RELEASE): _S.RELEASED,
        (_S.PROPOSED, _C.DISMISS): _S.DISMISSED,
        (_S.RELEASED, _C.ROLL_OUT): _S.RELEASED,
        (_S.RELEASED, _C.ASK_END): _S.LIFTING,
        (_S.RELEASED, _C.UNDO): _S.UNDONE,
        (_S.LIFTING, _C.LIFT): _S.LIFTED,
        (_S.LIFTING, _C.KEEP): _S.RELEASED,
        (_S.LIFTING, _C.UNDO): _S.UNDONE,
    }
)
"""The legal pairs and where each leads; every other changes nothing. To release, lift and keep take two people."""

OVER: Final = frozenset({State.LIFTED, State.DISMISSED, State.UNDONE})


class Said(NamedTuple):
    """A step of a tightening: who said what."""

    step: int
    command: Command
    actor: str


def moved(state: State, command: Command) -> State:
    """Return the state a command leads to; raises `Conflict` where it is not legal."""
    to = MOVES.get((state, command))
    if to is None:
        raise Conflict(f"it is {state}: it cannot {command.replace('_', ' ')}")
    return to


def check_person(tightening: Tightening, command: Command, *, by: str, note: str) -> str:
    """Return who says it, or raise why they cannot: what is not legal, without a note, or of one's own proposal."""
    moved(tightening.state, command)
    actor = actor_of(by)
    if not note.strip():
        raise InvalidInput("say why", where="note")
    if command is Command.RELEASE and actor == tightening.proposed_by:
        raise NotAllowed("who proposed it does not release it")
    return actor


def agreed(said: Iterable[Said], command: Command) -> frozenset[str]:
    """Name who agreed to a command since people were last asked whether it is to end."""
    found: set[str] = set()
    for one in sorted(said):
        if one.command is Command.ASK_END:
            found.clear()
        elif one.command is command and one.actor != PROGRAM:
            found.add(one.actor)
    return frozenset(found)


def still_missing(said: Iterable[Said], command: Command, *, actor: str, needed: int) -> int:
    """Count who must still agree once this person has; raises `Conflict` where they did before."""
    before = agreed(said, command)
    if actor in before:
        raise Conflict(f"{actor} agreed already; another person has to")
    return max(0, needed - len(before) - 1)
