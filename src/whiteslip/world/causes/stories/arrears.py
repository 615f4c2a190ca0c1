"""Dues that are missed: forgotten, not earned, not supported, again and again."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from typing import Final

from whiteslip.kernel.reason import ReasonCode
from whiteslip.world.causes.life import Life
from whiteslip.world.causes.model import (
    Cause,
    Effect,
    NoticedBy,
    Promise,
    Said,
    Story,
    Within,
)


def misses_a_due(life: Life, amount_minor: int) -> Generator[date]:
    """Buy, be billed, and miss the due: the first sign is the day it was due."""
    life.joins(1_000_000, statement_day=(life.today + timedelta(days=4)).day)
    life.buys(amount_minor, is_verified=True)
    yield life.next_bill_on()
    life.first_sign(life.due_on())
    yield life.due_on() + timedelta(days=1)


def forgets(life: Life) -> Generator[date]:
    """She forgets a due on a trip; two weeks later the line is restricted, and paying restores it the same day."""
    yield from misses_a_due(life, 60_000)
    yield life.due_on() + timedelta(days=15)
    found = life.meets_restriction(ReasonCode.OVERDUE)
    life.what_works(found)
    yield from life.comes_back(20_000)


STORIES: Final = (
    Story(
        key="forgot",
        causes=(Cause.OVERDUE,),
        name=Said("李娜", "Li Na"),
        happens=Said("出差时忘了还款日", "away on a trip, she forgets a due date"),
        noticed=NoticedBy.RULE,
        promise=Promise(
            codes=(ReasonCode.OVERDUE,),
            effect=Effect.RESTRICTED,
            notice="restricted",
            treatment="repayment",
            days_to=Within(15, 16),
        ),
        play=forgets,
    ),
)
