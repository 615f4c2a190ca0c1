"""Reading the causes and terms of complaints, strictly."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from whiteslip.care.complaints.model import Cause, Terms, Words
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters

_FILE = "causes.toml"
_Text = Annotated[str, Meta(min_length=1, max_length=200)]


class _Words(Struct, frozen=True, forbid_unknown_fields=True):
    zh: _Text
    en: _Text


class _Terms(Struct, frozen=True, forbid_unknown_fields=True):
    closes_hour: Annotated[int, Meta(ge=1, le=23)]
    due_days: Annotated[int, Meta(ge=1, le=250)]
    cause: dict[Cause, _Words]


def read_terms(text: str) -> Terms:
    """Read the catalog from TOML; `InvalidInput` says what is missing, unknown or does not fit, and where."""
    read = read_parameters(text, _Terms, file=_FILE)
    if missing := [cause for cause in Cause if cause not in read.cause]:
        where = f"cause.{missing[0]}"
        raise InvalidInput(f"{_FILE} does not say what {missing[0]} means", where=where)
    causes = {cause: Words(words.zh, words.en) for cause, words in read.cause.items()}
    return Terms(read.closes_hour, read.due_days, causes)
