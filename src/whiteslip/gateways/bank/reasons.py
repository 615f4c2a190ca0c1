"""What a bank means by a reason code, and what is done next; a code nobody knows is a person's."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Annotated, Final

from msgspec import Meta

from whiteslip.kernel.parameters import Table, Version, Words, read_parameters

_FILE: Final = "reasons.toml"
_Code = Annotated[str, Meta(pattern=r"^[A-Z0-9]{4}\Z")]


class Cause(StrEnum):
    """Why a debit did not bring money, or did not keep it."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    ACCOUNT_CLOSED = "account_closed"
    MANDATE = "mandate"
    OUR_FAULT = "our_fault"
    DISPUTED = "disputed"
    UNSPECIFIED = "unspecified"


class Next(StrEnum):
    """What is done after it."""

    RETRY = "retry"
    ASK_NEW_SOURCE = "ask_new_source"
    ENGINEERING = "engineering"
    REVERSE = "reverse"
    PERSON = "person"


class Meaning(Table, frozen=True):
    """What a code means, in words for both languages."""

    cause: Cause
    next: Next
    says: Words


class _Reasons(Table, frozen=True):
    version: Version
    codes: dict[_Code, Meaning]


UNKNOWN: Final = Meaning(
    Cause.UNSPECIFIED,
    Next.PERSON,
    Words(zh="银行给出的原因代码未知", en="the bank gave a reason nobody here knows"),
)
"""Never tried again by itself."""


def meaning(code: str | None) -> Meaning:
    """Say what a code means; one that is not in the table, or none, is `UNKNOWN`."""
    return UNKNOWN if code is None else reasons().get(code, UNKNOWN)


@cache
def reasons() -> Mapping[str, Meaning]:
    """Read the table of all codes that are known."""
    text = (resources.files(__package__ or "") / "data" / _FILE).read_text("utf-8")
    return read(text)


def read(text: str) -> Mapping[str, Meaning]:
    """Read a table; `InvalidInput` says what is wrong in it and where."""
    return read_parameters(text, _Reasons, file=_FILE).codes
