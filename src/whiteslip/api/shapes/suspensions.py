"""Locks, verified identities, what takes two people, and runs of the watch book."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.bodies import Body
from whiteslip.kernel.reason import ReasonCode

Note: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=500, pattern="^[^\\u0000-\\u001f]+$")
]
MethodName: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{0,39}$", examples=["code"])]


class LockBody(Body, frozen=True):
    """The owner locks the line, or unlocks it after a second factor was checked."""

    locked: bool
    is_verified: bool = False


class Lock(Struct, frozen=True):
    """Whether its owner locked the line, and the level it is at now."""

    line_id: str
    locked: bool
    level: int


class VerificationBody(Body, frozen=True):
    """How the person showed who they are; send it only when the check was passed."""

    method: MethodName


class Verified(Struct, frozen=True):
    """How many restrictions that cured, and how many a person looks at now."""

    customer_id: str
    cured: int
    waiting: int


class OverrideBody(Body, frozen=True):
    """Ask that a restriction be without force until a day."""

    until_on: date
    note: Note


class ClosureBody(Body, frozen=True):
    """Ask that a line be closed for good."""

    reason: ReasonCode
    note: Note


class ActDecisionBody(Body, frozen=True):
    """Decide what another person asked for."""

    approved: bool


class Act(Struct, frozen=True):
    """What takes two people, and where it stands."""

    act_id: str
    state: Literal["asked", "approved", "refused"]


class Run(Struct, frozen=True):
    """A run that the blast guard stopped: why, what it proposes, and who released it so far."""

    book: str
    version: int
    run_on: date
    note: str
    lines: int
    restrictions: int
    released_by: list[str]


class Runs(Struct, frozen=True):
    """The runs that wait for release."""

    runs: list[Run]


class RunBody(Body, frozen=True):
    """On what grounds."""

    note: Note


class Governed(Struct, frozen=True):
    """How many people must still release the run, and how many restrictions moved."""

    missing: int
    moved: int
