"""What it takes to call something unlike a person is read strictly."""

from __future__ import annotations

from importlib import resources

import pytest

from whiteslip.decisioning import habits
from whiteslip.decisioning.habits.reading import read_terms
from whiteslip.kernel.errors import InvalidInput


def shipped() -> str:
    return (resources.files(habits) / "data" / "habits.toml").read_text("utf-8")


def test_what_ships_is_read() -> None:
    assert read_terms(shipped()).least_purchases == 3


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("least_purchases = 3", "least_purchases = 0"),
        ("least_for_hours = 8", "least_for_hours = 8.5"),
        ("least_spread = 0.35", "least_spread = 0"),
        ("raise_asked_from = 0.8", "raise_asked_from = 80"),
        ("round_minor = 10000", "round_minor = 1"),
        ("least_days = 14", "least_weeks = 2"),
    ],
)
def test_control_what_does_not_fit_is_refused_by_name(before: str, after: str) -> None:
    assert before in shipped()

    with pytest.raises(InvalidInput, match=after.split(" ", maxsplit=1)[0]):
        read_terms(shipped().replace(before, after))
