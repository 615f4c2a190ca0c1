"""Reading the indicators, strictly."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.risk.signals.model import Catalog, Direction, Indicator, Said, Thresholds

_FILE = "indicators.toml"
_Word: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
_Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=400)]
_Days: TypeAlias = Annotated[int, Meta(ge=1, le=400)]
# Ten times the whole: what is measured against a floor may be more than it.
_Ppm: TypeAlias = Annotated[int, Meta(ge=0, le=10 * WHOLE_PPM)]


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


class _Indicator(Struct, frozen=True, forbid_unknown_fields=True):
    name: _Said
    measures: _Said
    to_do: _Said
    owner: _Word
    escalates_to: _Word
    acknowledge_hours: Annotated[int, Meta(ge=1, le=500)]
    window_days: _Days
    least_count: Annotated[int, Meta(ge=1)]
    thresholds: _Thresholds
    lag_days: Annotated[int, Meta(ge=0, le=400)] = 0
    silent_days: _Days | None = None


class _Catalog(Struct, frozen=True, forbid_unknown_fields=True):
    version: Annotated[int, Meta(ge=1, le=30_000)]
    late_after_days: _Days
    indicator: Annotated[dict[_Word, _Indicator], Meta(min_length=1)]


def read_catalog(text: str) -> Catalog:
    """Read the indicators from TOML; `InvalidInput` says what is missing, unknown or does not fit, and where."""
    read = read_parameters(text, _Catalog, file=_FILE)
    for name, one in read.indicator.items():
        if one.owner == one.escalates_to:
            where = f"indicator.{name}.escalates_to"
            raise InvalidInput(f"{where}: an owner does not escalate to themselves", where=where)
    indicators = {name: _indicator(name, one) for name, one in read.indicator.items()}
    return Catalog(read.version, read.late_after_days, indicators)


def _indicator(name: str, one: _Indicator) -> Indicator:
    return Indicator(
        name,
        one.name.said(),
        one.measures.said(),
        one.to_do.said(),
        one.owner,
        one.escalates_to,
        one.acknowledge_hours,
        one.window_days,
        one.lag_days,
        one.least_count,
        one.silent_days,
        _thresholds(one.thresholds, where=f"indicator.{name}.thresholds"),
    )


def _thresholds(one: _Thresholds, *, where: str) -> Thresholds:
    steps = [one.yellow_ppm, one.orange_ppm, one.red_ppm]
    if one.bad is Direction.BELOW:
        steps.reverse()
    if not steps[0] < steps[1] < steps[2]:
        raise InvalidInput(
            f"{where}: yellow, orange and red do not lie in order {one.bad}", where=where
        )
    return Thresholds(one.bad, one.yellow_ppm, one.orange_ppm, one.red_ppm, one.margin_ppm)
