"""What is felt of the fast indicators: unknown is never green, and what stays is kept now and then only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.errors import InvariantBroken
from whiteslip.risk.signals import rules
from whiteslip.risk.signals.model import Color, Felt, LastFelt, Pulse, Why
from whiteslip.risk.signals.store import catalog

ON = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
FAULTS = catalog().fast["checkout_faults_now"]
RHYTHM = catalog().rhythm


def felt(measured: Felt | None, last: LastFelt = rules.UNFELT, *, at: datetime = AT) -> Pulse:
    return rules.judge_pulse(FAULTS, measured, last, version=1, on=ON, at=at)


def ago(minutes: int) -> datetime:
    return AT - timedelta(minutes=minutes)


LATER = LastFelt(Color.GREEN, None, Color.GREEN, AT, AT + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("measured", "last", "why"),
    [
        (None, rules.UNFELT, Why.FAILED),
        (Felt(0, 100, None), rules.UNFELT, Why.ABSENT),
        (Felt(0, 100, ago(4)), rules.UNFELT, Why.LATE),
        (Felt(0, 3, AT), rules.UNFELT, Why.TOO_FEW),
        (Felt(0, 0, AT), rules.UNFELT, Why.TOO_FEW),
        (Felt(0, 100, AT), LATER, Why.CLOCK),
    ],
)
def test_what_cannot_be_felt_says_why(measured: Felt | None, last: LastFelt, why: Why) -> None:
    found = felt(measured, last)

    assert (found.color, found.why) == (Color.UNKNOWN, why)
    assert felt(Felt(0, 100, ago(1))).color is Color.GREEN, "the control: the same, but whole"


@given(
    st.none() | st.tuples(st.integers(0, 50), st.integers(0, 50), st.none() | st.integers(0, 9)),
    st.sampled_from([rules.UNFELT, LATER]),
)
def test_green_is_felt_of_what_is_known_to_be_good_only(
    drawn: tuple[int, int, int | None] | None, last: LastFelt
) -> None:
    measured = None
    if drawn is not None:
        hits, out_of, silence = drawn
        seen_at = None if silence is None else ago(silence)
        measured = Felt(min(hits, out_of), out_of, seen_at)
    found = felt(measured, last)

    assert (found.color is Color.UNKNOWN) == (found.why is not None)
    if found.color is Color.GREEN:
        assert measured is not None
        assert measured.hits * 50 < measured.out_of >= FAULTS.least_count


def test_a_worse_color_is_left_by_the_margin_only() -> None:
    last = LastFelt(Color.YELLOW, None, Color.YELLOW, ago(1), ago(1))

    assert felt(Felt(18, 1_000, AT), last).color is Color.YELLOW
    assert felt(Felt(14, 1_000, AT), last).color is Color.GREEN


def test_what_changes_is_kept_and_what_stays_now_and_then() -> None:
    green = felt(Felt(0, 100, AT))
    same = LastFelt(Color.GREEN, None, Color.GREEN, ago(1), ago(1))

    assert rules.is_news(green, rules.UNFELT, RHYTHM)
    assert not rules.is_news(green, same, RHYTHM)
    assert rules.is_news(green, same._replace(felt_at=ago(RHYTHM.keep_minutes)), RHYTHM)
    assert rules.is_news(felt(Felt(90, 100, AT)), same, RHYTHM)
    assert rules.is_news(felt(None), same, RHYTHM), "that it is unknown now is news"


def test_an_indicator_of_a_day_is_not_felt() -> None:
    daily = catalog().indicators["complaints"]

    with pytest.raises(InvariantBroken):
        rules.judge_pulse(daily, None, rules.UNFELT, version=1, on=ON, at=AT)
