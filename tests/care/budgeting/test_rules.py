"""Caps bind only who set them, tightening is at once and loosening waits, and a lesson is told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.care.budgeting import rules, store
from whiteslip.care.budgeting.model import (
    Attempt,
    Cap,
    CapKind,
    CapRequest,
    Moment,
    Spent,
)
from whiteslip.care.notices.rules import explain
from whiteslip.care.notices.store import catalog

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
TERMS = store.terms().caps
KINDS = [CapKind.PURCHASE, CapKind.DAY, CapKind.WEEK, CapKind.MONTH]


def attempt(amount_minor: int, *, customer_id: int = 7, **more: object) -> Attempt:
    return Attempt(customer_id, amount_minor, AT)._replace(**more)


def test_each_cap_stops_what_goes_over_it_and_nothing_else() -> None:
    spent = Spent(day_minor=100, week_minor=200, month_minor=300)
    for kind, room in zip(KINDS, (1000, 900, 800, 700), strict=True):
        caps = {7: [Cap(kind, 1000)]}
        exact, over = attempt(room, spent=spent), attempt(room + 1, spent=spent)

        (found,) = rules.against_caps([exact, over], caps, TERMS)

        assert (found.place, found.kinds, found.reason.code) == (1, (kind,), "CUS-02")
        assert dict(found.reason.facts) == {kind: "10.00"}


def test_one_reason_names_every_cap() -> None:
    caps = {7: [Cap(CapKind.MONTH, 90), Cap(CapKind.PURCHASE, 50_000), Cap(CapKind.DAY, 80)]}

    (found,) = rules.against_caps([attempt(60_000)], caps, TERMS)

    assert found.kinds == (CapKind.PURCHASE, CapKind.DAY, CapKind.MONTH)
    said = explain(catalog(), found.reason).says
    assert "单笔 500.00 元" in said.zh
    assert "CNY 500.00 a purchase, CNY 0.80 a day, CNY 0.90 a month" in said.en


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 10**9)), max_size=9))
def test_nobody_is_stopped_by_a_cap_they_did_not_set(asked: list[tuple[int, int]]) -> None:
    attempts = [attempt(amount, customer_id=who) for who, amount in asked]
    caps = {5: [Cap(CapKind.PURCHASE, 0)]}

    stopped = {
        attempts[found.place].customer_id for found in rules.against_caps(attempts, caps, TERMS)
    }

    assert stopped <= {5}
    assert (5 in stopped) == any(who == 5 for who, _ in asked)


@pytest.mark.parametrize(
    ("asked_hours_ago", "left"),
    [(None, 24), (0, 24), (1, 23), (23, 1), (24, 0), (95, 0), (96, 24), (500, 24)],
)
def test_a_cooling_off_counts_from_the_first_time_and_stays_open_a_while(
    asked_hours_ago: int | None, left: int
) -> None:
    caps = {7: [Cap(CapKind.COOLING_OFF, 1000, 24)]}
    first = None if asked_hours_ago is None else AT - timedelta(hours=asked_hours_ago)

    found = rules.against_caps([attempt(1001, first_asked_at=first), attempt(1000)], caps, TERMS)

    assert [dict(one.reason.facts) for one in found] == ([{"cooling_off": left}] if left else [])


def test_a_begun_hour_is_a_whole_one() -> None:
    caps = {7: [Cap(CapKind.COOLING_OFF, 1000, 24)]}
    first = AT - timedelta(hours=23, minutes=59)

    (found,) = rules.against_caps([attempt(1001, first_asked_at=first)], caps, TERMS)

    assert dict(found.reason.facts) == {"cooling_off": 1}


@pytest.mark.parametrize(
    ("now", "asked", "tighter"),
    [
        (None, (CapKind.DAY, 100, 0), True),
        (Cap(CapKind.DAY, 100), (CapKind.DAY, 99, 0), True),
        (Cap(CapKind.DAY, 100), (CapKind.DAY, 100, 0), True),
        (Cap(CapKind.DAY, 100), (CapKind.DAY, 101, 0), False),
        (Cap(CapKind.DAY, 100), (CapKind.DAY, None, 0), False),
        (Cap(CapKind.COOLING_OFF, 100, 24), (CapKind.COOLING_OFF, 100, 48), True),
        (Cap(CapKind.COOLING_OFF, 100, 24), (CapKind.COOLING_OFF, 50, 12), False),
        (Cap(CapKind.COOLING_OFF, 100, 24), (CapKind.COOLING_OFF, 200, 48), False),
    ],
)
def test_what_tightens_counts_at_once_and_what_loosens_a_day_later(
    now: Cap | None, asked: tuple[CapKind, int | None, int], tighter: bool
) -> None:
    request = CapRequest(7, *asked)

    made = rules.change(request, now, TERMS, change_id=3, at=AT)

    assert rules.is_tighter(request, now) is tighter
    assert made.effective_at - AT == (timedelta(0) if tighter else timedelta(hours=24))
    assert (made.customer_id, made.change_id, made.kind, made.amount_minor) == (7, 3, *asked[:2])


@pytest.mark.parametrize(
    ("request_", "where"),
    [
        (CapRequest(7, CapKind.DAY, -1), "amount_minor"),
        (CapRequest(7, CapKind.DAY, 100, 5), "wait_hours"),
        (CapRequest(7, CapKind.COOLING_OFF, 100, 0), "wait_hours"),
        (CapRequest(7, CapKind.COOLING_OFF, 100, 169), "wait_hours"),
        (CapRequest(7, CapKind.COOLING_OFF, None, 5), "wait_hours"),
    ],
)
def test_a_cap_that_makes_no_sense_is_named(request_: CapRequest, where: str) -> None:
    wrong = rules.mistake(request_, TERMS)

    assert wrong is not None
    assert wrong.where == where
    assert rules.mistake(CapRequest(7, CapKind.COOLING_OFF, 0, 168), TERMS) is None


def test_the_most_pressing_lesson_is_told_once() -> None:
    now = {Moment.FIRST_PLAN, Moment.FIRST_LATE_DAY}
    lessons = store.lessons()

    first = rules.lesson_for(now, frozenset(), lessons)
    second = rules.lesson_for(now, {Moment.FIRST_LATE_DAY}, lessons)

    assert first is lessons[Moment.FIRST_LATE_DAY]
    assert second is lessons[Moment.FIRST_PLAN]
    assert rules.lesson_for(now, now, lessons) is None
    assert rules.lesson_for((), (), lessons) is None
