"""Parameters come as TOML and are read strictly: what is missing, unknown or does not fit is refused by name."""

from __future__ import annotations

import re
import tomllib
from typing import Annotated, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

from whiteslip.kernel.errors import InvalidInput

T = TypeVar("T")
Version: TypeAlias = Annotated[int, Meta(ge=1, le=10_000)]
Text: TypeAlias = Annotated[str, Meta(pattern=r"\S")]


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """The same in both languages."""

    zh: Text
    en: Text


def read_parameters(text: str, shape: type[T], *, file: str) -> T:
    """Return the text as `shape`, a struct that forbids unknown fields; `InvalidInput` says what is wrong and where."""
    try:
        return msgspec.convert(tomllib.loads(text), shape)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{file} is not TOML: {error}", where=file) from error
    except msgspec.ValidationError as error:
        detail, _, path = str(error).partition(" - at `$")
        named = _FIELD.search(detail)
        places = (path.strip(".`"), named.group(1) if named else "")
        where = ".".join(place for place in places if place) or file
        raise InvalidInput(f"{file}: {where}: {detail}", where=where) from error


_FIELD = re.compile(r"(?:required|unknown) field `(\w+)`")
