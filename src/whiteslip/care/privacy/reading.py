"""Reading the parameters of privacy, strictly: what is missing, unknown or wrong is named and refused."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from whiteslip.care.privacy.model import Keeping, Purpose, Terms, Words
from whiteslip.kernel.errors import InvalidInput

_NUMBERS = {"version": (1, 10_000), "retention_days": (0, 36_600), "bureau_answer_days": (1, 366)}
_FILE = "privacy.toml"


def read(text: str) -> Terms:
    """Read the parameters from TOML."""
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{_FILE} is not TOML: {error}") from error
    _only(table, {*_NUMBERS, "purpose", "application_recipient", "keeping"}, _FILE)
    purposes = {name: _purpose(name, found) for name, found in _table(table, "purpose").items()}
    reasons = _table(table, "keeping")
    _only(reasons, set(Keeping), "keeping")
    return Terms(
        purposes=MappingProxyType(purposes),
        application_recipient=_recipients(_table(table, "application_recipient"), purposes),
        keeping=MappingProxyType({each: _words(_table(reasons, each), each) for each in Keeping}),
        **{key: _whole(table, key, *bounds) for key, bounds in _NUMBERS.items()},
    )


def _purpose(name: str, found: object) -> Purpose:
    if not isinstance(found, dict):
        raise InvalidInput(f"purpose {name} must be a table", where=f"purpose.{name}")
    table = cast("dict[str, Any]", found)
    _only(table, {"recipients", "necessary", *Words._fields}, f"purpose.{name}")
    listed, necessary = table.get("recipients"), table.get("necessary")
    names = cast("list[Any]", listed) if isinstance(listed, list) else []
    if not names or not all(isinstance(each, str) and each for each in names):
        raise InvalidInput(
            f"purpose {name} names its recipients", where=f"purpose.{name}.recipients"
        )
    if not isinstance(necessary, bool):
        text = f"purpose {name} says whether it is necessary"
        raise InvalidInput(text, where=f"purpose.{name}.necessary")
    words = {key: table.get(key) for key in Words._fields}
    return Purpose(name, frozenset(names), necessary, _words(words, f"purpose.{name}"))


def _recipients(table: dict[str, Any], purposes: Mapping[str, Purpose]) -> Mapping[str, str]:
    for name, recipient in table.items():
        known = purposes[name].recipients if name in purposes else frozenset[str]()
        if recipient not in known:
            text = f"{recipient!r} is no recipient of {name}"
            raise InvalidInput(text, where=f"application_recipient.{name}")
    return MappingProxyType(dict(table))


def _words(table: Mapping[str, Any], where: str) -> Words:
    _only(dict(table), set(Words._fields), where)
    for language in Words._fields:
        value = table.get(language)
        if not isinstance(value, str) or not value.strip():
            raise InvalidInput(f"{where} has no text in {language!r}", where=f"{where}.{language}")
    return Words(**table)


def _whole(table: dict[str, Any], key: str, least: int, most: int) -> int:
    value = table.get(key)
    if type(value) is not int or not least <= value <= most:
        raise InvalidInput(f"{key} must be a whole number from {least} to {most}", where=key)
    return value


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key)
    if not isinstance(value, dict) or not value:
        raise InvalidInput(f"{key} must be a table", where=key)
    return cast("dict[str, Any]", value)


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(table) - known):
        raise InvalidInput(f"unknown key {unknown[0]!r} in {where}", where=unknown[0])
