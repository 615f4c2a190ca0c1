"""An indicator is held against its own past: robustly, never against red days, and only once it has one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.risk.signals import control, rules
from whiteslip.risk.signals.model import (
    Band,
    Catalog,
    Color,
    Control,
    Direction,
    Indicator,
    Judge,
    Measured,
    Past,
    Said,
    Thresholds,
)

ON = date(2026, 3, 1)
AT = datetime(2026, 3, 2, tzinfo=UTC)
TEXT = Said("字", "text")
OWN = Control(60, 10, 3_000, 5_000, 8_000, 1_000)
FIXED = Thresholds(Direction.ABOVE, 200_000, 300_000, 400_000, 2_000)
INDICATOR = Indicator("rate", TEXT, TEXT, TEXT, "a", "b", 4, 7, 0, 10, None, FIXED, OWN)
CATALOG = Catalog(1, 2, {"rate": INDICATOR})
MANY = 10_000_000
QUIET = [50_000, 51_000, 49_000, 50_500, 49_500, 50_000, 52_000, 48_000, 50_200, 49_800]


def colored(
    hits: int, history: list[int], before: Color | None = None
) -> tuple[Color, Judge | None]:
    past = Past(before, AT - timedelta(days=1))
    measured = Measured(hits, MANY, ON)
    found = rules.judge(INDICATOR, measured, past, catalog=CATALOG, on=ON, at=AT, history=history)
    return found.color, found.judged_by


def share(ppm: int) -> int:
    return ppm * MANY // 1_000_000


def test_center_and_spread_are_the_median_and_the_scaled_median_deviation() -> None:
    found = control.band(OWN, [10_000, 12_000, 14_000, 16_000, 18_000] * 2, Measured(1, MANY, ON))

    assert found == Band(14_000, round(1.4826 * 2_000), 10)


def test_what_is_unusual_for_this_book_is_seen_below_every_threshold() -> None:
    assert colored(share(54_000), QUIET) == (Color.YELLOW, Judge.CONTROL)
    assert colored(share(75_000), QUIET) == (Color.RED, Judge.CONTROL)
    assert colored(share(50_000), QUIET) == (Color.GREEN, Judge.THRESHOLDS)
    assert colored(share(20_000), QUIET) == (Color.GREEN, Judge.THRESHOLDS), "better is not bad"


def test_a_short_past_says_nothing_and_the_thresholds_still_do() -> None:
    assert colored(share(75_000), QUIET[1:]) == (Color.GREEN, Judge.THRESHOLDS)
    assert colored(share(410_000), QUIET[1:]) == (Color.RED, Judge.THRESHOLDS)


def test_a_bad_past_does_not_make_a_bad_day_good() -> None:
    bad = [390_000] * 10

    assert colored(share(410_000), bad)[0] is Color.RED, "the fixed thresholds stand"


def test_a_past_that_never_moved_does_not_alarm_at_the_first_breath() -> None:
    assert colored(share(52_000), [50_000] * 10)[0] is Color.GREEN
    assert colored(share(58_000), [50_000] * 10)[0] is not Color.GREEN, "the control"


def test_of_few_nothing_moves_further_than_chance_does() -> None:
    few = Measured(6, 100, ON)
    found = control.band(OWN, [50_000] * 10, few)

    assert found is not None
    assert found.spread_ppm == 21_794, "the standard error of a share of 5 % of a hundred"
    assert control.band(OWN, [50_000] * 10, few._replace(value_ppm=1)) == Band(50_000, 1_000, 10)


def test_a_flutter_at_a_limit_changes_nothing() -> None:
    band = control.band(OWN, QUIET, Measured(1, MANY, ON))
    assert band is not None
    edge = control.limits(OWN, band, Direction.ABOVE, margin_ppm=2_000)

    just_under = share(edge.yellow_ppm - 100)
    assert colored(just_under, QUIET)[0] is Color.GREEN
    assert colored(just_under, QUIET, Color.YELLOW)[0] is Color.YELLOW


@pytest.mark.parametrize("bad", Direction)
def test_limits_lie_on_the_bad_side(bad: Direction) -> None:
    found = control.limits(OWN, Band(100_000, 1_000, 30), bad, margin_ppm=9_999)
    sign = 1 if bad is Direction.ABOVE else -1

    assert found.yellow_ppm == 100_000 + sign * 3_000
    assert found.red_ppm == 100_000 + sign * 8_000
    assert found.margin_ppm == 1_000, "no further than the spread itself"


@given(
    st.lists(st.integers(0, 1_000_000), min_size=10, max_size=60),
    st.integers(0, 1_000_000),
    st.integers(1, 4),
)
def test_less_than_half_of_the_days_being_odd_cannot_move_the_center_beyond_the_others(
    history: list[int], odd: int, wild: int
) -> None:
    usual = control.band(OWN, history, Measured(1, MANY, ON))
    spoiled = control.band(OWN, [*history, *[odd] * wild], Measured(1, MANY, ON))

    assert usual is not None
    assert spoiled is not None
    assert min(history) <= spoiled.center_ppm <= max(history)
    assert spoiled.spread_ppm >= OWN.floor_ppm


@given(st.lists(st.integers(0, 400_000), min_size=0, max_size=60), st.integers(0, 1_000_000))
def test_a_past_makes_no_color_better(history: list[int], ppm: int) -> None:
    alone = rules.color_of(FIXED, share(ppm) * 1_000_000 // MANY, None)

    assert rules.RANKS[colored(share(ppm), history)[0]] >= rules.RANKS[alone]


def test_how_many_times_a_share_is_what_it_was_at_the_least() -> None:
    assert rules.at_least_times_ppm(0, 500, 10, 3_000) == 0
    assert rules.at_least_times_ppm(3, 500, 11, 3_000) < 1_000_000, "a few by chance are no news"
    doubled = rules.at_least_times_ppm(2_000, 50_000, 5_999, 300_000)
    assert 1_900_000 < doubled < 2_000_000
