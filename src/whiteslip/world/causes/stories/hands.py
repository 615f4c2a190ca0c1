"""What a person of the staff does where no rule acts: said in one place, so that a rule can take it over."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date
from typing import Any, Final

from whiteslip.kernel.reason import ReasonCode
from whiteslip.world.causes.life import Life

RESTRICTED, SUSPENDED = 3, 4
FITTING: Final = 20_000
"""What the person buys when they are back: an everyday purchase, in minor units."""


def restricted_by_hand(
    life: Life, code: ReasonCode, *, level: int = RESTRICTED
) -> dict[str, Any]:
    """Let Anna restrict the line for a reason; returns the restriction as its person reads it."""
    body = {"level": level, "reason": code}
    life.town.anna.post(f"/lines/{life.line_id}/restrictions", body)
    return life.meets_restriction(code)


def stopped_and_heard(life: Life, code: ReasonCode, *, level: int) -> Generator[date]:
    """Be stopped by hand, see what still works, and follow the way back that is said."""
    found = restricted_by_hand(life, code, level=level)
    refused = life.asks_to_buy(FITTING)
    life.must_be_refused(refused, code)
    life.what_works(found)
    yield from life.comes_back(FITTING)
