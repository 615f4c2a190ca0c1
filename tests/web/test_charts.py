"""Bars fill their boxes and hide nothing."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from whiteslip.views.book import DayFlow, Share
from whiteslip.web.charts import WIDTH, flow_chart, stack

amounts = st.lists(st.integers(0, 10**12), min_size=1, max_size=8)


@given(amounts)
def test_a_stack_fills_its_width_and_shows_all_there_is(owed: list[int]) -> None:
    segments = stack([Share(str(number), 1, 0, each) for number, each in enumerate(owed)])

    assert [each.tone for each in segments] == [n for n, each in enumerate(owed) if each]
    assert all(each.width >= 1 for each in segments)
    if segments:
        assert abs(segments[-1].x + segments[-1].width - WIDTH) < 0.1


@given(st.lists(st.tuples(st.integers(0, 10**14), st.integers(0, 10**14)), max_size=40))
def test_bars_stay_within_the_chart(days: list[tuple[int, int]]) -> None:
    chart = flow_chart([DayFlow(date(2026, 1, 1), *pair) for pair in days])

    assert all(0 <= max(day.captured, day.repaid) <= chart.height for day in chart.columns)
    assert chart.ticks[-1] == (0.0, chart.most_minor)
