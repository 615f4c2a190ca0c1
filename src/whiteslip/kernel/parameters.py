"""Parameters come as TOML and are read strictly: what is missing, unknown or does not fit is refused by name."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

from whiteslip.kernel.errors import InvalidInput

T = TypeVar("T")
Version: TypeAlias = Annotated[int, Meta(ge=1, le=10_000)]
Text: TypeAlias = Annotated[str, Meta(pattern=r"\S")]


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of a file; what is missing, unknown or out of bounds is refused."""


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """The same in both languages."""

    zh: Text
    en: Text


def read_parameters(text: str, shape: type[T], *, file: str) -> T:
    """Return the text as `shape`, a struct that forbids unknown fields; `InvalidInput` says what is wrong and where."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{file} is not TOML: {error}", where=file) from error
    try:
        return msgspec.convert(table, shape)
    except msgspec.ValidationError as error:
        detail, _, place = str(error).partition(" - at `")
        field = _FIELD.search(detail)
        places = (_named(table, shape, place), field.group(1) if field else "")
        where = ".".join(place for place in places if place) or file
        raise InvalidInput(f"{file}: {where}: {detail}", where=where) from error


def _named(table: dict[str, Any], shape: type[Any], place: str) -> str:
    """Return a place with the names of its tables, which msgspec leaves out where any name would do."""
    is_key = place.startswith(_KEY)
    parts = place.removeprefix(_KEY).strip("`").removeprefix("$").split("[...]")
    parts += [""] * is_key
    found = parts[0]
    inside: Any = table
    for before, after in pairwise(parts):
        for name, number in _STEP.findall(before):
            inside = inside[int(number) if number else name]
        name = _culprit(table, inside, shape)
        found, inside = f"{found}.{name}{after}", inside[name]
    return found.strip(".")


def _culprit(table: dict[str, Any], among: dict[str, Any], shape: type[Any]) -> str:
    """Find whose table is wrong, by leaving each alone in turn; the wrong one stays alone."""
    everything = dict(among)
    for name, value in everything.items():
        among.clear()
        among[name] = value
        try:
            msgspec.convert(table, shape)
        except msgspec.ValidationError:
            break
    return next(iter(among))


_FIELD = re.compile(r"(?:required|unknown) field `(\w+)`")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
_KEY = "key` in `"
