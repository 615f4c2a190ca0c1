"""Reading the segments, strictly."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.risk.segments.model import (
    Catalog,
    Chart,
    Loosening,
    Measure,
    Offer,
    Outcome,
    Rollout,
    Segment,
    Stage,
)
from whiteslip.risk.signals.model import Said

_FILE = "segments.toml"
_Word: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
_Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=400)]
_Months: TypeAlias = Annotated[int, Meta(ge=1, le=60)]
_Days: TypeAlias = Annotated[int, Meta(ge=1, le=400)]
_Ppm: TypeAlias = Annotated[int, Meta(ge=0, le=WHOLE_PPM)]
_Milli: TypeAlias = Annotated[int, Meta(ge=500, le=10_000)]


class _Said(Struct, frozen=True, forbid_unknown_fields=True):
    zh: _Text
    en: _Text


class _Chart(Struct, frozen=True, forbid_unknown_fields=True):
    baseline_months: _Months
    least_baseline_months: Annotated[int, Meta(ge=2, le=60)]
    lag_months: Annotated[int, Meta(ge=0, le=12)]
    history_months: _Months
    weight_ppm: Annotated[int, Meta(ge=1, le=WHOLE_PPM)]
    warning_milli: _Milli
    action_milli: _Milli
    single_milli: _Milli
    least_hits: Annotated[int, Meta(ge=1, le=10_000)]


class _Stage(Struct, frozen=True, forbid_unknown_fields=True):
    after_days: Annotated[int, Meta(ge=0, le=400)]
    share_ppm: Annotated[int, Meta(ge=1, le=WHOLE_PPM)]


class _Rollout(Struct, frozen=True, forbid_unknown_fields=True):
    holdout_ppm: Annotated[int, Meta(ge=10_000, le=500_000)]
    review_days: _Days
    decide_ahead_days: Annotated[int, Meta(ge=0, le=60)]
    calm_months: _Months
    again_after_days: Annotated[int, Meta(ge=0, le=400)]
    recent_months: _Months
    loss_months: _Months
    step_up_stops_ppm: _Ppm
    confidence_ppm: Annotated[int, Meta(ge=500_000, le=999_999)]
    stage: Annotated[tuple[_Stage, ...], Meta(min_length=1, max_length=10)]


class _Loosening(Struct, frozen=True, forbid_unknown_fields=True):
    loosen_months: Annotated[int, Meta(ge=2, le=24)]
    highest_level: Annotated[int, Meta(ge=0, le=1)]
    notice_days: Annotated[int, Meta(ge=1, le=60)]


class _Offer(Struct, frozen=True, forbid_unknown_fields=True):
    share_ppm: Annotated[int, Meta(ge=1, le=500_000)]
    least_minor: Annotated[int, Meta(ge=1, le=20_000_000)]
    most_minor: Annotated[int, Meta(ge=1, le=20_000_000)]
    late_free_months: _Months


class _Segment(Struct, frozen=True, forbid_unknown_fields=True):
    title: _Said
    when: Annotated[str, Meta(min_length=1, max_length=1_000)]
    least_count: Annotated[int, Meta(ge=1, le=1_000_000)]
    measures: Annotated[tuple[Measure, ...], Meta(min_length=1)]
    ends_by: Annotated[tuple[Measure, ...], Meta(min_length=1)]
    outcome: Outcome
    owner: _Word
    macro: _Word | None = None
    loosens_by: tuple[Measure, ...] = ()
    loosening: _Offer | None = None


class _Catalog(Struct, frozen=True, forbid_unknown_fields=True):
    version: Annotated[int, Meta(ge=1, le=30_000)]
    chart: _Chart
    rollout: _Rollout
    loosening: _Loosening
    segment: Annotated[dict[_Word, _Segment], Meta(min_length=1)]


def read_catalog(text: str, *, series: frozenset[str]) -> Catalog:
    """Read the segments from TOML; `InvalidInput` says what is missing, unknown or does not fit, and where.

    `series` are the series of the environment that are followed. Conditions are read apart, by whoever knows features.
    """
    read = read_parameters(text, _Catalog, file=_FILE)
    _check_chart(read.chart)
    stages = _stages(read.rollout)
    segments = {name: _segment(name, one, series) for name, one in read.segment.items()}
    rollout = Rollout(
        stages,
        *(getattr(read.rollout, name) for name in Rollout._fields if name != "stages"),
    )
    chart = Chart(*(getattr(read.chart, name) for name in Chart._fields))
    loosening = Loosening(*(getattr(read.loosening, name) for name in Loosening._fields))
    if loosening.notice_days >= rollout.review_days:
        raise _wrong("loosening.notice_days", "is shorter than rollout.review_days")
    return Catalog(read.version, chart, rollout, loosening, segments)


def _check_chart(chart: _Chart) -> None:
    if chart.least_baseline_months > chart.baseline_months:
        raise _wrong("chart.least_baseline_months", "is more than baseline_months")
    if chart.history_months < chart.least_baseline_months + chart.lag_months + 1:
        raise _wrong("chart.history_months", "does not reach back to a baseline")
    if chart.warning_milli >= chart.action_milli:
        raise _wrong("chart.warning_milli", "lies below action_milli")


def _stages(rollout: _Rollout) -> tuple[Stage, ...]:
    stages = tuple(Stage(one.after_days, one.share_ppm) for one in rollout.stage)
    for before, after in pairwise(stages):
        if not (before.after_days < after.after_days and before.share_ppm < after.share_ppm):
            raise _wrong(
                "rollout.stage", "each begins later than the one before, with a larger share"
            )
    if stages[0].after_days:
        raise _wrong("rollout.stage", "the first begins with the release")
    if stages[-1].share_ppm != WHOLE_PPM:
        raise _wrong("rollout.stage", "the last is everybody not held out")
    if stages[-1].after_days >= rollout.review_days:
        raise _wrong("rollout.stage", "the last begins before the review")
    if rollout.decide_ahead_days >= rollout.review_days:
        raise _wrong("rollout.decide_ahead_days", "is shorter than review_days")
    return stages


def _segment(name: str, one: _Segment, series: frozenset[str]) -> Segment:
    where = f"segment.{name}"
    if one.macro is not None and one.macro not in series:
        raise _wrong(f"{where}.macro", f"{one.macro!r} is no series that is followed")
    if not set(one.ends_by) <= set(one.measures):
        raise _wrong(f"{where}.ends_by", "is among the measures")
    if Measure.THIRTY_PLUS in one.ends_by:
        raise _wrong(f"{where}.ends_by", "names flows: a stock stays high long after")
    if one.outcome is Outcome.ROOM:
        raise _wrong(f"{where}.outcome", "restricts: what is given stands in loosening")
    return Segment(
        name,
        Said(one.title.zh, one.title.en),
        one.when,
        one.least_count,
        one.measures,
        one.ends_by,
        one.outcome,
        one.macro,
        one.owner,
        one.loosens_by,
        _offer(where, one),
    )


def _offer(where: str, one: _Segment) -> Offer | None:
    """Read what a loosening would give; doubt means no, so it names flows of its own and a series that can be green."""
    if not set(one.loosens_by) <= set(one.measures):
        raise _wrong(f"{where}.loosens_by", "is among the measures")
    if Measure.THIRTY_PLUS in one.loosens_by:
        raise _wrong(f"{where}.loosens_by", "names flows: a stock falls long after")
    if (one.loosening is None) != (not one.loosens_by):
        raise _wrong(f"{where}.loosens_by", "stands where loosening does, and only there")
    if one.loosening is None:
        return None
    if one.macro is None:
        raise _wrong(f"{where}.macro", "is named: without an environment nothing is loosened")
    if one.loosening.least_minor > one.loosening.most_minor:
        raise _wrong(f"{where}.loosening.least_minor", "is more than most_minor")
    return Offer(*(getattr(one.loosening, name) for name in Offer._fields))


def _wrong(where: str, cause: str) -> InvalidInput:
    return InvalidInput(f"{_FILE}: {where}: {cause}", where=where)
