"""What looking ahead gives: lines that show signs of trouble to come, and how the whole book was looked at."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from whiteslip.api.answers import Words
from whiteslip.api.bodies import Body
from whiteslip.api.shapes.reviews import Note

Color: TypeAlias = Literal["green", "yellow", "orange", "red", "unknown"]


class ShownSign(Struct, frozen=True):
    """A sign, as the staff and as its person is told of it."""

    id: str
    name: Words
    told: Words


class Sight(Struct, frozen=True):
    """What was seen of a line for a closed day, by which facts, and who knows of it.

    It stops nobody. `overdue_since` is since when the line is overdue meanwhile, `offered_on` when help was offered to
    its owner last; both are told in lists only.
    """

    line_id: str
    customer_id: str
    seen_on: date
    seen_at: datetime
    terms_version: int
    color: Color
    signs: list[ShownSign]
    facts: dict[str, Any]
    answered_by: str | None
    note: str | None
    answered_at: datetime | None
    overdue_since: date | None
    offered_on: date | None


class Look(Struct, frozen=True):
    """The last look at the whole book, in lines by color; `is_stale` where the last closed day was not looked at."""

    is_stale: bool
    closed_on: date
    seen_on: date | None
    lines: int | None
    yellow: int | None
    orange: int | None
    red: int | None
    unknown: int | None
    offered: int | None
    cases: int | None


class Signs(Struct, frozen=True):
    """A page of the lines of a color, whose they are to care for, and how the book was looked at.

    `next` is the cursor of the page after.
    """

    owner: str
    look: Look
    signs: list[Sight]
    next: str | None


class LineSigns(Struct, frozen=True):
    """What was seen of a line, the newest first; empty where it never showed a sign."""

    line_id: str
    signs: list[Sight]


class AnswerBody(Body, frozen=True):
    """What is done about it."""

    note: Note


class Answered(Struct, frozen=True):
    """The line whose signs somebody knows of now."""

    line_id: str
