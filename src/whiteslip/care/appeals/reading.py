"""Reading the parameters of appeals, strictly."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from whiteslip.care.appeals.model import Due, Terms
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters
from whiteslip.risk.reviews.model import SubjectType

_FILE = "appeals.toml"
_Days = Annotated[int, Meta(ge=1, le=250)]


class _Due(Struct, frozen=True, forbid_unknown_fields=True):
    calendar_days: _Days | None = None
    working_days: _Days | None = None


class _Human(Struct, frozen=True, forbid_unknown_fields=True):
    subjects: Annotated[tuple[SubjectType, ...], Meta(min_length=1)]
    due: _Due


class _Terms(Struct, frozen=True, forbid_unknown_fields=True):
    closes_hour: Annotated[int, Meta(ge=1, le=23)]
    due: Annotated[dict[SubjectType, _Due], Meta(min_length=1)]
    human: _Human


def read_terms(text: str) -> Terms:
    """Read the terms from TOML; `InvalidInput` says what is missing, unknown or does not fit, and where."""
    read = read_parameters(text, _Terms, file=_FILE)
    return Terms(
        read.closes_hour,
        {type_: _due(one, f"due.{type_}") for type_, one in read.due.items()},
        _due(read.human.due, "human.due"),
        frozenset(read.human.subjects),
    )


def _due(read: _Due, where: str) -> Due:
    if (read.calendar_days is None) == (read.working_days is None):
        raise InvalidInput(f"{where} is in calendar_days or in working_days: one", where=where)
    return Due(read.calendar_days, read.working_days)
