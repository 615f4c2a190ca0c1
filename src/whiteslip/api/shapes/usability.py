"""Why a line can or cannot be used, and what its owner can do."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

from whiteslip.api.answers import OtherWay, ReasonSaid, StillWorks


class Gate(Struct, frozen=True):
    """One of the gates a purchase passes, and why it is shut."""

    gate: Literal["system", "policy", "consent", "line", "limit", "relief", "risk", "merchant"]
    is_open: bool
    reasons: list[ReasonSaid]


class Step(Struct, frozen=True):
    """One step of the way back: an amount to pay today, a date to wait for while paying on time, or a thing to do."""

    does: Literal["pay", "wait", "verify", "unlock", "consent", "ask"]
    amount_minor: int | None
    until_on: date | None


class WayBack(Struct, frozen=True):
    """Every step it takes; proven where the rules were run again on what it would change and let the line buy.

    `advised` helps as well: another source for the debits to come, another agreement in a payment's place.
    """

    steps: list[Step]
    is_proven: bool
    usable_on: date | None
    advised: list[Literal["new_source", "renegotiate"]]


class Usability(Struct, frozen=True):
    """One answer over every gate."""

    line_id: str
    can_buy: bool
    level: int
    available_minor: int
    gates: list[Gate]
    reasons: list[ReasonSaid]
    still_works: list[StillWorks]
    way_back: WayBack
    other_ways: list[OtherWay]
