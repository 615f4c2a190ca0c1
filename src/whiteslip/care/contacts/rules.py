"""Reading the policy, checking an address, and hiding one."""

from __future__ import annotations

import re
from datetime import date, time
from functools import cache
from types import MappingProxyType
from typing import Annotated, Final
from zoneinfo import available_timezones

from msgspec import Meta, Struct

from whiteslip.care.contacts.model import Channel, Klass, Manner, Policy
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import Version, read_parameters

_FILE: Final = "contact.toml"
_FORMS: Final = {
    Channel.SMS: re.compile(r"\+?[0-9]{5,15}"),
    Channel.EMAIL: re.compile(r"[!-?A-~]{1,64}@[a-zA-Z0-9.-]{1,180}\.[a-zA-Z]{2,20}"),
}


class _Manner(Struct, frozen=True, forbid_unknown_fields=True):
    night_channels: frozenset[Channel]
    on_holidays: bool
    despite_flags: bool


class _Policy(Struct, frozen=True, forbid_unknown_fields=True):
    version: Version
    quiet_from: time
    quiet_until: time
    most_a_day: Annotated[int, Meta(ge=1, le=100)]
    most_contacts: Annotated[int, Meta(ge=1, le=20)]
    protective: _Manner
    service: _Manner
    reminder: _Manner


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
    read = read_parameters(text, _Policy, file=_FILE)
    if read.quiet_until >= read.quiet_from:
        raise InvalidInput(
            "the quiet hours begin in the evening and end in the morning", where="quiet_until"
        )
    manners = {klass: _manner(getattr(read, klass.value)) for klass in Klass}
    return Policy(
        read.version,
        read.quiet_from,
        read.quiet_until,
        read.most_a_day,
        read.most_contacts,
        MappingProxyType(manners),
    )


def _manner(read: _Manner) -> Manner:
    return Manner(frozenset(read.night_channels), read.on_holidays, read.despite_flags)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
