"""Reading the indicators, strictly."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct, structs

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.risk.signals.model import (
    Catalog,
    Control,
    Direction,
    Fast,
    Indicator,
    Rhythm,
    Said,
    Thresholds,
    Unit,
)

_FILE = "indicators.toml"
_MOST_TIMES = 100
"""A value that is no share (how many times what it was) may be so many times the whole."""
_Word: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
_Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=400)]
_Days: TypeAlias = Annotated[int, Meta(ge=1, le=400)]
_Ppm: TypeAlias = Annotated[int, Meta(ge=0, le=_MOST_TIMES * WHOLE_PPM)]
_Milli: TypeAlias = Annotated[int, Meta(ge=500, le=50_000)]
_Minutes: TypeAlias = Annotated[int, Meta(ge=1, le=24 * 60)]


class _Said(Struct, frozen=True, forbid_unknown_fields=True):
    zh: _Text
    en: _Text

    def said(self) -> Said:
        return Said(self.zh, self.en)


class _Thresholds(Struct, frozen=True, forbid_unknown_fields=True):
    bad: Direction
    yellow_ppm: _Ppm
    orange_ppm: _Ppm
    red_ppm: _Ppm
    margin_ppm: _Ppm


class _Control(Struct, frozen=True, forbid_unknown_fields=True):
    days: _Days
    least_days: Annotated[int, Meta(ge=5, le=400)]
    yellow_milli: _Milli
    orange_milli: _Milli
    red_milli: _Milli
    floor_ppm: Annotated[int, Meta(ge=1, le=WHOLE_PPM)]
    since: date | None = None


class _Watched(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: _Said
    measures: _Said
    to_do: _Said
    owner: _Word
    escalates_to: _Word
    acknowledge_hours: Annotated[int, Meta(ge=1, le=500)]
    least_count: Annotated[int, Meta(ge=1)]
    thresholds: _Thresholds
    settings: dict[_Word, Annotated[int, Meta(ge=0)]] = {}
    unit: Unit = Unit.SHARE


class _Indicator(_Watched, frozen=True, forbid_unknown_fields=True, kw_only=True):
    window_days: _Days
    lag_days: Annotated[int, Meta(ge=0, le=400)] = 0
    silent_days: _Days | None = None
    control: _Control | None = None


class _Fast(_Watched, frozen=True, forbid_unknown_fields=True, kw_only=True):
    window_minutes: _Minutes
    silent_minutes: _Minutes | None = None


class _Rhythm(Struct, frozen=True, forbid_unknown_fields=True):
    every_seconds: Annotated[int, Meta(ge=1, le=60)]
    keep_minutes: _Minutes
    stale_seconds: Annotated[int, Meta(ge=2, le=3_600)]


class _Catalog(Struct, frozen=True, forbid_unknown_fields=True):
    version: Annotated[int, Meta(ge=1, le=30_000)]
    late_after_days: _Days
    stable_features: Annotated[tuple[_Word, ...], Meta(min_length=1, max_length=20)]
    rhythm: _Rhythm
    indicator: Annotated[dict[_Word, _Indicator], Meta(min_length=1)]
    fast: dict[_Word, _Fast]


def read_catalog(text: str) -> Catalog:
    """Read the indicators from TOML; `InvalidInput` says what is missing, unknown or does not fit, and where."""
    read = read_parameters(text, _Catalog, file=_FILE)
    _check(read)
    rhythm = Rhythm(*structs.astuple(read.rhythm))
    return Catalog(
        read.version,
        read.late_after_days,
        {name: _daily(name, one) for name, one in read.indicator.items()},
        {name: _fast(name, one) for name, one in read.fast.items()},
        rhythm,
        read.stable_features,
    )


def _check(read: _Catalog) -> None:
    if both := set(read.indicator) & set(read.fast):
        name = min(both)
        raise InvalidInput(f"fast.{name}: an indicator of a day has that name", where=name)
    if read.rhythm.stale_seconds <= read.rhythm.every_seconds:
        where = "rhythm.stale_seconds"
        raise InvalidInput(f"{where}: a look is stale before the next one is due", where=where)
    tables: dict[str, dict[str, _Watched]] = {
        "indicator": {**read.indicator},
        "fast": {**read.fast},
    }
    for table, found in tables.items():
        for name, one in found.items():
            if one.owner == one.escalates_to:
                where = f"{table}.{name}.escalates_to"
                raise InvalidInput(
                    f"{where}: an owner does not escalate to themselves", where=where
                )


def _daily(name: str, one: _Indicator) -> Indicator:
    where = f"indicator.{name}"
    return _indicator(name, one, where=where)._replace(
        window_days=one.window_days,
        lag_days=one.lag_days,
        silent_days=one.silent_days,
        control=None if one.control is None else _control(one.control, where=f"{where}.control"),
    )


def _fast(name: str, one: _Fast) -> Indicator:
    fast = Fast(one.window_minutes, one.silent_minutes)
    return _indicator(name, one, where=f"fast.{name}")._replace(fast=fast)


def _indicator(name: str, one: _Watched, *, where: str) -> Indicator:
    return Indicator(
        name,
        one.name.said(),
        one.measures.said(),
        one.to_do.said(),
        one.owner,
        one.escalates_to,
        one.acknowledge_hours,
        window_days=0,
        lag_days=0,
        least_count=one.least_count,
        silent_days=None,
        thresholds=_thresholds(one.thresholds, where=f"{where}.thresholds"),
        settings=MappingProxyType(one.settings),
        unit=one.unit,
    )


def _control(one: _Control, *, where: str) -> Control:
    if not one.yellow_milli < one.orange_milli < one.red_milli:
        raise InvalidInput(f"{where}: yellow, orange and red do not lie in order", where=where)
    if one.least_days > one.days:
        raise InvalidInput(f"{where}: so many days are never looked at", where=where)
    return Control(*structs.astuple(one))


def _thresholds(one: _Thresholds, *, where: str) -> Thresholds:
    steps = [one.yellow_ppm, one.orange_ppm, one.red_ppm]
    if one.bad is Direction.BELOW:
        steps.reverse()
    if not steps[0] < steps[1] < steps[2]:
        raise InvalidInput(
            f"{where}: yellow, orange and red do not lie in order {one.bad}", where=where
        )
    return Thresholds(one.bad, one.yellow_ppm, one.orange_ppm, one.red_ppm, one.margin_ppm)
