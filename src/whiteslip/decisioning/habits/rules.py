"""How a request compares with a habit, and how a habit changes with a request: for one after the other."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from whiteslip.decisioning.habits.model import NO_HABIT, Asking, Habit, HabitFacts, Hours
from whiteslip.decisioning.habits.reading import Terms
from whiteslip.kernel.calendar import ZONE

MOST_RECENT: Final = 16
MOST_KNOWN: Final = 32
MOST_UNKEPT: Final = 64
"""So many requests since the night are read beside what was kept; nobody shops more in a day, and a program may ask as
often as it likes without anybody reading longer."""
HALF_LIFE_DAYS: Final = 90.0
EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""A purchase made then weighs 1, one made a half-life later 2, and so on: what is kept only ever adds up, and a mean of
what is kept weighs the old half as much for each half-life. The sums hold for more than two hundred years."""
SCORE_MODEL: Final = "behavior"
"""The model whose probability of default a purchase is judged by."""
SCORE_DAYS: Final = 35
"""An older score is none: it speaks of somebody the person no longer is."""
WAVES: Final = (0.75, 0.3, 0.05)
"""How much each wave of a day counts: the density is smoothed by (1 + cos)³, which is never below 0 and falls steadily
with the distance: 3.2 at the same hour, 1.35 at 4 hours, 0.16 at 7 and 0 at 12. Two peaks of a day stay two."""
_ANSCOMBE: Final = 0.375
"""2 √(n + 3/8) of a count has a spread of about 1 whatever its mean (Anscombe 1948)."""

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class Moment(NamedTuple):
    """What is the same for all requests of one instant: what a purchase weighs, and where the day's waves stand."""

    weight: float
    hours: Hours


def moment(at: datetime) -> Moment:
    """Look at an instant as habits are kept by it."""
    local = at.astimezone(ZONE)
    seconds = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
    angle = 2 * math.pi * seconds / 86400
    hours = (part(wave * angle) for wave in (1, 2, 3) for part in (math.cos, math.sin))
    return Moment(2.0 ** ((at - EPOCH) / _DAY / HALF_LIFE_DAYS), Hours(*hours))


