"""Spending unlike oneself is known by more than one sign, and held against what is disposable."""

from __future__ import annotations

from datetime import datetime, timedelta

from whiteslip.care.budgeting import store
from whiteslip.care.budgeting.impulse import impulse
from whiteslip.care.budgeting.model import Spending
from whiteslip.kernel.calendar import ZONE

TERMS = store.terms().impulse
NOW = datetime(2026, 3, 31, 12, tzinfo=ZONE)


def bought(days_ago: int, hour: int, amount_minor: int, minute: int = 0) -> Spending:
    at = (NOW - timedelta(days=days_ago)).replace(hour=hour, minute=minute)
    return Spending(at, amount_minor)


USUAL = [bought(days, 14, 10_000) for days in range(40, 60, 2)]


def test_a_usual_life_has_no_impulse() -> None:
    found = impulse([*USUAL, bought(3, 15, 12_000)], 400_000, TERMS, at=NOW)

    assert (found.amount_minor, found.share_ppm, found.above_mark) == (0, 0, False)


def test_late_and_large_is_unlike_oneself() -> None:
    found = impulse([*USUAL, bought(3, 2, 90_000)], 400_000, TERMS, at=NOW)

    assert (found.amount_minor, found.purchases, found.share_ppm) == (90_000, 1, 225_000)
    assert found.above_mark, "above a fifth"


def test_large_by_day_is_a_purchase_somebody_thought_about() -> None:
    assert impulse([*USUAL, bought(3, 15, 90_000)], 400_000, TERMS, at=NOW).purchases == 0


def test_again_within_the_hour_counts_with_another_sign() -> None:
    two = [bought(3, 15, 90_000), bought(3, 15, 95_000, minute=20)]

    found = impulse([*USUAL, *two], 400_000, TERMS, at=NOW)

    assert (found.purchases, found.amount_minor) == (1, 95_000)


def test_who_works_nights_buys_at_night() -> None:
    nights = [bought(days, 2, 10_000) for days in range(40, 60, 2)]

    assert impulse([*nights, bought(3, 2, 90_000)], 400_000, TERMS, at=NOW).purchases == 0


def test_a_few_purchases_make_no_pattern() -> None:
    assert impulse([bought(9, 14, 100), bought(3, 2, 90_000)], 1, TERMS, at=NOW).purchases == 0


def test_long_ago_is_not_held_against_this_month() -> None:
    assert impulse([*USUAL, bought(35, 2, 90_000)], 400_000, TERMS, at=NOW).purchases == 0


def test_without_a_disposable_income_there_is_no_share() -> None:
    for free in (None, 0):
        found = impulse([*USUAL, bought(3, 2, 90_000)], free, TERMS, at=NOW)
        assert (found.amount_minor, found.share_ppm, found.above_mark) == (90_000, None, False)
