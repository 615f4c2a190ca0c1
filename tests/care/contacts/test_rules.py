"""The policy is read strictly; addresses and zones are checked; an address is shown in part."""

from __future__ import annotations

from datetime import date, time

import pytest

from whiteslip.care.contacts import rules
from whiteslip.care.contacts.model import Channel, Klass
from whiteslip.care.contacts.store import policy
from whiteslip.kernel.errors import InvalidInput

WHOLE = """
version = 1
quiet_from = 22:00:00
quiet_until = 08:00:00
most_a_day = 6
most_contacts = 4
[protective]
night_channels = ["email"]
on_holidays = true
despite_flags = true
[service]
night_channels = []
on_holidays = true
despite_flags = true
[reminder]
night_channels = []
on_holidays = false
despite_flags = false
"""


def test_the_shipped_policy_is_the_one_promised() -> None:
    shipped = policy()

    assert (shipped.quiet_from, shipped.quiet_until, shipped.most_a_day) == (time(22), time(8), 6)
    assert shipped.manners[Klass.REMINDER] == (frozenset(), False, False)
    assert rules.read_policy(WHOLE) == shipped


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("version = 1", "versoin = 1", "versoin: Object contains unknown"),
        ("most_a_day = 6", "most_a_day = 0", "most_a_day: Expected `int` >= 1"),
        ("most_a_day = 6", "most_a_day = 6.0", "most_a_day: Expected `int`, got `float`"),
        ("most_a_day = 6", "most_a_day = true", "most_a_day: Expected `int`, got `bool`"),
        ("quiet_from = 22:00:00", "quiet_from = 22", "quiet_from: Expected `time`, got `int`"),
        ("quiet_from = 22:00:00", "quiet_from = 07:00:00", "begin in the evening"),
        ("[reminder]", "[reminders]", "reminders: Object contains unknown"),
        ('["email"]', '["fax"]', r"protective\.night_channels\[0\]: Invalid enum value 'fax'"),
        ('["email"]', '"email"', "protective.night_channels: Expected `array`, got `str`"),
        (
            "despite_flags = false",
            "despite_flags = 0",
            "reminder.despite_flags: Expected `bool`, got `int`",
        ),
        ("on_holidays = false", "", "reminder.on_holidays: Object missing"),
        (
            "on_holidays = false",
            "on_weekends = false",
            "reminder.on_weekends: Object contains unknown",
        ),
        ("version = 1", "version 1", "is not TOML"),
    ],
)
def test_control_a_spoiled_policy_is_refused(before: str, after: str, message: str) -> None:
    assert before in WHOLE
    with pytest.raises(InvalidInput, match=message):
        rules.read_policy(WHOLE.replace(before, after, 1))


@pytest.mark.parametrize(
    ("channel", "address", "is_right"),
    [
        (Channel.SMS, "13800000900", True),
        (Channel.SMS, "+8613800000900", True),
        (Channel.SMS, "138 0000 0900", False),
        (Channel.SMS, "1234", False),
        (Channel.SMS, "li.lei@example.com", False),
        (Channel.SMS, "13800000900\n", False),
        (Channel.EMAIL, "li.lei+900@example.com", True),
        (Channel.EMAIL, "li@lei@example.com", False),
        (Channel.EMAIL, "13800000900", False),
        (Channel.EMAIL, "li lei@example.com", False),
    ],
)
def test_an_address_fits_its_channel(channel: Channel, address: str, is_right: bool) -> None:
    assert (rules.check_address(channel, address) is None) is is_right


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Urumqi", "Australia/Lord_Howe", "UTC"])
def test_a_zone_has_a_name(zone: str) -> None:
    assert rules.check_zone(zone) is None


@pytest.mark.parametrize("zone", ["Asia", "Asia/Atlantis", "../etc/passwd", "+08:00", ""])
def test_what_is_no_zone_is_refused(zone: str) -> None:
    assert rules.check_zone(zone) is not None


def test_an_address_is_shown_in_part() -> None:
    assert rules.hidden(Channel.SMS, "+8613800000900") == "***0900"
    assert rules.hidden(Channel.SMS, "12345") == "***45"
    assert rules.hidden(Channel.EMAIL, "li.lei@example.com") == "l***@example.com"


def test_a_flag_stands_from_its_first_day_until_the_day_before_its_last() -> None:
    since, until = date(2026, 3, 1), date(2026, 3, 5)

    found = [rules.stands(since, until, on=date(2026, 3, day)) for day in range(1, 7)]
    assert found == [True, True, True, True, False, False]
    assert not rules.stands(since, None, on=date(2026, 2, 28))
    assert rules.stands(since, None, on=date(2036, 1, 1))
