"""What stopping reaches: counted by hand, between 0 and 1 for anybody, and with an interval that holds the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.decisioning.monitoring.stopped import AimFigure, LiveFigures, StoppingReport
from whiteslip.decisioning.monitoring.stopping import (
    Endings,
    Estimate,
    Group,
    caught,
    caught_again,
    curve,
    curve_again,
    estimate,
    group,
)

FIVE = Endings(
    np.array([True, False, True, False, True]), np.array([100, 900, 300, 50, 600], np.int64)
)
SHARES = (0.2, 0.4, 0.6, 0.8, 1.0)


def test_what_is_reached_is_counted_by_hand() -> None:
    stopped = np.array([True, True, False, False, True])

    found = caught(FIVE, stopped)

    assert found == pytest.approx((0.6, 2 / 3, 0.7, 2 / 3, 0.5))
    assert group(FIVE, stopped) == Group(3, 2, 700)
    assert group(FIVE, stopped).bad_rate == pytest.approx(2 / 3)


def test_stopping_nobody_reaches_nothing_and_has_no_precision() -> None:
    found = caught(FIVE, np.zeros(5, np.bool_))

    assert found[:3] == (0, 0, 0)
    assert math.isnan(found.precision)
    assert math.isnan(group(FIVE, np.zeros(5, np.bool_)).bad_rate)


def test_the_curve_goes_down_the_scores() -> None:
    found = curve(np.array([0.9, 0.8, 0.7, 0.2, 0.1]), FIVE, SHARES)

    assert [each.recall for each in found] == pytest.approx([1 / 3, 1 / 3, 2 / 3, 2 / 3, 1])
    assert [each.money for each in found] == pytest.approx([0.1, 0.1, 0.4, 0.4, 1])
    assert [each.precision for each in found] == pytest.approx([1, 1 / 2, 2 / 3, 1 / 2, 3 / 5])
    assert [each.good_hit for each in found] == pytest.approx([0, 1 / 2, 1 / 2, 1, 1])


@given(
    bads=st.lists(st.booleans(), min_size=2, max_size=40).filter(lambda some: len(set(some)) == 2),
    seed=st.integers(0, 2**32 - 1),
)
def test_figures_are_shares_and_a_point_of_the_curve_is_what_its_mask_reaches(
    bads: list[bool], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    endings = Endings(np.array(bads), rng.integers(1, 10_000, len(bads)))
    score = rng.random(len(bads))
    for count in range(1, len(bads) + 1):
        (point,) = curve(score, endings, [count / len(bads)])
        stopped = np.zeros(len(bads), np.bool_)
        stopped[np.argsort(-score)[:count]] = True
        assert point == pytest.approx(caught(endings, stopped))
        assert all(0 <= each <= 1 for each in point)


def test_draws_surround_what_was_found_and_come_again_with_their_seed() -> None:
    rng = np.random.default_rng(8)
    risk = rng.random(4000)
    endings = Endings(rng.random(4000) < risk, rng.integers(1, 1000, 4000))
    stopped = risk > 0.8
    drawn = caught_again(endings, stopped, times=200, seed=1)
    along = curve_again(risk, endings, [0.2], times=200, seed=1)

    found = caught(endings, stopped)
    for place, value in enumerate(found):
        told = estimate([value], drawn[place])
        assert told.low < value < told.high
        assert told.high - told.low < 0.08
        assert told.spread == 0
    assert np.array_equal(drawn, caught_again(endings, stopped, times=200, seed=1))
    assert along.shape == (200, 4, 1)
    assert np.abs(along[:, 0, 0].mean() - found.recall) < 0.02
    assert estimate([0.2, 0.4], drawn[0]).mean == pytest.approx(0.3)


def test_a_run_that_differs_says_where() -> None:
    same = LiveFigures("money", 10, "2005-10-03", {"a": 2}, {"a": 2}, 1, 1, {})
    other = LiveFigures("money", 10, "2005-10-03", {"a": 2, "b": 1}, {"a": 3}, 1, 2, {})

    assert same.faults == ()
    assert other.faults == (
        "rule a: 2 lines restricted, 3 called for",
        "rule b: 1 lines restricted, 0 called for",
        "1 lines held out are suspended, not 2",
    )


def test_a_report_is_plain_json_without_nan() -> None:
    told = Estimate(0.123456789, 0.0, math.nan, 1.0)
    aim = AimFigure("likely", "recall", 0.29, told, met=True, splits_met=1, splits=1)
    report = StoppingReport("p.csv", "trees", 1, 0.3, (), (aim,), None, None, {"replay": 1.5}, ())

    assert report.as_json()["aims"] == [
        {
            "policy": "likely",
            "figure": "recall",
            "aim": 0.29,
            "reached": {"mean": 0.12346, "spread": 0.0, "low": None, "high": 1.0},
            "met": True,
            "splits_met": 1,
            "splits": 1,
        }
    ]
