"""Reading the parameters of the forecast and the stages of the valve, strictly."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import asdict

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import MAX_MINOR
from whiteslip.kernel.parameters import read_parameters
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.risk.liquidity import gate
from whiteslip.risk.liquidity.model import Acting, Plans, Stage, Terms, ValveTerms

_FILE, _VALVE_FILE = "liquidity.toml", "valve.toml"
_Days: TypeAlias = Annotated[int, Meta(ge=1, le=400)]
_Weeks: TypeAlias = Annotated[int, Meta(ge=1, le=104)]
_Word: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
_Version: TypeAlias = Annotated[int, Meta(ge=1, le=30_000)]


class _Terms(Struct, frozen=True, forbid_unknown_fields=True):
    version: _Version
    horizon_days: Annotated[int, Meta(ge=1, le=120)]
    settlement_days: Annotated[int, Meta(ge=0, le=60)]
    history_weeks: _Weeks
    least_weeks: _Weeks
    pace_weeks: _Weeks
    cash_days: _Days
    paths: Annotated[int, Meta(ge=20, le=5_000)]
    interval_ppm: Annotated[int, Meta(ge=1, lt=WHOLE_PPM)]
    buckets: Annotated[tuple[int, ...], Meta(min_length=2, max_length=100)]


class _Stage(Struct, frozen=True, forbid_unknown_fields=True):
    name: _Word
    days: Annotated[int, Meta(ge=1, le=60)]
    share_ppm: Annotated[int, Meta(ge=0, le=WHOLE_PPM)]
    plans: Plans
    most_minor: Annotated[int, Meta(ge=1, le=MAX_MINOR)] | None = None
    segment: Annotated[str, Meta(max_length=1_000)] = ""


class _Valve(Struct, frozen=True, forbid_unknown_fields=True):
    version: _Version
    act_below_ppm: Annotated[int, Meta(ge=0, le=10 * WHOLE_PPM)]
    enough_ppm: Annotated[int, Meta(ge=0, le=10 * WHOLE_PPM)]
    retakes_ppm: Annotated[int, Meta(ge=0, le=WHOLE_PPM)]
    releases: Annotated[int, Meta(ge=2, le=10)]
    renew_days: Annotated[int, Meta(ge=0, le=60)]
    propose_days: _Days
    red_indicators: tuple[_Word, ...]
    stage: Annotated[tuple[_Stage, ...], Meta(min_length=1, max_length=9)]


class _Acting(Struct, frozen=True, forbid_unknown_fields=True):
    valve_id: Annotated[int, Meta(ge=1)]
    stage: Annotated[int, Meta(ge=1)]
    share_ppm: Annotated[int, Meta(ge=0, le=WHOLE_PPM)]
    most_minor: Annotated[int, Meta(ge=1, le=MAX_MINOR)] | None
    plans: Plans
    segment: str
    until_on: date


def read_acting(text: str) -> Acting:
    """Read what a checkout reads of a valve; `InvalidInput` where anything of it does not fit."""
    try:
        acting = Acting(**_fields(msgspec.json.decode(text, type=_Acting)))
    except msgspec.MsgspecError as error:
        raise InvalidInput(f"the state of the valve: {error}") from error
    gate.segment_of(acting.segment)
    return acting


def read_terms(text: str) -> Terms:
    """Read how cash is forecast; `InvalidInput` says what is missing, unknown or does not fit, and where."""
    read = read_parameters(text, _Terms, file=_FILE)
    buckets = read.buckets
    if not all(before < after for before, after in pairwise(buckets)):
        raise InvalidInput(f"{_FILE}: buckets begin one after the other", where="buckets")
    if 0 not in buckets or 1 not in buckets:
        raise InvalidInput(f"{_FILE}: the due date is a bucket of its own", where="buckets")
    if not read.pace_weeks * 2 <= read.least_weeks <= read.history_weeks:
        text = "least_weeks is at least twice pace_weeks, and at most history_weeks"
        raise InvalidInput(f"{_FILE}: {text}", where="least_weeks")
    return Terms(**_fields(read))


def read_valve_terms(text: str) -> ValveTerms:
    """Read the stages of the valve; a stage is milder than the next, and its segment can be read."""
    read = read_parameters(text, _Valve, file=_VALVE_FILE)
    stages = tuple(Stage(**_fields(one)) for one in read.stage)
    if read.act_below_ppm >= read.enough_ppm:
        text = "enough is more than what is acted on"
        raise InvalidInput(f"{_VALVE_FILE}: {text}", where="enough_ppm")
    if not all(mild.share_ppm >= tight.share_ppm for mild, tight in pairwise(stages)):
        raise InvalidInput(f"{_VALVE_FILE}: a later stage lets no more through", where="share_ppm")
    for one in stages:
        gate.segment_of(one.segment)
    parts = {name: value for name, value in _fields(read).items() if name != "stage"}
    return ValveTerms(**parts, stages=stages)


def _fields(one: Struct) -> dict[str, Any]:
    return asdict(one)
