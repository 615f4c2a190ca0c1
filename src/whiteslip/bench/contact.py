"""`whiteslip bench contact`: random schedules of messages by the contact policy, looked over by an oracle of its own.

A schedule is one contact point somewhere in the world, and up to a dozen messages wanted for it within a few days.
They are sent as the post does it: a first instant from the policy, some delay, the policy asked again, an attempt
noted. The oracle knows nothing of that code: it has the instants, another time zone library and a list of holidays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from heapq import heapify, heappop, heappush
from time import perf_counter
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from whiteslip.care.contacts.model import Channel, Klass, Obstacle, Person, Policy
from whiteslip.care.contacts.policy import FOR_GOOD, allowed_until, next_allowed, obstacle
from whiteslip.flows.keep_contacts import shipped_policy
from whiteslip.infra.tables import arrow, compute
from whiteslip.kernel.calendar import business_date_of

SCHEDULES: Final = 1_000_000
ZONES: Final = (
    *("Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Tokyo", "Asia/Singapore", "UTC"),
    *("Asia/Kolkata", "Asia/Kathmandu", "Asia/Yangon", "Asia/Tehran", "Asia/Kabul", "Asia/Colombo"),
    *("Australia/Adelaide", "Australia/Lord_Howe", "Australia/Eucla", "Pacific/Chatham"),
    *("Pacific/Auckland", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago"),
    *("America/New_York", "America/Los_Angeles", "America/St_Johns", "America/Caracas"),
    *(
        "America/Havana",
        "America/Santiago",
        "America/Asuncion",
        "America/Nuuk",
        "America/Sao_Paulo",
    ),
    *("Europe/London", "Europe/Berlin", "Europe/Moscow", "Atlantic/Azores", "Asia/Beirut"),
    *("Africa/Cairo", "Africa/Casablanca", "Africa/Johannesburg", "Antarctica/Troll"),
)
"""Home first; whole, half and quarter hours; summer times of every kind, some by half an hour, some at midnight."""

_FIRST: Final = datetime(2024, 1, 1, tzinfo=UTC)
_DAYS: Final = 365 * 3 - 20
_CLUSTERS: Final = (
    *("2024-02-08", "2024-03-29", "2024-04-03", "2024-09-30", "2024-10-26", "2024-11-02"),
    *("2025-01-26", "2025-03-08", "2025-03-29", "2025-04-25", "2025-09-29", "2025-10-25"),
    *("2026-02-14", "2026-03-28", "2026-04-04", "2026-04-30", "2026-09-24", "2026-10-24"),
)
"""Days on or soon after which every second schedule begins: before golden weeks and changes of clocks."""

HOLIDAYS: Final = (
    *(("2024-01-01", "2024-01-01"), ("2024-02-10", "2024-02-17"), ("2024-04-04", "2024-04-06")),
    *(("2024-05-01", "2024-05-05"), ("2024-06-08", "2024-06-10"), ("2024-09-15", "2024-09-17")),
    *(("2024-10-01", "2024-10-07"), ("2025-01-01", "2025-01-01"), ("2025-01-28", "2025-02-04")),
    *(("2025-04-04", "2025-04-06"), ("2025-05-01", "2025-05-05"), ("2025-05-31", "2025-06-02")),
    *(("2025-10-01", "2025-10-08"), ("2026-01-01", "2026-01-03"), ("2026-02-15", "2026-02-23")),
    *(("2026-04-04", "2026-04-06"), ("2026-05-01", "2026-05-05"), ("2026-06-19", "2026-06-21")),
    *(("2026-09-25", "2026-09-27"), ("2026-10-01", "2026-10-07")),
)
"""The holidays as announced each year, first and last day; the oracle does not ask the calendar it is to judge."""

_MOST_WANTED: Final = 12
_MINUTE_US: Final = 60_000_000
_DAY_US: Final = 24 * 60 * _MINUTE_US
_BUSINESS_US: Final = 8 * 60 * _MINUTE_US
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_KLASSES: Final = tuple(Klass)
_CHANNELS: Final = tuple(Channel)
_NIGHT_FROM, _NIGHT_UNTIL, _MOST_A_DAY = time(22), time(8), 6
_BATCH: Final = 50_000


class Bug(StrEnum):
    """Faults planted in what sends; the oracle must find each."""

    HOUR = "an hour off"
    CAP = "one more a day"
    ZONE = "the zone ignored"
    HOLIDAY = "holidays ignored"
    FLAG = "flags ignored"
    OPT_OUT = "opt-outs ignored"
    ASKED_ONCE = "the policy not asked again"


class Wanted(NamedTuple):
    """One schedule: a person, their flag's business dates, and the messages wanted, each with how late the post is."""

    person: Person
    flagged: tuple[date, date] | None
    messages: list[tuple[datetime, Klass, timedelta]]


@dataclass(slots=True)
class Sent:
    """What was sent, in columns; instants in microseconds since 1970."""

    schedule: list[int] = field(default_factory=list[int])
    at_us: list[int] = field(default_factory=list[int])
    until_us: list[int] = field(default_factory=list[int])
    klass: list[int] = field(default_factory=list[int])