def facts_of(habit: Habit | None, asking: Asking, terms: Terms, *, at: datetime) -> HabitFacts:
    """Compare a request with the habit before it. SQL twin: read_backgrounds.sql."""
    habit = habit or NO_HABIT
    recent = [
        (when, amount, shop)
        for when, amount, shop in zip(
            habit.recent_at, habit.recent_minor, habit.recent_shops, strict=True
        )
        if when > at - _DAY
    ]
    learned = habit.purchases >= terms.least_purchases
    usual, deviation = _usual(habit, asking.amount_minor, terms) if learned else (None, None)
    bit = asking.category_bit
    return HabitFacts(
        requests_1h=sum(when > at - _HOUR for when, _, _ in recent),
        requests_24h=len(recent),
        asked_24h_minor=sum(
            amount
            for _, amount, shop in recent
            if (shop, amount) != (-asking.merchant_id, asking.amount_minor)
        ),
        same_shop_24h=sum(shop == asking.merchant_id for _, _, shop in recent),
        purchases_before=habit.purchases,
        minutes_since_last=_minutes_since(habit, at),
        hours_since_new_device=(
            None
            if habit.new_device_at is None
            else max(0, (at - habit.new_device_at) // timedelta(hours=1))
        ),
        usual_minor=usual,
        deviation=deviation,
        pace_deviation=_pace(habit, len(recent) + 1, terms, at) if learned else None,
        hour_share=_hour_share(habit, terms, at),
        resale_share=habit.resale_weight / habit.usual_weight if learned else None,
        largest_minor=habit.largest_minor if habit.purchases else None,
        device_is_known=asking.device in habit.devices if asking.device else None,
        address_is_known=asking.address in habit.addresses if asking.address else None,
        merchant_is_known=asking.merchant_id in habit.merchants,
        category_is_known=bool(habit.categories & bit) if bit else None,
    )


def _minutes_since(habit: Habit, at: datetime) -> int | None:
    return max(0, (at - habit.recent_at[-1]) // timedelta(minutes=1)) if habit.recent_at else None


def _usual(habit: Habit, amount_minor: int, terms: Terms) -> tuple[float, float]:
    mean = habit.usual_sum / habit.usual_weight
    variance = max(0.0, habit.usual_square_sum / habit.usual_weight - mean * mean)
    spread = max(math.sqrt(variance), terms.least_spread)
    return math.exp(mean), (math.log(max(1, amount_minor)) - mean) / spread


def _pace(habit: Habit, count: int, terms: Terms, at: datetime) -> float:
    """Say how many spreads a day's count lies above the person's own day, which the day itself is no part of."""
    days = (at - (habit.first_at or at)) / _DAY
    seen = 1.0 - 0.5 ** (max(terms.least_days, days) / HALF_LIFE_DAYS)
    before = habit.usual_weight / moment(at).weight - (count - 1)
    own = before * math.log(2) / HALF_LIFE_DAYS / seen
    usual = max(terms.least_a_day, own)
    return 2 * (math.sqrt(count + _ANSCOMBE) - math.sqrt(usual + _ANSCOMBE))


def _hour_share(habit: Habit, terms: Terms, at: datetime) -> float | None:
    if habit.purchases < terms.least_for_hours:
        return None
    near = sum(map(math.prod, zip(waves(at), habit.hours, strict=True)))
    return max(0.0, 1.0 + near / habit.usual_weight)


def waves(at: datetime) -> Hours:
    """Return by how much each kept sum of waves counts for the density at an instant's time of day."""
    hours = moment(at).hours
    return Hours(*(2 * WAVES[place // 2] * part for place, part in enumerate(hours)))


def after(
    habit: Habit | None, asking: Asking, *, at: datetime, authorized: bool, keeps: bool = False
) -> Habit:
    """Return the habit after a request; with `keeps` no more of it than a night keeps. SQL twin: keep_habits.sql."""
    before = habit or NO_HABIT
    shop = asking.merchant_id if authorized else -asking.merchant_id
    first = 1 - MOST_RECENT if keeps else 0
    pace = before._replace(
        requests=before.requests + 1,
        recent_at=(*before.recent_at[first:], at),
        recent_minor=(*before.recent_minor[first:], asking.amount_minor),
        recent_shops=(*before.recent_shops[first:], shop),
    )
    return _learned(pace, asking, at, MOST_KNOWN if keeps else None) if authorized else pace


def _learned(habit: Habit, asking: Asking, at: datetime, most: int | None) -> Habit:
    now, log = moment(at), math.log(asking.amount_minor)
    devices = _met(habit.devices, asking.device, most)
    return habit._replace(
        purchases=habit.purchases + 1,
        categories=habit.categories | asking.category_bit,
        largest_minor=max(habit.largest_minor, asking.amount_minor),
        first_at=min(habit.first_at or at, at),
        new_device_at=at if devices != habit.devices else habit.new_device_at,
        usual_weight=habit.usual_weight + now.weight,
        usual_sum=habit.usual_sum + now.weight * log,
        usual_square_sum=habit.usual_square_sum + now.weight * log * log,
        resale_weight=habit.resale_weight + now.weight * asking.category.resells_easily,
        hours=Hours(
            *(kept + now.weight * new for kept, new in zip(habit.hours, now.hours, strict=True))
        ),
        devices=devices,
        addresses=_met(habit.addresses, asking.address, most),
        merchants=_met(habit.merchants, asking.merchant_id, most),
    )


def _met(known: tuple[int, ...], new: int, most: int | None) -> tuple[int, ...]:
    is_full = most is not None and len(known) >= most
    return known if not new or new in known or is_full else (*known, new)
