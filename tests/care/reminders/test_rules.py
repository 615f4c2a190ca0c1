"""Which due dates are reminded of on a day, and how the schedule is read."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.care.reminders import rules
from whiteslip.care.reminders.model import Schedule
from whiteslip.care.reminders.store import schedule
from whiteslip.kernel.errors import InvalidInput

DUE_ON = date(2026, 3, 10)
WHOLE = """
version = 1
before_days = [3, 1]
after_days = [1, 3, 7]
most_days_late = 1
smallest_minor = 100
"""


def steps_of(due_on: date, on: date, plan: Schedule | None = None) -> list[int]:
    return [one.step for one in rules.steps_on(plan or schedule(), on) if one.due_on == due_on]


def test_the_shipped_schedule_is_three_and_one_before_and_one_three_seven_after() -> None:
    assert schedule() == rules.read_schedule(WHOLE)
    assert schedule().steps == (-3, -1, 1, 3, 7)


@pytest.mark.parametrize(
    ("days", "steps"),
    [
        *((-4, []), (-3, [-3]), (-2, [-3]), (-1, [-1]), (0, [-1]), (1, [1]), (2, [1])),
        *((3, [3]), (4, [3]), (5, []), (6, []), (7, [7]), (8, [7]), (9, [])),
    ],
)
def test_a_step_falls_on_its_day_and_is_made_up_on_the_next(days: int, steps: list[int]) -> None:
    assert steps_of(DUE_ON, DUE_ON + timedelta(days=days)) == steps


steps = st.lists(st.integers(-30, 30).filter(bool), min_size=1, max_size=6, unique=True)


@given(steps=steps, late=st.integers(0, 6))
def test_run_every_day_each_step_comes_on_its_day_and_one_at_a_time(
    steps: list[int], late: int
) -> None:
    plan = Schedule(1, tuple(sorted(steps)), late, 100)

    days = {
        offset: steps_of(DUE_ON, DUE_ON + timedelta(days=offset), plan) for offset in range(-40, 41)
    }
    assert all(len(found) <= 1 for found in days.values())
    assert all(days[step] == [step] for step in steps)
    counted = Counter(step for found in days.values() for step in found)
    assert set(counted) == set(steps)
    assert max(counted.values()) <= late + 1


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("before_days = [3, 1]", "before_days = [3, 3]", "before_days names a day twice"),
        ("before_days = [3, 1]", "before_days = [0]", r"before_days\[0\]: Expected `int` >= 1"),
        ("before_days = [3, 1]", "before_days = 3", "before_days: Expected `array`, got `int`"),
        ("before_days = [3, 1]", "", "before_days: Object missing"),
        (
            "after_days = [1, 3, 7]",
            "after_days = [true]",
            r"after_days\[0\]: Expected `int`, got `bool`",
        ),
        ("most_days_late = 1", "most_days_late = -1", "most_days_late: Expected `int` >= 0"),
        ("smallest_minor = 100", "smallest_minor = 0", "smallest_minor: Expected `int` >= 1"),
        ("version = 1", "version = 1\nmost = 1", "most: Object contains unknown"),
        ("version = 1", "version 1", "is not TOML"),
    ],
)
def test_control_a_spoiled_schedule_is_refused(before: str, after: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        rules.read_schedule(WHOLE.replace(before, after, 1))


def test_no_days_at_all_are_refused() -> None:
    spoiled = WHOLE.replace("[3, 1]", "[]").replace("[1, 3, 7]", "[]")

    with pytest.raises(InvalidInput, match="at least one day"):
        rules.read_schedule(spoiled)
