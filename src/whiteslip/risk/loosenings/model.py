"""What a loosening gives and is expected to do."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from whiteslip.kernel.money import Minor
from whiteslip.risk.tightenings.model import Member, Tightening


class ExpectedRoom(NamedTuple):
    """What a loosening is expected to do, from the book's own records; amounts in minor units.

    `touched` are the lines of all stages, `exempt` those that are not good enough to be given anything. `used_minor` is
    what is owed more while the room lasts, as the same lines used their limits so far. `income_minor` is the shops' fee
    on what is used, counted once; None where nothing was bought lately. `loss_minor` is what is lost of it.
    """

    members: int
    touched: int
    held_out: int
    exempt: int
    owed_minor: Minor
    undrawn_minor: Minor
    room_minor: Minor
    used_minor: Minor
    income_minor: Minor | None
    default_chance: float
    loss_minor: Minor
    stages: tuple[int, ...]
    stages_minor: tuple[Minor, ...]


class Grant(NamedTuple):
    """A temporary limit that a loosening gave, and its promised end."""

    customer_id: int
    line_id: int
    limit_id: int
    amount_minor: Minor
    ends_on: date


class Ending(NamedTuple):
    """A grant about to end, and the fixed limit that will hold then."""

    customer_id: int
    line_id: int
    limit_id: int
    amount_minor: Minor
    ends_on: date
    limit_minor: Minor


class Shortened(NamedTuple):
    """A grant ended early: what was in use stays, as a limit of its own, until the promised end."""

    grant: Grant
    kept_minor: Minor


class Now(NamedTuple):
    """Who is in a loosening's segment by now, and what room each of them may be given; nothing for the others."""

    members: list[Member]
    rooms: dict[tuple[int, int], Minor]


class Granted(NamedTuple):
    """What a stage did: the loosening after it and the grants; `grew_to` lines stop it where they are too many."""

    tightening: Tightening
    grants: tuple[Grant, ...]
    grew_to: int | None
