"""What routes about the manual queue of what banks said take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from whiteslip.api.bodies import Body, LineId
from whiteslip.api.shapes.reviews import Note

Way: TypeAlias = Literal["assigned", "sent_back", "noted"]


class OwnItemBody(Body, frozen=True):
    """Take an item on; the note says what is being done."""

    note: Note


class CloseItemBody(Body, frozen=True):
    """Close an item: assign its money to a line, send it back, or note what was done where no money is held."""

    way: Way
    note: Note
    line_id: LineId | None = None


class ItemDecisionBody(Body, frozen=True):
    """Approve or refuse what another person asked for."""

    approved: bool
    note: Note


class SuspenseItem(Struct, frozen=True):
    """Something a bank said that people look at; `held_minor` of it came and lies in suspense, in minor units."""

    item_id: str
    kind: str
    state: str
    way: str | None
    bank: str
    result_id: str
    reference: str
    amount_minor: int
    currency: str
    reason: str | None
    held_minor: int
    line_id: str | None
    repayment_id: str | None
    owned_by: str | None
    asked_by: str | None
    opened_on: date
    closed_on: date | None


class SuspenseItems(Struct, frozen=True):
    """Items, the latest first; `next` leads to the page after."""

    items: list[SuspenseItem]
    next: str | None


class SuspenseDeed(Struct, frozen=True):
    """What somebody did with an item."""

    step: int
    deed: str
    way: str | None
    by: str
    note: str
    at: datetime


class SuspenseDeeds(Struct, frozen=True):
    """Who did what with an item, the first first."""

    items: list[SuspenseDeed]
