"""Roll rates, flows and vintages: nothing is lost between two month ends, and nothing is known early."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.calendar import add_months
from whiteslip.risk.portfolio.model import Cohort, Move, Reached, Rolls, Standing
from whiteslip.risk.portfolio.rules import (
    flows,
    late_from,
    months_on_book,
    roll_rates,
    standing,
    vintages,
)

JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)
OPENED = date(2026, 1, 1)

moves = st.lists(
    st.builds(
        Move,
        st.sampled_from(Standing),
        st.sampled_from(tuple(Standing)[1:]),
        st.integers(1, 10_000),
        st.integers(0, 10**12),
        st.integers(0, 10**12),
    ),
    max_size=40,
).map(lambda found: Rolls(JANUARY, FEBRUARY, tuple(found)))


@pytest.mark.parametrize(
    ("days", "where"),
    [
        (None, "nothing-owed"),
        (0, "current"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (90, "61-90"),
        (91, "91-120"),
        (180, "151-180"),
        (181, "181+"),
        (999, "181+"),
    ],
)
def test_a_line_stands_in_the_bucket_of_its_days(days: int | None, where: str) -> None:
    assert standing(days) == Standing(where)


def test_rates_are_parts_of_their_row_over_all_months_pooled() -> None:
    one = Move(Standing.CURRENT, Standing.DAYS_1_30, 1, 900, 950)
    other = Move(Standing.CURRENT, Standing.CURRENT, 3, 100, 100)
    fresh = Move(Standing.NOT_OPENED, Standing.CURRENT, 2, 0, 70)

    rates = roll_rates([Rolls(JANUARY, FEBRUARY, (one, fresh)), Rolls(FEBRUARY, MARCH, (other,))])

    assert [(rate.before, rate.after, rate.share, rate.owed_share) for rate in rates] == [
        (Standing.NOT_OPENED, Standing.CURRENT, 1.0, None),
        (Standing.CURRENT, Standing.CURRENT, 0.75, 0.1),
        (Standing.CURRENT, Standing.DAYS_1_30, 0.25, 0.9),
    ]


def test_no_months_have_no_rates() -> None:
    assert roll_rates([]) == ()


@given(month=moves)
def test_rows_sum_to_one(month: Rolls) -> None:
    rates = roll_rates([month])

    for where in {rate.before for rate in rates}:
        row = [rate for rate in rates if rate.before == where]
        assert sum(rate.share or 0 for rate in row) == pytest.approx(1)
        if any(rate.owed_minor for rate in row):
            assert sum(rate.owed_share or 0 for rate in row) == pytest.approx(1)
    assert sum(rate.lines for rate in rates) == sum(move.lines for move in month.moves)


@given(month=moves)
def test_what_comes_leaves_or_stays(month: Rolls) -> None:
    found = flows(month)

    for flow in found:
        assert flow.opening == flow.stayed + flow.left
        assert flow.opening + flow.came - flow.left == flow.closing
    assert sum(flow.closing for flow in found) == sum(move.lines for move in month.moves)
    assert sum(flow.closing_minor for flow in found) == sum(
        move.owed_after_minor for move in month.moves
    )


def test_flows_tell_worse_from_better() -> None:
    month = (
        Move(Standing.DAYS_1_30, Standing.DAYS_31_60, 1, 10, 11),
        Move(Standing.DAYS_1_30, Standing.NOTHING_OWED, 2, 20, 0),
        Move(Standing.DAYS_1_30, Standing.DAYS_1_30, 4, 40, 40),
        Move(Standing.CURRENT, Standing.DAYS_1_30, 8, 80, 80),
    )

    (flow,) = (
        flow
        for flow in flows(Rolls(JANUARY, FEBRUARY, month))
        if flow.standing is Standing.DAYS_1_30
    )

    assert (flow.opening, flow.worsened, flow.improved, flow.stayed) == (7, 1, 2, 4)
    assert (flow.came, flow.closing) == (8, 12)
    assert (flow.opening_minor, flow.closing_minor) == (70, 120)


def test_a_vintage_counts_each_line_once_from_when_it_was_first_late() -> None:
    cohort = Cohort(OPENED, 8)
    reached = [Reached(OPENED, 30, FEBRUARY, 1), Reached(OPENED, 30, MARCH, 2)]

    over_30, over_60, over_90 = vintages([cohort], reached, [JANUARY, FEBRUARY, MARCH])

    assert [(point.months_on_book, point.lines) for point in over_30.points] == [
        (0, 0),
        (1, 1),
        (2, 3),
    ]
    assert over_30.points[-1].share == 0.375
    assert (over_60.over_days, over_90.over_days) == (60, 90)
    assert over_60.points[-1].lines == 0


def test_a_cohort_has_no_point_before_it_opened_nor_after_what_is_kept() -> None:
    young, *_ = vintages([Cohort(date(2026, 3, 1), 2)], [], [JANUARY, FEBRUARY, MARCH])
    old, *_ = vintages([Cohort(date(2025, 11, 1), 2)], [], [JANUARY, FEBRUARY])

    assert [point.months_on_book for point in young.points] == [0]
    assert [point.months_on_book for point in old.points] == [2, 3], "what came before is not kept"


@given(
    firsts=st.lists(st.tuples(st.sampled_from((30, 60, 90)), st.integers(0, 11)), max_size=60),
    known=st.integers(1, 12),
)
def test_later_months_never_change_what_an_earlier_one_showed(
    firsts: list[tuple[int, int]], known: int
) -> None:
    ends = [add_months(date(2026, 2, 1), number) - timedelta(days=1) for number in range(12)]
    reached = [
        Reached(OPENED, over, ends[place], count)
        for (over, place), count in Counter(firsts).items()
    ]
    cohort = Cohort(OPENED, 100)

    by_then = [one for one in reached if one.month_end <= ends[known - 1]]
    whole = vintages([cohort], reached, ends)
    then = vintages([cohort], by_then, ends[:known])

    assert [each.points[:known] for each in whole] == [each.points for each in then]
    for each in whole:
        counts = [point.lines for point in each.points]
        assert counts == sorted(counts)


def test_thresholds_are_upper_ends_of_buckets() -> None:
    assert late_from(30)[0] is Standing.DAYS_31_60
    assert late_from(90)[-1] is Standing.OVER_180
    assert months_on_book(date(2025, 12, 1), JANUARY) == 1
