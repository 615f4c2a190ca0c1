"""Reading the parameters and the lessons, strictly: what is missing, unknown or out of bounds is named and refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from whiteslip.care.budgeting.model import Lesson, Moment, Terms, Verdict
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import Words, read_parameters

_TERMS, _LESSONS = "budgeting.toml", "education.toml"


class _Lesson(Struct, frozen=True, forbid_unknown_fields=True):
    title: Words
    text: Words


def read(text: str, *, bands: Collection[str]) -> Terms:
    """Read the parameters from TOML; `bands` are the names affordability has."""
    terms = read_parameters(text, Terms, file=_TERMS)
    for key, names in (("comfortable", terms.comfortable), ("tight", terms.tight)):
        if unknown := sorted(names - set(bands)):
            known = ", ".join(bands)
            text = f"{unknown[0]!r} is no band of affordability; one of {known}"
            raise InvalidInput(text, where=key)
    if both := sorted(terms.comfortable & terms.tight):
        raise InvalidInput(f"band {both[0]} is comfortable and tight at once", where="tight")
    if missing := [one for one in Verdict if one not in terms.words]:
        raise InvalidInput(f"verdict.{missing[0]} must be a table", where=f"verdict.{missing[0]}")
    return terms


def read_lessons(text: str) -> Mapping[Moment, Lesson]:
    """Read the lessons from TOML, one for every moment."""
    read = read_parameters(text, dict[Moment, _Lesson], file=_LESSONS)
    if missing := [moment for moment in Moment if moment not in read]:
        raise InvalidInput(f"{_LESSONS} has no table {missing[0]}", where=missing[0])
    return {moment: Lesson(moment, one.title, one.text) for moment, one in read.items()}
