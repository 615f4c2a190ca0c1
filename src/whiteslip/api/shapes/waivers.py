"""What taking late fees back takes and gives."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from whiteslip.api.bodies import Body
from whiteslip.api.shapes.reviews import Note


class WaiverBody(Body, frozen=True):
    """Take back the late fees charged on these days, both included; the note is the staff's."""

    first_on: date
    last_on: date
    note: Note


class WaiverDecisionBody(Body, frozen=True):
    """Approve or refuse what another person asked for."""

    approved: bool


class Waiver(Struct, frozen=True):
    """A waiver: what was asked, and of it what is owed no more and what was returned as credit, in minor units."""

    id: str
    line_id: str
    state: str
    first_on: date
    last_on: date
    asked_minor: int
    waived_minor: int
    returned_minor: int
    needs_two: bool
    asked_by: str
    note: str


class Waivers(Struct, frozen=True):
    """The waivers of a line, the latest first."""

    items: list[Waiver]
