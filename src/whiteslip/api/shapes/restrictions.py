"""Restrictions as their person may read them, and what staff may do to one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from whiteslip.api.answers import ReasonSaid, StillWorks, Words
from whiteslip.api.bodies import Body
from whiteslip.api.shapes.suspensions import Note


class Restriction(Struct, frozen=True):
    """A restriction as its person may read it: why, what still works, the way out, how to appeal.

    `in_force` is the level it counts at now: 0 where it does not, less than `level` on probation and once eased.
    `decision_id` is the recorded decision of the book that imposed it; null where a person did.
    """

    restriction_id: str
    line_id: str
    level: int
    in_force: int
    scope: Literal["line", "customer", "plans"]
    state: str
    reasons: list[ReasonSaid]
    notice: Words
    still_works: list[StillWorks]
    way_out: str
    appeal_route: str
    since_on: date
    lifted_on: date | None
    decision_id: str | None


class Restrictions(Struct, frozen=True):
    """Active restrictions first."""

    restrictions: list[Restriction]


class Lifted(Struct, frozen=True):
    """The restriction no longer applies."""

    restriction_id: str
    state: str


class EaseBody(Body, frozen=True):
    """Let a restriction stand at a lower level; the note is kept with it."""

    level: Annotated[int, Meta(ge=1, le=3)]
    note: Note


class Eased(Struct, frozen=True):
    """The restriction is in force at a lower level; `line_level` is that of the strictest one on the line."""

    restriction_id: str
    level: int
    line_level: int
