"""Lateness: what becomes overdue, its buckets and its classes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.money.arrears.model import AssetClass, Bucket
from whiteslip.money.arrears.rules import Parted, asset_class, bucket, days_past_due, roll


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, "current"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (180, "151-180"),
        (181, "181+"),
        (999, "181+"),
    ],
)
def test_buckets(days: int, expected: str) -> None:
    assert bucket(days) is Bucket(expected)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, "normal"),
        (1, "special_mention"),
        (90, "special_mention"),
        (91, "substandard"),
        (270, "substandard"),
        (271, "doubtful"),
        (360, "doubtful"),
        (361, "loss"),
    ],
)
def test_classes(days: int, expected: str) -> None:
    assert asset_class(days) is AssetClass(expected)


def test_the_day_after_the_due_date_is_the_first_past_due() -> None:
    assert days_past_due(date(2024, 2, 29), on=date(2024, 2, 29)) == 0
    assert days_past_due(date(2024, 2, 29), on=date(2024, 3, 1)) == 1
    assert days_past_due(None, on=date(2024, 3, 1)) == 0


def test_the_missing_minimum_stays_with_the_oldest_and_the_rest_rolls() -> None:
    assert roll([60, 40], billed_minor=1_000, minimum_minor=970) == [Parted(60, 0), Parted(10, 30)]


@given(
    owed=st.lists(st.integers(0, 10**9), max_size=10),
    billed=st.integers(0, 10**10),
    part=st.integers(0, 100),
)
def test_rolling_loses_nothing(owed: list[int], billed: int, part: int) -> None:
    minimum = billed * part // 100
    parted = roll(owed, billed_minor=billed, minimum_minor=minimum)

    assert [stays + rolls for stays, rolls in parted] == owed
    overdue = sum(one.stays_minor for one in parted)
    assert overdue == max(0, sum(owed) - (billed - minimum))
    assert all(min(one) >= 0 for one in parted)
