"""What a measure is judged to be: its color, how it comes back, and that what is unknown is never green."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.risk.signals import rules
from whiteslip.risk.signals.model import (
    Catalog,
    Color,
    Direction,
    Evaluation,
    Indicator,
    Measured,
    Past,
    Said,
    Thresholds,
    Why,
)

ON = date(2026, 3, 1)
AT = datetime(2026, 3, 2, tzinfo=UTC)
ABOVE = Thresholds(Direction.ABOVE, 100_000, 200_000, 300_000, 10_000)
BELOW = Thresholds(Direction.BELOW, 300_000, 200_000, 100_000, 10_000)
TEXT = Said("字", "text")
INDICATOR = Indicator("failed", TEXT, TEXT, TEXT, "operations", "chief", 4, 7, 0, 10, 14, ABOVE)
CATALOG = Catalog(1, 2, {"failed": INDICATOR})
KNOWN = [color for color in Color if color is not Color.UNKNOWN]


def judged(
    measured: Measured | None, past: Past = rules.NOTHING, *, at: datetime = AT
) -> Evaluation:
    return rules.judge(INDICATOR, measured, past, catalog=CATALOG, on=ON, at=at)


@pytest.mark.parametrize(
    ("value_ppm", "above", "below"),
    [
        (50_000, Color.GREEN, Color.RED),
        (100_000, Color.YELLOW, Color.RED),
        (199_999, Color.YELLOW, Color.ORANGE),
        (200_000, Color.ORANGE, Color.ORANGE),
        (300_000, Color.RED, Color.YELLOW),
        (300_001, Color.RED, Color.GREEN),
    ],
)
def test_a_threshold_belongs_to_the_worse_color(value_ppm: int, above: Color, below: Color) -> None:
    assert rules.color_of(ABOVE, value_ppm, None) is above
    assert rules.color_of(BELOW, value_ppm, None) is below


def test_a_flutter_at_a_threshold_changes_nothing() -> None:
    assert rules.color_of(ABOVE, 295_000, Color.RED) is Color.RED
    assert rules.color_of(ABOVE, 290_000, Color.RED) is Color.RED
    assert rules.color_of(ABOVE, 289_999, Color.RED) is Color.ORANGE
    assert rules.color_of(BELOW, 109_000, Color.RED) is Color.RED
    assert rules.color_of(BELOW, 110_001, Color.RED) is Color.ORANGE


@given(
    st.sampled_from([ABOVE, BELOW]),
    st.integers(0, 1_000_000),
    st.sampled_from([None, *KNOWN]),
)
def test_memory_never_makes_a_color_better_nor_worse_than_it_was(
    thresholds: Thresholds, value_ppm: int, before: Color | None
) -> None:
    fresh = rules.RANKS[rules.color_of(thresholds, value_ppm, None)]
    held = rules.RANKS[rules.color_of(thresholds, value_ppm, before)]

    assert fresh <= held <= max(fresh, rules.RANKS.get(before or Color.GREEN, 0))


@pytest.mark.parametrize(
    ("measured", "past", "at", "why"),
    [
        (None, rules.NOTHING, AT, Why.FAILED),
        (Measured(0, 0, ON), rules.NOTHING, AT, Why.TOO_FEW),
        (Measured(0, 3, ON), rules.NOTHING, AT, Why.TOO_FEW),
        (Measured(0, 100, None), rules.NOTHING, AT, Why.ABSENT),
        (Measured(0, 100, ON - timedelta(days=15)), rules.NOTHING, AT, Why.LATE),
        (Measured(0, 100, ON), rules.NOTHING, AT + timedelta(days=2), Why.LATE),
        (Measured(0, 100, ON), Past(Color.GREEN, AT + timedelta(seconds=1)), AT, Why.CLOCK),
    ],
)
def test_what_cannot_be_known_says_why(
    measured: Measured | None, past: Past, at: datetime, why: Why
) -> None:
    found = judged(measured, past, at=at)

    assert (found.color, found.why) == (Color.UNKNOWN, why)
    assert judged(Measured(0, 100, ON)).color is Color.GREEN, "the control: the same, but whole"


@given(
    st.none() | st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 40)),
    st.integers(-3, 5),
)
def test_green_is_said_of_what_is_known_to_be_good_only(
    drawn: tuple[int, int, int] | None, days: int
) -> None:
    measured = None
    if drawn is not None:
        hits, out_of, silence = drawn
        measured = Measured(min(hits, out_of), out_of, ON - timedelta(days=silence))
    found = judged(measured, at=AT + timedelta(days=days))

    assert (found.color is Color.UNKNOWN) == (found.why is not None)
    if found.color is Color.GREEN:
        assert measured is not None
        assert measured.out_of >= INDICATOR.least_count
        assert measured.hits * 10 < measured.out_of


def test_an_unknown_day_does_not_forget_how_bad_it_was() -> None:
    red = Past(Color.RED, AT - timedelta(days=2))

    assert judged(Measured(295, 1_000, ON), red).color is Color.RED
    assert judged(Measured(295, 1_000, ON)).color is Color.ORANGE


def test_a_window_ends_with_the_closed_day_or_the_lag_before_it() -> None:
    lagging = INDICATOR._replace(lag_days=10)

    assert rules.window_of(INDICATOR, ON) == (date(2026, 2, 23), date(2026, 3, 2), ON, 0)
    assert rules.window_of(lagging, ON) == (date(2026, 2, 13), date(2026, 2, 20), ON, 10)
