"""Reading the policy, checking an address, and hiding one."""

from __future__ import annotations

import re
import tomllib
from datetime import date, time
from functools import cache
from types import MappingProxyType
from typing import Any, Final, cast
from zoneinfo import available_timezones

from whiteslip.care.contacts.model import Channel, Klass, Manner, Policy
from whiteslip.kernel.errors import InvalidInput

_FILE: Final = "contact.toml"
_BOUNDS: Final = {"version": (1, 10_000), "most_a_day": (1, 100), "most_contacts": (1, 20)}
_HOURS: Final = ("quiet_from", "quiet_until")
_FORMS: Final = {
    Channel.SMS: re.compile(r"\+?[0-9]{5,15}"),
    Channel.EMAIL: re.compile(r"[!-?A-~]{1,64}@[a-zA-Z0-9.-]{1,180}\.[a-zA-Z]{2,20}"),
}


def check_address(channel: Channel, address: str) -> InvalidInput | None:
    """Name what is wrong with an address; a phone number is digits, with a + before a country's code."""
    if _FORMS[channel].fullmatch(address):
        return None
    what = {Channel.SMS: "a phone number", Channel.EMAIL: "an address for mail"}[channel]
    return InvalidInput(f"this is not {what}", where="address")


def check_zone(zone: str) -> InvalidInput | None:
    """Name what is wrong with a time zone."""
    if zone in _zones():
        return None
    return InvalidInput("a time zone has a name such as Asia/Shanghai", where="zone")


def hidden(channel: Channel, address: str) -> str:
    """Show of an address only what its owner recognizes it by."""
    if channel is Channel.EMAIL:
        name, _, domain = address.rpartition("@")
        return f"{name[:1]}***@{domain}"
    return f"***{address[-4:]}" if len(address) > 8 else f"***{address[-2:]}"


def stands(since_on: date, until_on: date | None, *, on: date) -> bool:
    """Tell whether a flag stands on a business date; the period is half-open."""
    return since_on <= on and (until_on is None or on < until_on)


def read_policy(text: str) -> Policy:
    """Read the policy from TOML; what is missing, unknown or out of bounds is named and refused."""
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{_FILE} is not TOML: {error}") from error
    _only(table, {*_BOUNDS, *_HOURS, *(klass.value for klass in Klass)}, _FILE)
    numbers = {key: _number(table, key, *bounds) for key, bounds in _BOUNDS.items()}
    hours = {key: _hour(table, key) for key in _HOURS}
    if hours["quiet_until"] >= hours["quiet_from"]:
        raise InvalidInput(
            "the quiet hours begin in the evening and end in the morning", where="quiet_until"
        )
    manners = {klass: _manner(table, klass) for klass in Klass}
    hours_and_numbers: dict[str, Any] = {**numbers, **hours}
    return Policy(**hours_and_numbers, manners=MappingProxyType(manners))


def _manner(table: dict[str, Any], klass: Klass) -> Manner:
    given = table.get(klass.value)
    if not isinstance(given, dict):
        raise InvalidInput(f"{klass} has no rules", where=klass.value)
    rules = cast("dict[str, Any]", given)
    _only(rules, set(Manner._fields), klass.value)
    flags = {name: rules.get(name) for name in ("on_holidays", "despite_flags")}
    if wrong := [name for name, value in flags.items() if type(value) is not bool]:
        raise InvalidInput(f"{wrong[0]} must be true or false", where=f"{klass}.{wrong[0]}")
    channels = rules.get("night_channels")
    if not isinstance(channels, list) or not set(cast("list[Any]", channels)) <= set(Channel):
        text = f"night_channels is a list of {', '.join(Channel)}"
        raise InvalidInput(text, where=f"{klass}.night_channels")
    named = cast("list[str]", channels)
    return Manner(
        frozenset(map(Channel, named)), bool(flags["on_holidays"]), bool(flags["despite_flags"])
    )


def _number(table: dict[str, Any], key: str, least: int, most: int) -> int:
    value = table.get(key)
    if type(value) is not int or not least <= value <= most:
        raise InvalidInput(f"{key} must be a whole number from {least} to {most}", where=key)
    return value


def _hour(table: dict[str, Any], key: str) -> time:
    value = table.get(key)
    if not isinstance(value, time):
        raise InvalidInput(f"{key} must be an hour such as 22:00:00", where=key)
    return value


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(table) - known):
        raise InvalidInput(f"unknown key {unknown[0]!r} in {where}", where=unknown[0])


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
