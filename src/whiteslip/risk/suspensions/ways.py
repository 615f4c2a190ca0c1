"""How restrictions end: what cures each reason, what follows a cure, and when a person must look again."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, cast

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode

_FILE = "ways.toml"


class Cure(StrEnum):
    """What ends a restriction, from the easiest to the strictest."""

    AUTOMATIC = "automatic"
    SELF = "self"
    VERIFY = "verify"
    PERSON = "person"


class Way(NamedTuple):
    """How a restriction for a reason ends; days are calendar days, 0 is none."""

    cure: Cure
    way_out: str
    probation_days: int
    review_days: int


class Ways(NamedTuple):
    """The way of every reason, and the level that probation counts as."""

    of: Mapping[ReasonCode, Way]
    probation_level: int

    def out_of(self, codes: Sequence[ReasonCode]) -> Way:
        """Return how a restriction for some reasons ends: the strictest cure of them, by the first reason's way out."""
        ways = [self.of[code] for code in codes]
        strictest = max(ways, key=lambda way: list(Cure).index(way.cure))
        looked = [way.review_days for way in ways if way.review_days]
        return Way(
            strictest.cure,
            ways[0].way_out,
            max(way.probation_days for way in ways),
            min(looked, default=0),
        )


def read(text: str) -> Ways:
    """Read the ways from TOML; what is missing, unknown or out of bounds is named and refused."""
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{_FILE} is not TOML: {error}") from error
    level = table.pop("probation_level", None)
    if type(level) is not int or not 1 <= level <= 3:
        raise InvalidInput("probation_level must be from 1 to 3", where="probation_level")
    default = _table(table.pop("default", None), "default")
    if missing := [key for key in Way._fields if key not in default]:
        raise InvalidInput(f"default.{missing[0]} is missing in {_FILE}", where=missing[0])
    if unknown := sorted(set(table) - set(ReasonCode)):
        raise InvalidInput(f"unknown reason {unknown[0]!r} in {_FILE}", where=unknown[0])
    named = {code: _table(table.get(code, {}), code) for code in ReasonCode}
    return Ways({code: _way(default | said, code) for code, said in named.items()}, level)


def _way(table: dict[str, Any], where: str) -> Way:
    if table["cure"] not in set(Cure):
        raise InvalidInput(f"the cure of {where} is one of {', '.join(Cure)}", where=where)
    if not isinstance(table["way_out"], str) or not table["way_out"]:
        raise InvalidInput(f"{where} has no way out", where=where)
    days = [table["probation_days"], table["review_days"]]
    if any(type(one) is not int or not 0 <= one <= 3660 for one in days):
        raise InvalidInput(f"days of {where} are whole numbers from 0 to 3660", where=where)
    return Way(Cure(table["cure"]), table["way_out"], *days)


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput(f"{where} is no table in {_FILE}", where=where)
    table = cast("dict[str, Any]", value)
    if unknown := sorted(set(table) - set(Way._fields)):
        raise InvalidInput(f"unknown key {unknown[0]!r} in {where}", where=unknown[0])
    return table
