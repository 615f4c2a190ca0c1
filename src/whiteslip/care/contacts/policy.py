"""The policy itself: may this person be written to at an instant, and if not, when first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from whiteslip.care.contacts.model import Klass, Obstacle, Person, Policy
from whiteslip.kernel.calendar import is_public_holiday
from whiteslip.kernel.errors import invariant

FOR_GOOD: Final = frozenset({Obstacle.UNVERIFIED, Obstacle.OPTED_OUT, Obstacle.FLAGGED})
"""Obstacles that waiting does not remove."""

_ONE_DAY: Final = timedelta(days=1)
_MIDNIGHT: Final = time(0)
_MOST_STEPS: Final = 100
"""More than the longest run of holidays, nights and days on which the cap is reached needs."""


def may_contact(
    policy: Policy, person: Person, klass: Klass, *, at: datetime, attempts: Iterable[datetime]
) -> bool:
    """Tell whether a person may be written to at an instant, after earlier attempts at the same contact point."""
    return obstacle(policy, person, klass, at=at, attempts=attempts) is None


def obstacle(
    policy: Policy, person: Person, klass: Klass, *, at: datetime, attempts: Iterable[datetime]
) -> Obstacle | None:
    """Name what stands in the way of writing to a person at an instant; None when nothing does.

    The hours, the day of the cap and the date of a holiday are those of the person's zone. Attempts may be given
    for more days than one; those of another day do not count.
    """
    zone = zone_of(person.zone)
    if (lasting := for_good(policy, person, klass)) is not None:
        return lasting
    local = at.astimezone(zone)
    manner, today = policy.manners[klass], local.date()
    if not manner.on_holidays and is_public_holiday(today):
        return Obstacle.HOLIDAY
    if _keeps_quiet(policy, person, klass) and _is_quiet(policy, local.time()):
        return Obstacle.NIGHT
    if sum(_date_of(one, zone) == today for one in attempts) >= policy.most_a_day:
        return Obstacle.CAP
    return None


def for_good(policy: Policy, person: Person, klass: Klass) -> Obstacle | None:
    """Name what waiting does not remove."""
    if not person.is_verified:
        return Obstacle.UNVERIFIED
    if person.is_opted_out:
        return Obstacle.OPTED_OUT
    if person.is_flagged and not policy.manners[klass].despite_flags:
        return Obstacle.FLAGGED
    return None


def next_allowed(
    policy: Policy, person: Person, klass: Klass, *, at: datetime, attempts: Sequence[datetime]
) -> datetime | None:
    """Return the first instant from `at` on at which a person may be written to, in UTC; None when never.

    Where clocks jump over the hour at which the night ends, that is the hour the jump leads to, never earlier.
    """
    instant = at.astimezone(UTC)
    for _ in range(_MOST_STEPS):
        found = obstacle(policy, person, klass, at=instant, attempts=attempts)
        if found is None:
            return instant
        if found in FOR_GOOD:
            return None
        wall = policy.quiet_until if found is Obstacle.NIGHT else _MIDNIGHT
        instant = _next_reading(instant, zone_of(person.zone), wall)
    invariant(False, "within a hundred nights and holidays there is a day")  # noqa: FBT003
    return None


def allowed_until(policy: Policy, person: Person, klass: Klass, *, at: datetime) -> datetime | None:
    """Return when a message that may be sent at an instant must be delivered by; None when at any time.

    Whoever carries it further is told: accepted in the evening and delivered in the night is written in the night.
    """
    zone = zone_of(person.zone)
    ends = [policy.quiet_from] if _keeps_quiet(policy, person, klass) else []
    if not policy.manners[klass].on_holidays:
        ends.append(_MIDNIGHT)
    return min((_next_reading(at, zone, wall) for wall in ends), default=None)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name."""
    return ZoneInfo(name)


def _keeps_quiet(policy: Policy, person: Person, klass: Klass) -> bool:
    return not person.may_at_night and person.channel not in policy.manners[klass].night_channels


def _is_quiet(policy: Policy, wall: time) -> bool:
    return wall >= policy.quiet_from or wall < policy.quiet_until


def _next_reading(at: datetime, zone: ZoneInfo, wall: time) -> datetime:
    """Return the first instant after another at which clocks of a zone read, or jump over, a time of day."""
    today = at.astimezone(zone).date()
    readings = (
        datetime.combine(today + days * _ONE_DAY, wall, zone).replace(fold=fold).astimezone(UTC)
        for days in range(4)
        for fold in (0, 1)
    )
    return next(reading for reading in readings if reading > at)


def _date_of(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()
