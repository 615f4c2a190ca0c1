"""How a request compares with a habit, and how a habit changes with a request: for one after the other."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final

from whiteslip.decisioning.habits.model import Asking, Habit, HabitFacts

MOST_RECENT: Final = 16
MOST_KNOWN: Final = 32
HALF_LIFE_DAYS: Final = 90.0
LEAST_PURCHASES: Final = 3
"""Fewer purchases than this teach nothing about what is usual."""
LEAST_SPREAD: Final = 0.35
"""The least spread of ln(amount): whoever always spends the same may still spend 40 % more without being odd."""
SCORE_MODEL: Final = "behavior"
"""The model whose probability of default a purchase is judged by."""
SCORE_DAYS: Final = 35
"""An older score is none: it speaks of somebody the person no longer is."""

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def facts_of(habit: Habit | None, asking: Asking, *, at: datetime) -> HabitFacts:
    """Compare a request with the habit before it. SQL twin: read_backgrounds.sql."""
    if habit is None:
        device, address = (False if told else None for told in (asking.device, asking.address))
        return HabitFacts(0, 0, 0, 0, None, None, None, device, address, merchant_is_known=False)
    recent = [
        (when, amount)
        for when, amount in zip(habit.recent_at, habit.recent_minor, strict=True)
        if when > at - _DAY
    ]
    usual, deviation = _usual(habit, asking.amount_minor)
    return HabitFacts(
        requests_1h=sum(when > at - _HOUR for when, _ in recent),
        requests_24h=len(recent),
        asked_24h_minor=sum(amount for _, amount in recent),
        purchases_before=habit.purchases,
        minutes_since_last=max(0, (at - habit.recent_at[-1]) // timedelta(minutes=1)),
        usual_minor=usual,
        deviation=deviation,
        device_is_known=asking.device in habit.devices if asking.device else None,
        address_is_known=asking.address in habit.addresses if asking.address else None,
        merchant_is_known=asking.merchant_id in habit.merchants,
    )


def _usual(habit: Habit, amount_minor: int) -> tuple[float | None, float | None]:
    if habit.purchases < LEAST_PURCHASES:
        return None, None
    mean = habit.usual_sum / habit.usual_weight
    variance = max(0.0, habit.usual_square_sum / habit.usual_weight - mean * mean)
    return math.exp(mean), (math.log(amount_minor) - mean) / max(math.sqrt(variance), LEAST_SPREAD)


def after(habit: Habit | None, asking: Asking, *, at: datetime, authorized: bool) -> Habit:
    """Return the habit after a request. SQL twin: keep_habits.sql."""
    before = habit or Habit(0, 0, at, 0.0, 0.0, 0.0, (), (), (), (), ())
    pace = before._replace(
        requests=before.requests + 1,
        recent_at=(*before.recent_at, at)[-MOST_RECENT:],
        recent_minor=(*before.recent_minor, asking.amount_minor)[-MOST_RECENT:],
    )
    return _learned(pace, asking, at) if authorized else pace


def _learned(habit: Habit, asking: Asking, at: datetime) -> Habit:
    age_days = max(0.0, (at - habit.usual_at) / _DAY)
    kept, log = 2.0 ** (-age_days / HALF_LIFE_DAYS), math.log(asking.amount_minor)
    return habit._replace(
        purchases=habit.purchases + 1,
        usual_at=max(at, habit.usual_at),
        usual_weight=habit.usual_weight * kept + 1.0,
        usual_sum=habit.usual_sum * kept + log,
        usual_square_sum=habit.usual_square_sum * kept + log * log,
        devices=_met(habit.devices, asking.device),
        addresses=_met(habit.addresses, asking.address),
        merchants=_met(habit.merchants, asking.merchant_id),
    )


def _met(known: tuple[int, ...], new: int) -> tuple[int, ...]:
    return known if not new or new in known or len(known) >= MOST_KNOWN else (*known, new)
