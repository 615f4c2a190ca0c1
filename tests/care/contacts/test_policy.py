"""When a person may be written to: cases anybody can check by hand, and that no earlier instant was missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.bench.contact import ZONES
from whiteslip.care.contacts.model import Channel, Klass, Obstacle, Person
from whiteslip.care.contacts.policy import allowed_until, may_contact, next_allowed, obstacle
from whiteslip.care.contacts.store import policy

SMS = Person(Channel.SMS, "Asia/Shanghai")
MAIL = Person(Channel.EMAIL, "Asia/Shanghai")
PROTECTIVE, SERVICE, REMINDER = Klass.PROTECTIVE, Klass.SERVICE, Klass.REMINDER
QUARTER = timedelta(minutes=15)


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def why(person: Person, klass: Klass, at: datetime, *attempts: datetime) -> Obstacle | None:
    return obstacle(policy(), person, klass, at=at, attempts=attempts)


def first(person: Person, klass: Klass, at: datetime, *attempts: datetime) -> datetime | None:
    return next_allowed(policy(), person, klass, at=at, attempts=attempts)


@pytest.mark.parametrize(
    ("hour", "found"),
    [
        ("07:59:59.999999", Obstacle.NIGHT),
        ("08:00", None),
        ("21:59:59.999999", None),
        ("22:00", Obstacle.NIGHT),
        ("00:00", Obstacle.NIGHT),
    ],
)
def test_the_night_ends_at_eight_and_begins_at_ten(hour: str, found: Obstacle | None) -> None:
    assert why(SMS, REMINDER, local(f"2026-03-04T{hour}")) is found


def test_the_hours_are_the_persons_own() -> None:
    noon = local("2026-03-04T12:00")

    assert why(SMS._replace(zone="America/New_York"), SERVICE, noon) is Obstacle.NIGHT
    assert first(SMS._replace(zone="Asia/Kathmandu"), SERVICE, local("2026-03-04T06:00")) == local(
        "2026-03-04T08:00", "Asia/Kathmandu"
    )


def test_at_night_only_with_consent_and_mail_that_protects() -> None:
    night = local("2026-03-04T03:00")

    assert first(SMS, PROTECTIVE, night) == local("2026-03-04T08:00")
    assert why(MAIL, PROTECTIVE, night) is None
    assert why(MAIL, SERVICE, night) is Obstacle.NIGHT
    for klass in Klass:
        assert why(SMS._replace(may_at_night=True), klass, night) is None


def test_six_a_day_and_the_seventh_tomorrow_morning() -> None:
    day = [local(f"2026-03-04T{hour:02}:30") for hour in range(9, 15)]
    now = local("2026-03-04T16:00")

    assert why(SMS, PROTECTIVE, now, *day[:5]) is None
    assert why(SMS, PROTECTIVE, now, *day) is Obstacle.CAP
    assert first(SMS, SERVICE, now, *day) == local("2026-03-05T08:00")
    yesterday = [one - timedelta(days=1) for one in day]
    assert why(SMS, SERVICE, now, *yesterday, *day[:5]) is None


def test_the_day_of_the_cap_is_the_persons_own() -> None:
    awake = SMS._replace(zone="America/Los_Angeles", may_at_night=True)
    evening = [local(f"2026-03-03T23:{minute}", awake.zone) for minute in range(10, 16)]

    assert why(awake, SERVICE, local("2026-03-03T23:59", awake.zone), *evening) is Obstacle.CAP
    assert why(awake, SERVICE, local("2026-03-04T00:00", awake.zone), *evening) is None


def test_a_reminder_waits_for_the_end_of_the_golden_week() -> None:
    evening = local("2025-09-30T22:30")

    assert first(SMS, REMINDER, evening) == local("2025-10-09T08:00")
    assert first(SMS, SERVICE, evening) == local("2025-10-01T08:00")
    assert why(SMS, REMINDER, local("2025-10-01T12:00")) is Obstacle.HOLIDAY
    assert why(SMS, REMINDER, local("2025-09-27T12:00")) is None, "an ordinary Saturday"
    assert first(SMS._replace(zone="America/New_York"), REMINDER, evening) == local(
        "2025-09-30T10:30", "America/New_York"
    )


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"is_verified": False}, Obstacle.UNVERIFIED),
        ({"is_opted_out": True}, Obstacle.OPTED_OUT),
        ({"is_flagged": True}, Obstacle.FLAGGED),
    ],
)
def test_what_does_not_pass_by_waiting(change: dict[str, Any], found: Obstacle) -> None:
    noon = local("2026-03-04T12:00")

    assert why(SMS._replace(**change), REMINDER, noon) is found
    assert first(SMS._replace(**change), REMINDER, noon) is None
    required = why(SMS._replace(**change), SERVICE, noon)
    assert required is (None if found is Obstacle.FLAGGED else found)


def test_what_is_handed_on_in_the_evening_must_be_delivered_before_ten() -> None:
    evening = local("2026-03-04T21:59")

    assert allowed_until(policy(), SMS, SERVICE, at=evening) == local("2026-03-04T22:00")
    assert allowed_until(policy(), MAIL, PROTECTIVE, at=evening) is None
    awake = SMS._replace(may_at_night=True)
    assert allowed_until(policy(), awake, SERVICE, at=evening) is None
    assert allowed_until(policy(), awake, REMINDER, at=evening) == local("2026-03-05T00:00")


def test_clocks_that_jump_do_not_let_anybody_be_woken() -> None:
    early = policy()._replace(quiet_until=datetime(2026, 1, 1, 2, 30, tzinfo=UTC).time())
    berlin = SMS._replace(zone="Europe/Berlin")

    spring = next_allowed(
        early, berlin, SERVICE, at=local("2026-03-29T01:00", berlin.zone), attempts=()
    )
    assert spring == datetime(2026, 3, 29, 1, 30, tzinfo=UTC), (
        "there is no 02:30: clocks read 03:30"
    )
    second_night = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    autumn = next_allowed(early, berlin, SERVICE, at=second_night, attempts=())
    assert autumn == datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "02:30 a second time"
    nuuk = SMS._replace(zone="America/Nuuk")  # clocks were put forward at 22:00
    before = datetime(2022, 3, 27, 0, 59, tzinfo=UTC)
    assert allowed_until(policy(), nuuk, SERVICE, at=before) == datetime(2022, 3, 27, 1, tzinfo=UTC)


people = st.builds(
    Person,
    st.sampled_from(Channel),
    st.sampled_from(ZONES),
    st.booleans(),
    is_verified=st.just(True),
    is_opted_out=st.just(False),
    is_flagged=st.just(False),
)
minutes = st.integers(0, 3 * 365 * 1440).map(
    lambda minute: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
)


@given(
    person=people,
    klass=st.sampled_from(Klass),
    at=minutes,
    ago=st.lists(st.integers(-600, 2880), max_size=14),
)
def test_the_first_instant_is_allowed_and_none_before_it_is(
    person: Person, klass: Klass, at: datetime, ago: list[int]
) -> None:
    attempts = [at - timedelta(minutes=minute) for minute in ago]

    found = next_allowed(policy(), person, klass, at=at, attempts=attempts)

    assert found is not None
    assert may_contact(policy(), person, klass, at=found, attempts=attempts)
    earlier = [at + step * QUARTER for step in range(min(200, (found - at) // QUARTER + 1))]
    asked = [one for one in {*earlier, found - timedelta(microseconds=1)} if at <= one < found]
    assert not any(may_contact(policy(), person, klass, at=one, attempts=attempts) for one in asked)
    until = allowed_until(policy(), person, klass, at=found)
    if until is not None:
        last = until - timedelta(microseconds=1)
        assert may_contact(policy(), person, klass, at=last, attempts=[])
