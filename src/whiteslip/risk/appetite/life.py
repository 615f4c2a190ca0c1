"""The life of a version of the appetite: drafted by one person, published by another, replaced by the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound


class State(StrEnum):
    """Where a version stands; the last two are final."""

    DRAFTED = "drafted"
    IN_FORCE = "in_force"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class Command(StrEnum):
    """What may happen to a version; `replace` follows from another one's publishing."""

    DRAFT = "draft"
    PUBLISH = "publish"
    REPLACE = "replace"
    WITHDRAW = "withdraw"


MOVES: Final[Mapping[tuple[State | None, Command], State]] = MappingProxyType(
    {
        (None, Command.DRAFT): State.DRAFTED,
        (State.DRAFTED, Command.PUBLISH): State.IN_FORCE,
        (State.DRAFTED, Command.WITHDRAW): State.WITHDRAWN,
        (State.IN_FORCE, Command.REPLACE): State.REPLACED,
    }
)
"""Everything else is a conflict; the only way back to an earlier appetite is a new version of its text."""


class Version(NamedTuple):
    """A version as it stands: who drafted its text, and how many steps it took."""

    version: int
    state: State
    drafted_by: str
    steps: int


class Step(NamedTuple):
    """What is to be written of a version: its command, where it stands after it, by whom and why."""

    version: int
    step: int
    command: Command
    state: State
    actor: str
    note: str


def moved(state: State | None, command: Command, *, version: int) -> State:
    """Return where a command leads, or raise `Conflict`."""
    after = MOVES.get((state, command))
    if after is None:
        stands = state or "not there yet"
        raise Conflict(f"appetite {version} is {stands}: it cannot {command}")
    return after


def draft(known: Sequence[Version], version: int, *, by: str, note: str) -> list[Step]:
    """Let a person write the next version."""
    actor = actor_of(by)
    newest = max((one.version for one in known), default=0)
    if version != newest + 1:
        raise Conflict(f"the next version of the appetite is {newest + 1}, not {version}")
    after = moved(None, Command.DRAFT, version=version)
    return [Step(version, 1, Command.DRAFT, after, actor, note)]


def publish(known: Sequence[Version], version: int, *, by: str, note: str) -> list[Step]:
    """Bring a version into force by another person than who drafted it; the one before it ends with that."""
    actor, found = actor_of(by), find(known, version)
    steps = [_step(found, Command.PUBLISH, actor, note)]
    if actor == found.drafted_by:
        raise Conflict(f"{actor} drafted appetite {version}; another person publishes it")
    if not note.strip():
        raise InvalidInput("say why the appetite is published", where="note")
    earlier = [one for one in known if one.state is State.IN_FORCE]
    return [
        *(_step(one, Command.REPLACE, actor, f"by version {version}") for one in earlier),
        *steps,
    ]


def withdraw(known: Sequence[Version], version: int, *, by: str, note: str) -> list[Step]:
    """Give up a draft."""
    return [_step(find(known, version), Command.WITHDRAW, actor_of(by), note)]


def find(known: Sequence[Version], version: int) -> Version:
    """Return one version, or raise `NotFound`."""
    for one in known:
        if one.version == version:
            return one
    raise NotFound(f"there is no appetite {version}")


def _step(found: Version, command: Command, actor: str, note: str) -> Step:
    after = moved(found.state, command, version=found.version)
    return Step(found.version, found.steps + 1, command, after, actor, note)
