"""Habits kept by the database equal those folded in Python and those computed from the purchases themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from whiteslip.decisioning.habits import rules
from whiteslip.decisioning.habits.model import Asking, Habit, HabitFacts
from whiteslip.decisioning.habits.store import (
    compute_habits,
    keep_habits,
    read_backgrounds,
    read_habits,
)
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.money.lines.model import LineKey
from whiteslip.money.purchases.model import PurchaseRequest
from whiteslip.money.purchases.store import authorize_purchases, refuse_purchases

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
CUSTOMERS = 40
BATCHES = 180


class Lived:
    """A random past of some customers: what each asked, when, and whether it was granted."""

    def __init__(self, db: Connection, *, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.db = db
        self.folded: dict[int, Habit | None] = {}
        self.at = START
        self.number = 0
        self.compared = 0

    def asking(self) -> Asking:
        """Somebody's wish: mostly from what is known, now and then from something new."""
        rng = self.rng
        return Asking(
            int(np.exp(rng.normal(9, 1))) + 1,
            int(rng.integers(1, 40)),
            int(rng.integers(0, 300)),
            int(rng.integers(0, 4)),
        )

    def live(self, *, compare: bool) -> None:
        """Let a batch ask, some more than once, and keep what it did three times over."""
        gaps = (timedelta(0), timedelta(minutes=7), timedelta(hours=5), timedelta(days=9))
        self.at += gaps[int(self.rng.integers(0, 4))] + timedelta(microseconds=1)
        size = int(self.rng.integers(1, 25))
        who = [int(one) for one in self.rng.integers(1, CUSTOMERS + 1, size)]
        askings = [self.asking() for _ in who]
        granted = [bool(one) for one in self.rng.random(size) < 0.7]
        if compare:
            self.compare(who, askings)
        keep_habits(self.db, who, askings, granted, at=self.at)
        for customer_id, asking, yes in zip(who, askings, granted, strict=True):
            self.folded[customer_id] = rules.after(
                self.folded.get(customer_id), asking, at=self.at, authorized=yes
            )
        self.buy(who, askings, granted)

    def buy(self, who: Sequence[int], askings: Sequence[Asking], granted: Sequence[bool]) -> None:
        """Keep the purchases the habits are to be computed from."""
        wishes = [
            PurchaseRequest(one, 1, asking.merchant_id, asking.amount_minor, 0, "o", *asking[2:])
            for one, asking in zip(who, askings, strict=True)
        ]
        numbers = [self.number + place for place in range(1, len(who) + 1)]
        self.number += len(who)
        yes = [place for place, one in enumerate(granted) if one]
        no = [place for place, one in enumerate(granted) if not one]
        on, at = self.at.date(), self.at
        if yes:
            authorize_purchases(
                self.db,
                [wishes[place] for place in yes],
                [numbers[place] for place in yes],
                [7] * len(yes),
                on=on,
                at=at,
            )
        if no:
            statuses = ["declined" if place % 2 else "referred" for place in no]
            refuse_purchases(
                self.db,
                [wishes[place] for place in no],
                [numbers[place] for place in no],
                statuses,
                ["[]"] * len(no),
                on=on,
                at=at,
            )

    def compare(self, who: Sequence[int], askings: Sequence[Asking]) -> None:
        """Compare each request with its habit, by the database and by the pure rule."""
        keys = [LineKey(one, 1) for one in who]
        read = read_backgrounds(self.db, keys, askings, at=self.at)
        for one, asking, background in zip(who, askings, read, strict=True):
            expected = rules.facts_of(self.folded.get(one), asking, at=self.at)
            assert close(background[: len(expected)], expected), (background, expected)
            self.compared += 1


def close(left: Sequence[object], right: Sequence[object]) -> bool:
    """Equal, floats to a part in a billion."""
    return len(left) == len(right) and all(map(_close, left, right))


def _close(left: object, right: object) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
    return left == right and type(left) is type(right)


def same(left: Habit, right: Habit) -> bool:
    """Equal but for the order in which things were met in one instant."""
    sets = ("devices", "addresses", "merchants")
    plain = dict.fromkeys(sets, ())
    met = all(set(getattr(left, name)) == set(getattr(right, name)) for name in sets)
    return met and close(left._replace(**plain), right._replace(**plain))


