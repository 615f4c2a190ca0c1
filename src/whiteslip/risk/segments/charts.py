"""Control charts of rates: an exponentially weighted average against its limits, and each month by itself.

The average is Roberts' ("Control chart tests based on geometric moving averages", Technometrics 1, 1959), exact while
it is young; the single month is Shewhart's p-chart (1931). Months of credit vary more than coins do, so the limits are
widened as in Laney's p'-chart ("Improved control charts for attributes", Quality Engineering 14, 2002): by the average
moving range of the baseline's standardized rates. What the baseline itself does not know for certain widens them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.risk.segments.model import Chart, Judged, Level, Measure, Month, Segment, Unsaid

_MOVING_RANGE = 1.128
"""The mean range of two standard normal draws: what Laney divides the average moving range by."""


class Baseline(NamedTuple):
    """What is usual: the rate, how many lines it rests on, and how much more than coins its months vary."""

    rate: float
    out_of: int
    spread: float
    months: int


class _Limits(NamedTuple):
    """The weighted average, one standard deviation of it, and one of the month by itself."""

    average: float
    sigma: float
    single_sigma: float


class _Seen(NamedTuple):
    """The month that is judged, what is usual and the limits, as far as they are known."""

    last: Month
    base: Baseline | None
    limits: _Limits | None


def judge(
    segment: Segment,
    measure: Measure,
    months: Sequence[Month],
    chart: Chart,
    *,
    excluded: Sequence[Month] = (),
) -> Judged:
    """Judge the last of some months, in order, against those before; `excluded` were out of control: no baseline.

    Below the least count, without a baseline or without any line, nothing is concluded.
    """
    last = months[-1]
    base = baseline([one for one in months[: -1 - chart.lag_months] if one not in excluded], chart)
    why = _unsaid(segment, last, base)
    if why is not None or base is None:
        return _judged(segment, measure, _Seen(last, base, None), chart, (Level.UNKNOWN, why))
    recent = [one for one in months[-1 - chart.lag_months :] if one.out_of]
    limits = _limits(base, recent, weight=chart.weight_ppm / WHOLE_PPM)
    level = _level(base, limits, last, chart)
    return _judged(segment, measure, _Seen(last, base, limits), chart, (level, None))


def baseline(before: Sequence[Month], chart: Chart) -> Baseline | None:
    """Pool the last months before those judged; None where they are too few. A rate of 0 is not believed in full."""
    pooled = [one for one in before if one.out_of][-chart.baseline_months :]
    if len(pooled) < chart.least_baseline_months:
        return None
    hits, out_of = sum(one.hits for one in pooled), sum(one.out_of for one in pooled)
    rate = (hits + 0.5) / (out_of + 1)  # Jeffreys' prior
    scores = [(one.hits / one.out_of - rate) / sqrt(_variance(rate, one.out_of)) for one in pooled]
    ranges = [abs(after - before) for before, after in pairwise(scores)]
    spread = sum(ranges) / len(ranges) / _MOVING_RANGE if ranges else 1.0
    return Baseline(rate, out_of, max(1.0, spread), len(pooled))


def _limits(base: Baseline, recent: Sequence[Month], *, weight: float) -> _Limits:
    average, known, total = base.rate, 0.0, 0.0
    for one in recent:
        average += weight * (one.hits / one.out_of - average)
        known = (1 - weight) ** 2 * known + weight**2 * _variance(base.rate, one.out_of)
        total = (1 - weight) * total + weight
    doubt = _variance(base.rate, base.out_of)
    single = _variance(base.rate, recent[-1].out_of) + doubt
    return _Limits(
        average, base.spread * sqrt(known + total**2 * doubt), base.spread * sqrt(single)
    )


def _level(base: Baseline, limits: _Limits, last: Month, chart: Chart) -> Level:
    above = (limits.average - base.rate) * 1000
    alone = (last.hits / last.out_of - base.rate) * 1000
    if last.hits >= chart.least_hits:
        if above > chart.action_milli * limits.sigma or alone > (
            chart.single_milli * limits.single_sigma
        ):
            return Level.OUT
        if above > chart.warning_milli * limits.sigma:
            return Level.WARNING
    return Level.LOW if above < -chart.action_milli * limits.sigma else Level.CALM


def _unsaid(segment: Segment, last: Month, base: Baseline | None) -> Unsaid | None:
    if not last.out_of:
        return Unsaid.ABSENT
    if last.out_of < segment.least_count:
        return Unsaid.TOO_FEW
    return Unsaid.NO_BASELINE if base is None else None


def _judged(
    segment: Segment,
    measure: Measure,
    seen: _Seen,
    chart: Chart,
    said: tuple[Level, Unsaid | None],
) -> Judged:
    last, base, limits = seen

    def above(times_milli: int, sigma: float) -> int | None:
        return None if base is None else _ppm(base.rate + times_milli / 1000 * sigma)

    return Judged(
        segment.name,
        measure,
        last.month_end,
        last.hits,
        last.out_of,
        None if base is None else _ppm(base.rate),
        None if limits is None else _ppm(limits.average),
        None if limits is None else above(chart.warning_milli, limits.sigma),
        None if limits is None else above(chart.action_milli, limits.sigma),
        None if limits is None else above(chart.single_milli, limits.single_sigma),
        0 if base is None else base.months,
        *said,
    )


def _ppm(share: float) -> int:
    return round(share * WHOLE_PPM)


def _variance(rate: float, out_of: int) -> float:
    return rate * (1 - rate) / out_of
