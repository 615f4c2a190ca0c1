"""What a person of the staff does where no rule acts: said in one place, so that a rule can take it over."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from typing import Any, Final

from whiteslip.kernel.reason import ReasonCode
from whiteslip.world.causes.life import Life

RESTRICTED, SUSPENDED = 3, 4
FITTING: Final = 20_000
"""An everyday purchase, in minor units."""


def large(life: Life) -> int:
    """What a restricted line does not carry, even where a part of its limit may still be used, and a free one does."""
    limit_minor: int = life.line()["fixed_limit_minor"]
    return limit_minor * 6 // 10


def restricted_by_hand(life: Life, code: ReasonCode, *, level: int = RESTRICTED) -> dict[str, Any]:
    """Let Anna restrict the line for a reason; returns the restriction as its person reads it."""
    body = {"level": level, "reason": code}
    life.town.anna.post(f"/lines/{life.line_id}/restrictions", body)
    return life.meets_restriction(code)


def stopped_and_heard(life: Life, code: ReasonCode, *, level: int) -> Generator[date]:
    """Be stopped by hand, see what still works, and follow the way back that is said."""
    found = restricted_by_hand(life, code, level=level)
    amount = large(life) if level == RESTRICTED else FITTING
    refused = life.asks_to_buy(amount, is_verified=True)
    life.must_be_refused(refused, code)
    life.what_works(found)
    yield from life.comes_back(amount, is_verified=True)


def stopped_until_over(
    life: Life, code: ReasonCode, *, days: int, treatment: str
) -> Generator[date]:
    """Be suspended for what only others can end: an appeal is heard and upheld, and when it is over Cai lifts it."""
    found = restricted_by_hand(life, code, level=SUSPENDED)
    life.must_be_refused(life.asks_to_buy(FITTING, is_verified=True), code)
    life.what_works(found)
    life.row.steps.extend(step["does"] for step in life.usability()["way_back"]["steps"])
    appeal = life.appeals(found["restriction_id"])
    yield life.today + timedelta(days=1)
    life.decides(life.town.bo, appeal, "upheld")
    life.treated("appeal heard")
    yield from life.lives_paying(life.today + timedelta(days=days - 1))
    life.town.cai.post(f"/restrictions/{found['restriction_id']}/lift")
    life.treated(treatment)
    life.row.steps.append("lifted by staff")
    life.buys_again(FITTING, is_verified=True)
