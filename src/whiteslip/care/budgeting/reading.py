"""Reading the parameters and the lessons, strictly: what is missing, unknown or out of bounds is named and refused."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, cast

from whiteslip.care.budgeting.model import (
    CapTerms,
    ImpulseTerms,
    Lesson,
    Moment,
    MomentTerms,
    Terms,
    Verdict,
    Words,
)
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.rate import WHOLE_PPM

Bounds: TypeAlias = Mapping[str, tuple[int, int]]
_TOP: Bounds = {"version": (1, 10_000), "horizon_days": (1, 366), "warn_days": (1, 60)}
_IMPULSE: Bounds = {
    "look_back_days": (1, 3660),
    "window_days": (1, 366),
    "late_from_hour": (0, 23),
    "late_until_hour": (0, 23),
    "own_late_ppm": (0, WHOLE_PPM),
    "repeated_minutes": (1, 1440),
    "above_usual_ppm": (WHOLE_PPM, 100 * WHOLE_PPM),
    "least_purchases": (1, 1000),
    "signs_needed": (1, 3),
    "mark_ppm": (0, WHOLE_PPM),
}
_CAPS: Bounds = {
    "loosening_hours": (0, 720),
    "longest_wait_hours": (1, 8760),
    "open_hours": (1, 8760),
}
_MOMENTS: Bounds = {"utilization_ppm": (0, WHOLE_PPM), "recent_days": (1, 366)}
_BANDS = ("comfortable", "tight")
_TABLES = ("impulse", "caps", "moments", "verdict")


def read(text: str, *, bands: Collection[str]) -> Terms:
    """Read the parameters from TOML; `bands` are the names affordability has."""
    table = _parsed(text, "budgeting.toml")
    _only(table, {*_TOP, *_BANDS, *_TABLES}, "budgeting.toml")
    comfortable, tight = (_names(table, key, bands) for key in _BANDS)
    if both := sorted(comfortable & tight):
        raise InvalidInput(f"band {both[0]} is comfortable and tight at once", where="tight")
    verdicts = _table(table, "verdict")
    _only(verdicts, set(Verdict), "verdict")
    return Terms(
        comfortable=comfortable,
        tight=tight,
        impulse=ImpulseTerms(**_section(table, "impulse", _IMPULSE)),
        caps=CapTerms(**_section(table, "caps", _CAPS)),
        moments=MomentTerms(**_section(table, "moments", _MOMENTS)),
        words=MappingProxyType({one: _words(verdicts, one, "verdict") for one in Verdict}),
        **_numbers(table, _TOP, "budgeting.toml"),
    )


def read_lessons(text: str) -> Mapping[Moment, Lesson]:
    """Read the lessons from TOML, one for every moment."""
    table = _parsed(text, "education.toml")
    _only(table, set(Moment), "education.toml")
    lessons: dict[Moment, Lesson] = {}
    for moment in Moment:
        entry = _table(table, moment)
        _only(entry, {"title", "text"}, moment)
        lessons[moment] = Lesson(
            moment, _words(entry, "title", moment), _words(entry, "text", moment)
        )
    return MappingProxyType(lessons)


def _parsed(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{file} is not TOML: {error}") from error


def _section(table: dict[str, Any], key: str, bounds: Bounds) -> dict[str, int]:
    section = _table(table, key)
    _only(section, set(bounds), key)
    return _numbers(section, bounds, key)


def _numbers(table: dict[str, Any], bounds: Bounds, where: str) -> dict[str, int]:
    return {key: _whole(table, key, *ends, where=where) for key, ends in bounds.items()}


def _whole(table: dict[str, Any], key: str, least: int, most: int, *, where: str) -> int:
    value = table.get(key)
    if type(value) is not int or not least <= value <= most:
        message = f"{key} must be a whole number from {least} to {most}"
        raise InvalidInput(message, where=f"{where}.{key}")
    return value


def _names(table: dict[str, Any], key: str, bands: Collection[str]) -> frozenset[str]:
    value = table.get(key)
    if not isinstance(value, list) or not value:
        raise InvalidInput(f"{key} must list bands of affordability", where=key)
    names = cast("list[Any]", value)
    if unknown := [name for name in names if name not in bands]:
        known = ", ".join(bands)
        raise InvalidInput(f"{unknown[0]!r} is no band of affordability; one of {known}", where=key)
    return frozenset(names)


def _words(table: dict[str, Any], key: str, where: str) -> Words:
    place = f"{where}.{key}"
    words = _table(table, key, where=place)
    _only(words, set(Words._fields), place)
    for language in Words._fields:
        value = words.get(language)
        if not isinstance(value, str) or not value.strip():
            raise InvalidInput(f"{place} has no text in {language!r}", where=f"{place}.{language}")
    return Words(**words)


def _table(table: dict[str, Any], key: str, *, where: str | None = None) -> dict[str, Any]:
    value = table.get(key)
    if not isinstance(value, dict):
        raise InvalidInput(f"{where or key} must be a table", where=where or key)
    return cast("dict[str, Any]", value)


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(table) - known):
        raise InvalidInput(f"unknown key {unknown[0]!r} in {where}", where=unknown[0])
