"""Reading which series are followed, strictly."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters
from whiteslip.risk.macro.model import Declared, Series
from whiteslip.risk.macro.rules import micro_of
from whiteslip.risk.signals.model import Direction, Said

_FILE = "macro.toml"
_Word: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
_Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=400)]


class _Said(Struct, frozen=True, forbid_unknown_fields=True):
    zh: _Text
    en: _Text


class _Series(Struct, frozen=True, forbid_unknown_fields=True):
    title: _Said
    unit: Annotated[str, Meta(min_length=1, max_length=40)]
    bad: Direction
    yellow: Annotated[str, Meta(min_length=1, max_length=40)]
    red: Annotated[str, Meta(min_length=1, max_length=40)]
    late_after_days: Annotated[int, Meta(ge=1, le=800)]


class _Declared(Struct, frozen=True, forbid_unknown_fields=True):
    version: Annotated[int, Meta(ge=1, le=30_000)]
    series: dict[_Word, _Series]


def read_series(text: str) -> Declared:
    """Read the series from TOML; `InvalidInput` says what is missing, unknown or does not fit, and where."""
    read = read_parameters(text, _Declared, file=_FILE)
    return Declared(read.version, {name: _series(name, one) for name, one in read.series.items()})


def _series(name: str, one: _Series) -> Series:
    where = f"series.{name}"
    yellow = micro_of(one.yellow, where=f"{_FILE}: {where}.yellow")
    red = micro_of(one.red, where=f"{_FILE}: {where}.red")
    if yellow >= red if one.bad is Direction.ABOVE else yellow <= red:
        raise InvalidInput(
            f"{_FILE}: {where}: yellow and red do not lie in order {one.bad}", where=where
        )
    title = Said(one.title.zh, one.title.en)
    return Series(name, title, one.unit, one.bad, yellow, red, one.late_after_days)
