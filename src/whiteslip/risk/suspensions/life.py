"""The life of a restriction: which command moves it from which state to which, and at which level it is in force."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from whiteslip.kernel.errors import Conflict


class State(StrEnum):
    """Where a restriction stands."""

    PROPOSED = "proposed"
    PENDING_REVIEW = "pending_review"
    ACTIVE = "active"
    APPEALED = "appealed"
    CURING = "curing"
    PROBATION = "probation"
    IN_REVIEW = "in_review"
    OVERRIDDEN = "overridden"
    LIFTED = "lifted"
    DISMISSED = "dismissed"


class Command(StrEnum):
    """What may be done to a restriction."""

    RELEASE = "release"
    REFER = "refer"
    DISMISS = "dismiss"
    CONFIRM = "confirm"
    APPEAL = "appeal"
    BEGIN_CURE = "begin_cure"
    PUT_ON_PROBATION = "put_on_probation"
    RELAPSE = "relapse"
    REVIEW = "review"
    EASE = "ease"
    OVERRIDE = "override"
    END_OVERRIDE = "end_override"
    LIFT = "lift"


OVER: Final = frozenset({State.LIFTED, State.DISMISSED})
"""From here nothing leads on: a rule that fires again imposes a restriction of its own."""

IN_FULL_FORCE: Final = frozenset({State.ACTIVE, State.APPEALED, State.CURING, State.IN_REVIEW})
"""An appeal, a cure under way and a review leave a restriction in force until they are decided; it may be eased."""

_S, _C = State, Command

MOVES: Final[Mapping[tuple[State, Command], State]] = MappingProxyType(
    {
        (_S.PROPOSED, _C.RELEASE): _S.ACTIVE,
        (_S.PROPOSED, _C.REFER): _S.PENDING_REVIEW,
        (_S.PROPOSED, _C.DISMISS): _S.DISMISSED,
        (_S.PENDING_REVIEW, _C.CONFIRM): _S.ACTIVE,
        (_S.PENDING_REVIEW, _C.DISMISS): _S.DISMISSED,
        (_S.ACTIVE, _C.APPEAL): _S.APPEALED,
        (_S.ACTIVE, _C.BEGIN_CURE): _S.CURING,
        (_S.ACTIVE, _C.PUT_ON_PROBATION): _S.PROBATION,
        (_S.ACTIVE, _C.REVIEW): _S.IN_REVIEW,
        (_S.ACTIVE, _C.EASE): _S.ACTIVE,
        (_S.ACTIVE, _C.OVERRIDE): _S.OVERRIDDEN,
        (_S.ACTIVE, _C.LIFT): _S.LIFTED,
        (_S.APPEALED, _C.CONFIRM): _S.ACTIVE,
        (_S.APPEALED, _C.EASE): _S.APPEALED,
        (_S.APPEALED, _C.OVERRIDE): _S.OVERRIDDEN,
        (_S.APPEALED, _C.LIFT): _S.LIFTED,
        (_S.CURING, _C.CONFIRM): _S.ACTIVE,
        (_S.CURING, _C.APPEAL): _S.APPEALED,
        (_S.CURING, _C.PUT_ON_PROBATION): _S.PROBATION,
        (_S.CURING, _C.REVIEW): _S.IN_REVIEW,
        (_S.CURING, _C.EASE): _S.CURING,
        (_S.CURING, _C.OVERRIDE): _S.OVERRIDDEN,
        (_S.CURING, _C.LIFT): _S.LIFTED,
        (_S.PROBATION, _C.RELAPSE): _S.ACTIVE,
        (_S.PROBATION, _C.LIFT): _S.LIFTED,
        (_S.IN_REVIEW, _C.CONFIRM): _S.ACTIVE,
        (_S.IN_REVIEW, _C.APPEAL): _S.APPEALED,
        (_S.IN_REVIEW, _C.PUT_ON_PROBATION): _S.PROBATION,
        (_S.IN_REVIEW, _C.EASE): _S.IN_REVIEW,
        (_S.IN_REVIEW, _C.OVERRIDE): _S.OVERRIDDEN,
        (_S.IN_REVIEW, _C.LIFT): _S.LIFTED,
        (_S.OVERRIDDEN, _C.END_OVERRIDE): _S.ACTIVE,
        (_S.OVERRIDDEN, _C.LIFT): _S.LIFTED,
    }
)
"""Every legal move; whatever is not here is a conflict and changes nothing."""


def moved(state: State, command: Command) -> State:
    """Return the state a command leads to; raises `Conflict` where it is not legal."""
    to = MOVES.get((state, command))
    if to is None:
        raise Conflict(f"a restriction that is {state} cannot {command.replace('_', ' ')}")
    return to


def in_force(state: State, level: int, *, probation_level: int, eased_to: int | None = None) -> int:
    """Return the level at which a restriction of `level` counts in a state; 0 where it does not.

    One that was eased counts at the lower level wherever it would count at more.
    """
    stands_at = level if eased_to is None else min(level, eased_to)
    if state in IN_FULL_FORCE:
        return stands_at
    return min(stands_at, probation_level) if state is State.PROBATION else 0
