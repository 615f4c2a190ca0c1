"""Reading the parameters of privacy, strictly: what is missing, unknown or wrong is named and refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from whiteslip.care.privacy.model import Keeping, Purpose, Terms
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import Text, Version, Words, read_parameters

_FILE = "privacy.toml"


class _Purpose(Words, frozen=True, forbid_unknown_fields=True):
    recipients: Annotated[frozenset[Text], Meta(min_length=1)]
    necessary: bool


class _Privacy(Struct, frozen=True, forbid_unknown_fields=True):
    version: Version
    retention_days: Annotated[int, Meta(ge=0, le=36_600)]
    bureau_answer_days: Annotated[int, Meta(ge=1, le=366)]
    purpose: Annotated[dict[str, _Purpose], Meta(min_length=1)]
    application_recipient: Annotated[dict[str, str], Meta(min_length=1)]
    keeping: dict[Keeping, Words]


def read(text: str) -> Terms:
    """Read the parameters from TOML."""
    read = read_parameters(text, _Privacy, file=_FILE)
    purposes = {name: _purpose(name, found) for name, found in read.purpose.items()}
    _check(read.application_recipient, purposes)
    if missing := [each for each in Keeping if each not in read.keeping]:
        raise InvalidInput(f"keeping.{missing[0]} must be a table", where=f"keeping.{missing[0]}")
    return Terms(
        version=read.version,
        retention_days=read.retention_days,
        bureau_answer_days=read.bureau_answer_days,
        purposes=purposes,
        application_recipient=read.application_recipient,
        keeping=read.keeping,
    )


def _purpose(name: str, read: _Purpose) -> Purpose:
    return Purpose(name, read.recipients, read.necessary, Words(read.zh, read.en))


def _check(recipients: Mapping[str, str], purposes: Mapping[str, Purpose]) -> None:
    for name, recipient in recipients.items():
        known = purposes[name].recipients if name in purposes else frozenset[str]()
        if recipient not in known:
            text = f"{recipient!r} is no recipient of {name}"
            raise InvalidInput(text, where=f"application_recipient.{name}")
