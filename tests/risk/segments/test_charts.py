"""Control charts: what is usual, what is more than chance, and what cannot be known; false alarms are counted."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.calendar import ONE_DAY, add_months
from whiteslip.risk.segments.charts import baseline, judge
from whiteslip.risk.segments.model import Judged, Level, Measure, Month, Unsaid
from whiteslip.risk.segments.rules import out_of_control
from whiteslip.risk.segments.store import catalog

SEGMENT = catalog().segments["self_employed"]
CHART = catalog().chart
FIRST = date(2024, 2, 1)


def months(hits: list[int], out_of: int = 400) -> list[Month]:
    return [
        Month(add_months(FIRST, place) - ONE_DAY, count, out_of) for place, count in enumerate(hits)
    ]


def judged(hits: list[int], out_of: int = 400) -> Judged:
    return judge(SEGMENT, Measure.ROLL_TO_OVERDUE, months(hits, out_of), CHART)


def test_a_calm_year_is_calm_and_its_limits_lie_in_order() -> None:
    one = judged([16, 14, 18, 15, 17, 16, 15, 17, 16, 18, 14, 16])

    assert one.level is Level.CALM
    assert one.base_ppm is not None
    assert one.smooth_ppm is not None
    assert one.warning_ppm is not None
    assert one.action_ppm is not None
    assert one.base_ppm < one.warning_ppm < one.action_ppm
    assert one.baseline_months == 8
    assert one.rate_ppm == 40_000


def test_a_rate_that_doubles_at_once_is_out_and_one_that_creeps_is_seen_before_it_doubles() -> None:
    usual = [16, 14, 18, 15, 17, 16, 15, 17, 16]

    assert judged([*usual, 40]).level is Level.OUT
    assert judged([*usual, 20]).level is Level.CALM
    creeping = [judged([*usual, *[20, 24, 27, 29][:count]]).level for count in (1, 2, 3, 4)]
    assert creeping[0] is Level.CALM
    assert {Level.WARNING, Level.OUT} & set(creeping[1:3])


def test_a_rate_that_falls_far_is_low_and_not_a_warning() -> None:
    assert judged([16, 14, 18, 15, 17, 16, 15, 17, 2, 1, 0, 1]).level is Level.LOW


@pytest.mark.parametrize(
    ("hits", "out_of", "why"),
    [
        ([1] * 12, 3, Unsaid.TOO_FEW),
        ([0] * 12, 0, Unsaid.ABSENT),
        ([16] * 7, 400, Unsaid.NO_BASELINE),
    ],
)
def test_what_cannot_be_known_is_unknown_and_never_calm(
    hits: list[int], out_of: int, why: Unsaid
) -> None:
    one = judged(hits, out_of)

    assert (one.level, one.why) == (Level.UNKNOWN, why)


def test_a_rise_on_fewer_lines_than_the_least_is_not_acted_on() -> None:
    few = [0, 0, 0, 0, 0, 0, 0, 0, CHART.least_hits - 1]

    assert judged(few).level is Level.CALM
    assert judged([*few[:-1], CHART.least_hits + 1]).level is Level.OUT


def test_months_that_were_out_are_no_baseline_of_later_ones() -> None:
    every = months([16, 14, 18, 15, 17, 40, 44, 42, 16, 17, 16, 17])
    one = judge(SEGMENT, Measure.ROLL_TO_OVERDUE, every[:6], CHART)
    assert one.level is Level.UNKNOWN  # two months of baseline are too few
    bad = [_named(month) for month in every[5:8]]

    excluded = out_of_control(every, bad)

    assert excluded == every[5:8]
    with_them = judge(SEGMENT, Measure.ROLL_TO_OVERDUE, every, CHART)
    without = judge(SEGMENT, Measure.ROLL_TO_OVERDUE, every, CHART, excluded=excluded)
    assert without.base_ppm is not None
    assert with_them.base_ppm is not None
    assert without.base_ppm < 45_000 < with_them.base_ppm


def _named(month: Month) -> Judged:
    return judge(SEGMENT, Measure.ROLL_TO_OVERDUE, [month], CHART)._replace(level=Level.OUT)


def test_months_that_vary_more_than_coins_widen_the_limits() -> None:
    calm = baseline(months([16, 16, 16, 16, 16, 16]), CHART)
    wild = baseline(months([4, 30, 6, 28, 5, 23]), CHART)

    assert calm is not None
    assert wild is not None
    assert calm.spread == 1.0
    assert wild.spread > 3
    assert judged([4, 30, 6, 28, 5, 23, 16, 16, 32]).level is Level.CALM
    assert judged([16, 16, 16, 16, 16, 16, 16, 16, 32]).level is Level.OUT


@given(
    hits=st.lists(st.integers(0, 50), min_size=8, max_size=20),
    out_of=st.integers(150, 1_000),
)
def test_more_hits_in_the_last_month_are_never_judged_better(hits: list[int], out_of: int) -> None:
    order = [Level.LOW, Level.CALM, Level.WARNING, Level.OUT]
    levels = [judged([*hits, last], out_of).level for last in (0, 10, 30, 80, 140)]
    if Level.UNKNOWN not in levels:
        places = [order.index(level) for level in levels]
        assert places == sorted(places)


def test_false_alarms_and_what_a_rise_by_half_takes_are_as_the_file_says() -> None:
    rng = np.random.default_rng(7)
    alarms = warnings = seen = 0
    rounds = 3_000
    for _ in range(rounds):
        calm = rng.binomial(400, 0.05, 16).tolist()
        level = judged(calm).level
        alarms += level is Level.OUT
        warnings += level is Level.WARNING
        risen = [*calm[:13], *rng.binomial(400, 0.075, 3).tolist()]
        seen += any(
            judged(risen[:count]).level in {Level.WARNING, Level.OUT} for count in (14, 15, 16)
        )

    assert alarms / rounds < 0.004
    assert warnings / rounds < 0.035
    assert seen / rounds > 0.8