@pytest.fixture
def lived(db: Connection) -> Lived:
    """A founded book in which much has been asked."""
    business_day.begin(db, on=START.date(), range_size=1000)
    world = Lived(db, seed=4)
    for number in range(BATCHES):
        world.live(compare=number % 2 == 0)
    return world


def test_three_ways_to_a_habit_agree(db: Connection, lived: Lived) -> None:
    kept = read_habits(db, range(1, CUSTOMERS + 1))
    computed = compute_habits(db, range(1, CUSTOMERS + 1), at=lived.at + timedelta(seconds=1))

    assert lived.compared > 800
    assert set(kept) == set(computed) == set(lived.folded)
    assert max(len(habit.devices) for habit in kept.values()) == rules.MOST_KNOWN
    for customer_id, habit in kept.items():
        folded = lived.folded[customer_id]
        assert folded is not None
        assert close(habit, folded), (habit, folded)
        assert same(computed[customer_id], habit), (computed[customer_id], habit)


@pytest.mark.parametrize(
    "bug",
    [
        "UPDATE decisioning.habit SET usual_sum = usual_sum * 1.0001",
        "UPDATE decisioning.habit SET recent_at = recent_at[2:], recent_minor = recent_minor[2:] WHERE requests > 16",
        "UPDATE decisioning.habit SET merchants = merchants || 77 WHERE cardinality(merchants) < 32",
        "UPDATE decisioning.habit SET requests = requests + 1",
    ],
)
def test_control_a_habit_that_drifts_is_seen(db: Connection, lived: Lived, bug: str) -> None:
    db.execute(bug.encode())
    kept = read_habits(db, range(1, CUSTOMERS + 1))
    computed = compute_habits(db, range(1, CUSTOMERS + 1), at=lived.at + timedelta(seconds=1))

    assert not all(same(computed[one], kept[one]) for one in kept)


def test_what_happens_later_is_not_known_before(db: Connection, lived: Lived) -> None:
    then = lived.at + timedelta(microseconds=1)
    before = compute_habits(db, range(1, CUSTOMERS + 1), at=then)
    for _ in range(20):
        lived.live(compare=False)

    assert compute_habits(db, range(1, CUSTOMERS + 1), at=then) == before
    assert compute_habits(db, range(1, CUSTOMERS + 1), at=lived.at) != before


def test_a_refused_device_is_not_known_afterward() -> None:
    asking = Asking(10_000, 1, device=5, address=6)
    refused = rules.after(None, asking, at=START, authorized=False)
    granted = rules.after(refused, asking, at=START, authorized=True)

    assert rules.facts_of(refused, asking, at=START).device_is_known is False
    assert rules.facts_of(granted, asking, at=START).device_is_known is True


def test_a_first_request_has_no_past() -> None:
    facts = rules.facts_of(None, Asking(10_000, 1, device=0, address=6), at=START)

    assert facts == HabitFacts(0, 0, 0, 0, None, None, None, None, False, merchant_is_known=False)


def test_what_is_usual_is_learned_from_three_purchases() -> None:
    habit = None
    for _ in range(3):
        assert rules.facts_of(habit, Asking(10_000, 1, 0, 0), at=START).deviation is None
        habit = rules.after(habit, Asking(10_000, 1, 0, 0), at=START, authorized=True)

    facts = rules.facts_of(habit, Asking(100_000, 1, 0, 0), at=START)

    assert facts.usual_minor == pytest.approx(10_000)
    assert facts.deviation == pytest.approx(math.log(10) / rules.LEAST_SPREAD)


def test_the_hour_and_the_day_are_half_open() -> None:
    habit = rules.after(None, Asking(10_000, 1, 0, 0), at=START, authorized=True)
    later = [START + timedelta(hours=1), START + timedelta(days=1) - timedelta(microseconds=1)]
    facts = [rules.facts_of(habit, Asking(1, 1, 0, 0), at=at) for at in later]

    assert [(one.requests_1h, one.requests_24h) for one in facts] == [(0, 1), (0, 1)]
