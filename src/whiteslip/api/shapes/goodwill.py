"""What granting goodwill takes and gives."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from whiteslip.api.bodies import Amount, Body
from whiteslip.api.shapes.reviews import Note

Why: TypeAlias = Literal["our_mistake", "poor_service", "hardship", "complaint", "other"]


class GoodwillBody(Body, frozen=True):
    """Grant an amount at our expense; the note is the staff's."""

    amount_minor: Amount
    why: Why
    note: Note


class GoodwillDecisionBody(Body, frozen=True):
    """Approve or refuse what another person asked for."""

    approved: bool


class Goodwill(Struct, frozen=True):
    """What was granted, and of it what settled principal, fees and late fees and what became credit; minor units."""

    id: str
    line_id: str
    state: str
    amount_minor: int
    principal_minor: int
    fee_minor: int
    late_fee_minor: int
    credit_minor: int
    why: str
    needs_two: bool
    asked_by: str
    note: str


class Goodwills(Struct, frozen=True):
    """What was granted to a line, the latest first."""

    items: list[Goodwill]