@dataclass(slots=True)
class Figures:
    """What came of all schedules, and what the oracle objects to."""

    schedules: int = 0
    wanted: int = 0
    sent: int = 0
    put_off: Counter[str] = field(default_factory=Counter[str])
    dropped: Counter[str] = field(default_factory=Counter[str])
    faults: Counter[str] = field(default_factory=Counter[str])
    seconds: float = 0.0
    oracle_seconds: float = 0.0


def bench_contact(
    *,
    schedules: int = SCHEDULES,
    seed: int = 1,
    bug: Bug | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Figures:
    """Run so many random schedules and look them over."""
    figures = Figures()
    for first in range(0, schedules, _BATCH):
        count = min(_BATCH, schedules - first)
        before = perf_counter()
        drawn = _draw(np.random.default_rng([seed, first]), count)
        sent = Sent()
        for index, wanted in enumerate(drawn):
            _send(wanted, index, sent, figures, bug)
        between = perf_counter()
        figures.faults += look_over(drawn, sent)
        figures.sent += len(sent.at_us)
        figures.wanted += sum(len(wanted.messages) for wanted in drawn)
        figures.schedules += count
        figures.seconds += between - before
        figures.oracle_seconds += perf_counter() - between
        if progress:
            progress(first + count, schedules)
    lost = figures.wanted - figures.sent - sum(figures.dropped.values())
    waiting = sum(figures.dropped[obstacle] for obstacle in Obstacle if obstacle not in FOR_GOOD)
    figures.faults["neither sent nor dropped for a reason that lasts"] = lost + waiting
    return figures


def _draw(draws: np.random.Generator, count: int) -> list[Wanted]:
    """Draw schedules: half begin near a day on which something is odd, and half want much within a day or two."""
    clusters = np.array([np.datetime64(day, "m") for day in _CLUSTERS])
    anywhere = np.datetime64("2024-01-01", "m") + draws.integers(0, _DAYS * 1440, count)
    near = draws.choice(clusters, count) + draws.integers(0, 4 * 1440, count)
    starts = np.where(draws.random(count) < 0.5, anywhere, near)
    spans = draws.choice([600, 2880, 10_000], count)
    sizes = draws.integers(1, _MOST_WANTED + 1, count)
    zones = np.where(draws.random(count) < 0.2, 0, draws.integers(0, len(ZONES), count)).tolist()
    yes = (draws.random((4, count)) < np.array([[0.2], [0.03], [0.03], [0.3]])).tolist()
    offsets = (draws.random((count, _MOST_WANTED)) * spans[:, None]).tolist()
    klasses = draws.choice(3, (count, _MOST_WANTED), p=[0.15, 0.2, 0.65]).tolist()
    delays = np.where(
        draws.random((count, _MOST_WANTED)) < 0.5, 0, draws.integers(0, 180, (count, _MOST_WANTED))
    )
    channels = draws.integers(0, 2, count).tolist()
    flags = draws.integers(-3, 9, (count, 2)).tolist()
    begin: list[datetime] = [
        start.replace(tzinfo=UTC) for start in starts.astype("datetime64[us]").tolist()
    ]
    late: list[list[int]] = delays.tolist()
    found: list[Wanted] = []
    for index, size in enumerate(sizes.tolist()):
        may_at_night, is_unverified, is_out, is_flagged = (row[index] for row in yes)
        person = Person(
            _CHANNELS[channels[index]], ZONES[zones[index]], may_at_night, not is_unverified, is_out
        )
        today = business_date_of(begin[index])
        since, lasts = flags[index]
        flagged = (
            (today + timedelta(days=since), today + timedelta(days=since + lasts))
            if is_flagged
            else None
        )
        messages: list[tuple[datetime, Klass, timedelta]] = [
            (
                begin[index] + timedelta(minutes=offsets[index][place]),
                _KLASSES[klasses[index][place]],
                timedelta(minutes=late[index][place]),
            )
            for place in range(size)
        ]
        found.append(Wanted(person, flagged, messages))
    return found


def _send(wanted: Wanted, index: int, sent: Sent, figures: Figures, bug: Bug | None) -> None:
    """Send what is wanted as the post does: the policy is asked when a message is queued, and again when it is due."""
    policy, attempts = _policy(bug), list[datetime]()
    waiting = [(at, place, False) for place, (at, _, _) in enumerate(wanted.messages)]
    heapify(waiting)
    while waiting:
        at, place, is_due = heappop(waiting)
        _, klass, late = wanted.messages[place]
        person = _seen(wanted, at, bug)
        found = obstacle(policy, person, klass, at=at, attempts=attempts) if is_due else None
        if is_due and (found is None or bug is Bug.ASKED_ONCE):
            attempts.append(at)
            until = allowed_until(policy, person, klass, at=at)
            sent.schedule.append(index)
            sent.at_us.append(_us(at))
            sent.until_us.append(-1 if until is None else _us(until))
            sent.klass.append(_KLASSES.index(klass))
            continue
        first = next_allowed(policy, person, klass, at=at, attempts=attempts)
        if first is None:
            figures.dropped[str(obstacle(policy, person, klass, at=at, attempts=()))] += 1
            continue
        if first > at:
            figures.put_off[
                str(found or obstacle(policy, person, klass, at=at, attempts=attempts))
            ] += 1
        # Each time it comes up the post may be busy; once it is not, or nothing would ever be sent.
        delay = late if not is_due else timedelta(0)
        heappush(waiting, (first + delay, place, True))


def _seen(wanted: Wanted, at: datetime, bug: Bug | None) -> Person:
    """See the person as they are at an instant, flags by the business date; or as a faulty program does."""
    person = wanted.person
    if wanted.flagged and bug is not Bug.FLAG:
        since, until = wanted.flagged
        person = person._replace(is_flagged=since <= business_date_of(at) < until)
    if bug is Bug.ZONE:
        return person._replace(zone=ZONES[0])
    return person._replace(is_opted_out=False) if bug is Bug.OPT_OUT else person


@cache
def _policy(bug: Bug | None) -> Policy:
    policy = shipped_policy()
    if bug is Bug.HOUR:
        return policy._replace(quiet_until=time(7))
    if bug is Bug.CAP:
        return policy._replace(most_a_day=policy.most_a_day + 1)
    if bug is Bug.HOLIDAY:
        manners = {klass: rule._replace(on_holidays=True) for klass, rule in policy.manners.items()}
        return policy._replace(manners=manners)
    return policy


def look_over(drawn: Sequence[Wanted], sent: Sent) -> Counter[str]:
    """Count what was sent and must not have been, by what is wrong with it; written out from the rules in words."""
    faults: Counter[str] = Counter()
    if not sent.at_us:
        return faults
    schedule = np.array(sent.schedule)
    at, until, klass = (np.array(column) for column in (sent.at_us, sent.until_us, sent.klass))
    zone = np.array([ZONES.index(one.person.zone) for one in drawn])[schedule]
    consented = np.array([one.person.may_at_night for one in drawn])[schedule]
    is_mail = np.array([one.person.channel is Channel.EMAIL for one in drawn])[schedule]
    is_reminder, is_protective = (
        klass == _KLASSES.index(Klass.REMINDER),
        klass == _KLASSES.index(Klass.PROTECTIVE),
    )
    minds_night = ~consented & ~(is_protective & is_mail)
    local = _local(at, zone)
    faults["at night"] = int((minds_night & _is_night(local)).sum())
    faults["on a holiday"] = int((is_reminder & _is_holiday(local)).sum())
    faults["too many a day"] = _above_cap(schedule, local // _DAY_US)
    since, ends = _flag_days(drawn)
    today = (at + _BUSINESS_US) // _DAY_US
    faults["despite a flag"] = int(
        (is_reminder & (since[schedule] <= today) & (today < ends[schedule])).sum()
    )
    outside = np.array([one.person.is_opted_out or not one.person.is_verified for one in drawn])
    faults["to nobody's or unwanted"] = int(outside[schedule].sum())
    limited = until >= 0
    last = _local(until[limited] - 1, zone[limited])
    wrong = (minds_night[limited] & _is_night(last)) | (is_reminder[limited] & _is_holiday(last))
    unlimited = (~limited & (minds_night | is_reminder)).sum()
    faults["could be delivered too late"] = int(
        wrong.sum() + (until[limited] <= at[limited]).sum() + unlimited
    )
    return faults


def _local(at_us: NDArray[Any], zone: NDArray[Any]) -> NDArray[Any]:
    """Turn instants into what clocks on the wall read, by Arrow's own time zones."""
    local = np.empty_like(at_us)
    for number in np.unique(zone):
        of = zone == number
        instants = arrow.array(at_us[of], arrow.timestamp("us", ZONES[number]))
        local[of] = compute.local_timestamp(instants).cast(arrow.int64()).to_numpy()
    return local


def _is_night(local: NDArray[Any]) -> NDArray[Any]:
    minute = local % _DAY_US // _MINUTE_US
    return (minute >= _NIGHT_FROM.hour * 60) | (minute < _NIGHT_UNTIL.hour * 60)


def _is_holiday(local: NDArray[Any]) -> NDArray[Any]:
    return np.isin(local // _DAY_US, _holidays())


@cache
def _holidays() -> NDArray[Any]:
    spans = [np.arange(first, np.datetime64(last) + 1) for first, last in HOLIDAYS]
    return np.concatenate(spans).astype("datetime64[D]").astype(np.int64)


def _above_cap(schedule: NDArray[Any], day: NDArray[Any]) -> int:
    """Count the days of contact points with more than six attempts."""
    _, counts = np.unique(np.stack([schedule, day]), axis=1, return_counts=True)
    return int((counts > _MOST_A_DAY).sum())


def _flag_days(drawn: Sequence[Wanted]) -> tuple[NDArray[Any], NDArray[Any]]:
    never = (_EPOCH.date(), _EPOCH.date())
    days = [one.flagged or never for one in drawn]
    numbered = np.array([[(day - _EPOCH.date()).days for day in pair] for pair in days])
    return numbered[:, 0], numbered[:, 1]


def _us(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
