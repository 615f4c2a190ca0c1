"""The parameters and lessons are read strictly: whatever is missing, unknown or out of bounds is named."""

from __future__ import annotations

from importlib import resources

import pytest

from whiteslip.care.budgeting import reading, store
from whiteslip.kernel.errors import InvalidInput

BANDS = ["comfortable", "adequate", "tight", "strained"]
DATA = resources.files("whiteslip.care.budgeting") / "data"
TEXT = (DATA / "budgeting.toml").read_text("utf-8")
LESSONS = (DATA / "education.toml").read_text("utf-8")


def test_what_ships_reads() -> None:
    assert store.terms() == reading.read(TEXT, bands=BANDS)
    assert store.terms().caps.loosening_hours == 24
    assert store.terms().impulse.mark_ppm == 200_000


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("horizon_days = 60", "horizon_days = 0", "horizon_days"),
        ("horizon_days = 60", "horizon_days = true", "horizon_days"),
        ("signs_needed     = 2", "signs_needed = 2.0", "impulse.signs_needed"),
        ("signs_needed     = 2", "", "impulse.signs_needed"),
        ("signs_needed     = 2", "signs_needed = 2\nmood = 1", "impulse.mood"),
        ("[caps]", "[hats]", "hats"),
        ('tight       = ["tight"]', 'tight = ["hopeful"]', "tight"),
        ('tight       = ["tight"]', 'tight = ["adequate"]', "tight"),
        ('tight       = ["tight"]', "tight = []", "tight"),
        ("[verdict.tight]", "[verdict.narrow]", "verdict.narrow"),
    ],
)
def test_a_wrong_parameter_is_named(old: str, new: str, where: str) -> None:
    assert old in TEXT

    with pytest.raises(InvalidInput) as caught:
        reading.read(TEXT.replace(old, new, 1), bands=BANDS)

    assert caught.value.where == where


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("[after_raise]", "[after_lunch]", "after_lunch"),
        ('title.zh = "分期怎么还"', 'title.zh = " "', "first_plan.title.zh"),
        ('title.zh = "分期怎么还"', "headline = 1", "first_plan.headline"),
    ],
)
def test_a_wrong_lesson_is_named(old: str, new: str, where: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        reading.read_lessons(LESSONS.replace(old, new, 1))

    assert caught.value.where == where


def test_what_is_not_toml_is_refused() -> None:
    with pytest.raises(InvalidInput, match="not TOML"):
        reading.read_lessons("[")
