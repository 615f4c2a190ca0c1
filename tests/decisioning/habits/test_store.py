"""Habits kept by the database equal those folded in Python and those computed from the purchases themselves."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from whiteslip.decisioning.habits import rules
from whiteslip.decisioning.habits.model import NO_HABIT, Asking, Habit, HabitFacts, Hours
from whiteslip.decisioning.habits.store import (
    compute_habits,
    keep_habits,
    read_backgrounds,
    read_habits,
    terms,
)
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.calendar import ZONE
from whiteslip.money.lines.model import LineKey
from whiteslip.money.merchants.store import categories, category_of, open_merchants
from whiteslip.money.purchases.model import PurchaseRequest
from whiteslip.money.purchases.store import authorize_purchases, refuse_purchases

MIDNIGHT = datetime(2026, 3, 1, tzinfo=ZONE)
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
CUSTOMERS = 40
BATCHES = 180


class Lived:
    """A random past of some customers: what each asked, when, and whether it was granted."""

    def __init__(self, db: Connection, *, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.db = db
        self.kept: dict[int, Habit] = {}
        self.unkept: defaultdict[int, list[tuple[Asking, datetime, bool]]] = defaultdict(list)
        self.at = START
        self.number = 0
        self.compared = 0
        kinds = [str(name) for name in self.rng.choice(list(categories()), 39)]
        ids = open_merchants(db, ["Shop"] * 39, [0] * 39, kinds, at=START)
        self.shops = dict(zip(ids, kinds, strict=True))

    def asking(self) -> Asking:
        """Somebody's wish: mostly from what is known, now and then from something new, or what others want too."""
        rng = self.rng
        is_wanted = rng.random() < 0.2
        shop = list(self.shops)[0 if is_wanted else int(rng.integers(0, len(self.shops)))]
        return Asking(
            9_900 if is_wanted else int(np.exp(rng.normal(9, 1))) + 1,
            shop,
            int(rng.integers(0, 300)),
            int(rng.integers(0, 4)),
            category_of(self.shops[shop]),
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
        for customer_id, asking, yes in zip(who, askings, granted, strict=True):
            self.unkept[customer_id].append((asking, self.at, yes))
        self.buy(who, askings, granted)
        if self.rng.random() < 0.3:
            first = int(self.rng.integers(1, CUSTOMERS))
            self.night(first, first + int(self.rng.integers(0, CUSTOMERS)))

    def night(self, first: int = 1, last: int = CUSTOMERS) -> int:
        """Keep the habits of some customers, in the database and by the pure rule."""
        days: set[date] = set()
        for one in [one for one in self.unkept if first <= one <= last]:
            for asking, at, yes in self.unkept.pop(one):
                days.add(at.date())
                self.kept[one] = rules.after(
                    self.kept.get(one), asking, at=at, authorized=yes, keeps=True
                )
        return sum(
            keep_habits(self.db, first=first, last=last, business_date=on, at=self.at)
            for on in sorted(days or {self.at.date()})
        )

    def now(self, customer_id: int) -> Habit | None:
        """Say what is usual for a customer up to now."""
        habit = self.kept.get(customer_id)
        for asking, at, yes in self.unkept[customer_id][-rules.MOST_UNKEPT :]:
            habit = rules.after(habit, asking, at=at, authorized=yes)
        return habit

    def buy(self, who: Sequence[int], askings: Sequence[Asking], granted: Sequence[bool]) -> None:
        """Keep the purchases the habits are to be computed from."""
        wishes = [
            PurchaseRequest(one, 1, asking.merchant_id, asking.amount_minor, 0, "o", *asking[2:4])
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
            expected = rules.facts_of(self.now(one), asking, terms(), at=self.at)
            assert close(background[: len(expected)], expected), (background, expected)
            self.compared += 1


def close(left: Sequence[object], right: Sequence[object]) -> bool:
    """Equal, floats to a part in a billion."""
    return len(left) == len(right) and all(map(_close, left, right))


def _close(left: object, right: object) -> bool:
    if isinstance(left, Hours) and isinstance(right, Hours):
        return close(left, right)
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
    return left == right and type(left) is type(right)


def same(left: Habit, right: Habit) -> bool:
    """Equal but for the order in which things were met in one instant."""
    sets = ("devices", "addresses", "merchants")
    plain = dict.fromkeys(sets, ())
    met = all(set(getattr(left, name)) == set(getattr(right, name)) for name in sets)
    return met and close(left._replace(**plain), right._replace(**plain))


def asks(amount_minor: int = 10_000) -> Asking:
    """Somebody asks, from a device and for an address the shop does not tell."""
    return Asking(amount_minor, 1, 0, 0)


def lived_by(*days_and_hours: tuple[float, float], asking: Asking | None = None) -> Habit:
    """The habit of somebody who bought then: days after the start, and hours of the business zone."""
    habit = NO_HABIT
    for day, hour in days_and_hours:
        at = MIDNIGHT + timedelta(days=day, hours=hour)
        habit = rules.after(habit, asking or asks(), at=at, authorized=True)
    return habit


@pytest.fixture
def lived(db: Connection) -> Lived:
    """A founded book in which much has been asked."""
    business_day.begin(db, on=START.date(), range_size=1000)
    world = Lived(db, seed=4)
    for number in range(BATCHES):
        world.live(compare=number % 2 == 0)
    return world


def test_three_ways_to_a_habit_agree(db: Connection, lived: Lived) -> None:
    everybody = range(1, CUSTOMERS + 1)
    by_day = read_habits(db, everybody)
    assert any(lived.unkept.values())
    for customer_id, habit in by_day.items():
        now = lived.now(customer_id)
        assert now is not None
        assert close(habit, now), (habit, now)

    lived.night()
    kept = read_habits(db, everybody)
    computed = compute_habits(db, everybody, at=lived.at + timedelta(seconds=1))

    assert lived.compared > 800
    assert set(kept) == set(computed) == set(lived.kept)
    assert max(len(habit.devices) for habit in kept.values()) == rules.MOST_KNOWN
    for customer_id, habit in kept.items():
        assert close(habit, lived.kept[customer_id]), (habit, lived.kept[customer_id])
        assert same(computed[customer_id], habit), (computed[customer_id], habit)


def test_a_night_that_comes_twice_keeps_nothing_twice(db: Connection, lived: Lived) -> None:
    assert lived.night() > 0
    kept = read_habits(db, range(1, CUSTOMERS + 1))

    assert lived.night() == 0
    assert read_habits(db, range(1, CUSTOMERS + 1)) == kept


def test_who_asks_without_end_is_read_no_longer(db: Connection, lived: Lived) -> None:
    asking = lived.asking()
    for _ in range(rules.MOST_UNKEPT + 20):
        lived.at += timedelta(seconds=1)
        lived.unkept[1].append((asking, lived.at, False))
        lived.buy([1], [asking], [False])
    lived.compare([1], [asking])
    (facts,) = read_backgrounds(db, [LineKey(1, 1)], [asking], at=lived.at)

    assert facts.requests_1h == rules.MOST_UNKEPT


@pytest.mark.parametrize(
    "bug",
    [
        "UPDATE decisioning.habit SET usual_sum = usual_sum * 1.0001",
        (
            "UPDATE decisioning.habit SET recent_at = recent_at[2:], recent_minor = recent_minor[2:],"
            " recent_shops = recent_shops[2:] WHERE requests > 16"
        ),
        "UPDATE decisioning.habit SET merchants = merchants || 77 WHERE cardinality(merchants) < 32",
        "UPDATE decisioning.habit SET requests = requests + 1",
        "UPDATE decisioning.habit SET new_device_at = new_device_at + interval '1 second'",
        "UPDATE decisioning.habit SET categories = categories | 1",
        "UPDATE decisioning.habit SET hour_sin_2 = hour_sin_2 + usual_weight / 1000",
        "UPDATE decisioning.habit SET resale_weight = resale_weight * 1.001",
        "UPDATE decisioning.habit SET largest_minor = largest_minor + 1",
        "UPDATE decisioning.habit SET first_at = first_at - interval '1 second'",
        "UPDATE decisioning.habit SET recent_shops = array_fill(0::bigint, ARRAY[cardinality(recent_shops)])",
        "UPDATE decisioning.habit SET recent_shops = (SELECT array_agg(abs(shop)) FROM unnest(recent_shops) AS shop)",
    ],
)
def test_control_a_habit_that_drifts_is_seen(db: Connection, lived: Lived, bug: str) -> None:
    lived.night()
    db.execute(bug.encode())
    kept = read_habits(db, range(1, CUSTOMERS + 1))
    computed = compute_habits(db, range(1, CUSTOMERS + 1), at=lived.at + timedelta(seconds=1))

    assert not all(same(computed[one], kept[one]) for one in kept)


@pytest.mark.parametrize("shift", ["- 1", "+ 1"])
def test_control_a_request_kept_twice_or_never_is_seen(
    db: Connection, lived: Lived, shift: str
) -> None:
    ends = (
        "(SELECT max(purchase_id) FROM money.purchase AS p WHERE p.customer_id = habit.customer_id)"
    )
    lived.night()
    before = read_habits(db, range(1, CUSTOMERS + 1))
    if shift == "- 1":
        db.execute(f"UPDATE decisioning.habit SET through_id = {ends} - 1".encode())
        assert read_habits(db, range(1, CUSTOMERS + 1)) != before
    else:
        lived.live(compare=False)
        db.execute(f"UPDATE decisioning.habit SET through_id = {ends}".encode())
        habits = read_habits(db, range(1, CUSTOMERS + 1))
        assert any(habits[one] != lived.now(one) for one in habits)


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

    assert rules.facts_of(refused, asking, terms(), at=START).device_is_known is False
    assert rules.facts_of(granted, asking, terms(), at=START).device_is_known is True


def test_a_first_request_has_no_past() -> None:
    facts = rules.facts_of(None, Asking(10_000, 1, device=0, address=6), terms(), at=START)

    assert facts == HabitFacts(
        *(0, 0, 0, 0, 0),
        *(None, None, None, None, None, None, None, None),
        device_is_known=None,
        address_is_known=False,
        merchant_is_known=False,
        category_is_known=None,
    )


def test_what_is_usual_is_learned_from_three_purchases() -> None:
    habit = None
    for _ in range(3):
        assert rules.facts_of(habit, asks(), terms(), at=START).deviation is None
        habit = rules.after(habit, Asking(10_000, 1, 0, 0), at=START, authorized=True)

    facts = rules.facts_of(habit, asks(100_000), terms(), at=START)

    assert facts.usual_minor == pytest.approx(10_000)
    assert facts.deviation == pytest.approx(math.log(10) / terms().least_spread)


def test_the_hour_and_the_day_are_half_open() -> None:
    habit = rules.after(None, Asking(10_000, 1, 0, 0), at=START, authorized=True)
    later = [START + timedelta(hours=1), START + timedelta(days=1) - timedelta(microseconds=1)]
    facts = [rules.facts_of(habit, asks(1), terms(), at=at) for at in later]

    assert [(one.requests_1h, one.requests_24h) for one in facts] == [(0, 1), (0, 1)]


def at_hour(habit: Habit, hour: float) -> float | None:
    at = MIDNIGHT + timedelta(days=40, hours=hour)
    return rules.facts_of(habit, asks(), terms(), at=at).hour_share


def test_the_hour_is_usual_around_when_somebody_buys() -> None:
    evenings = lived_by(*((day, 20 + day % 2) for day in range(10)))

    shares = [at_hour(evenings, hour) for hour in (20.5, 23.5, 3.5, 8.5)]

    assert shares == sorted((one for one in shares if one is not None), reverse=True)
    assert shares[0] == pytest.approx(3.2, rel=0.05)
    assert [one is not None and one < 0.2 for one in shares] == [False, False, True, True]


def test_two_peaks_of_a_day_stay_two() -> None:
    habit = lived_by(*((day, hour) for day in range(6) for hour in (7.0, 19.0)))
    valley, peak = at_hour(habit, 1), at_hour(habit, 7)

    assert valley is not None
    assert peak is not None
    assert 3 * valley < peak


def test_hours_need_eight_purchases_and_run_over_midnight() -> None:
    few, night = lived_by(*((n, 23.9) for n in range(7))), lived_by(*((n, 23.9) for n in range(8)))

    assert at_hour(few, 0) is None
    assert at_hour(night, 0.1) == pytest.approx(3.2, rel=0.01)


def test_density_of_a_day_is_one_on_average_and_never_negative() -> None:
    rng = np.random.default_rng(5)
    habit = lived_by(*((day, float(rng.uniform(0, 24))) for day in range(30)))
    shares = [at_hour(habit, hour) or 0.0 for hour in np.arange(0, 24, 0.25)]

    assert min(shares) >= 0
    assert sum(shares) / len(shares) == pytest.approx(1)


def test_a_pace_is_measured_by_ones_own() -> None:
    rare = lived_by(*((day, 12) for day in range(0, 200, 20)))
    daily = lived_by(*((day / 3, 12) for day in range(600)))
    today = [MIDNIGHT + timedelta(days=200, hours=hour) for hour in (12, 13, 14, 15)]
    for at in today:
        rare = rules.after(rare, asks(), at=at, authorized=False)
        daily = rules.after(daily, asks(), at=at, authorized=False)
    at = today[-1] + timedelta(hours=1)

    odd, usual = (rules.facts_of(one, asks(), terms(), at=at) for one in (rare, daily))

    assert odd.requests_24h == 4
    assert odd.pace_deviation is not None
    assert usual.pace_deviation is not None
    assert odd.pace_deviation > 3
    assert usual.pace_deviation < 2


def test_goods_that_resell_and_the_most_ever_spent_are_remembered() -> None:
    phones = Asking(90_000, 2, 0, 0, category_of("electronics"))
    habit = lived_by((0, 9), (1, 9), (2, 9))
    bought = rules.after(habit, phones, at=MIDNIGHT + timedelta(days=3), authorized=True)
    facts = rules.facts_of(bought, phones, terms(), at=MIDNIGHT + timedelta(days=3, hours=1))

    assert rules.facts_of(habit, phones, terms(), at=START).category_is_known is False
    assert facts.category_is_known is True
    assert facts.largest_minor == 90_000
    assert facts.resale_share == pytest.approx(0.25, abs=0.02)
    assert facts.same_shop_24h == 1


def test_what_is_refused_and_asked_again_counts_once() -> None:
    asked, other = Asking(50_000, 7, 0, 0), Asking(20_000, 7, 0, 0)
    habit = rules.after(None, other, at=START, authorized=True)
    habit = rules.after(habit, asked, at=START, authorized=False)
    again = rules.facts_of(habit, asked, terms(), at=START + timedelta(minutes=1))
    granted = rules.after(habit, asked, at=START + timedelta(minutes=1), authorized=True)
    twice = rules.facts_of(granted, asked, terms(), at=START + timedelta(minutes=2))

    assert (again.requests_24h, again.asked_24h_minor, again.same_shop_24h) == (2, 20_000, 1)
    assert (twice.requests_24h, twice.asked_24h_minor, twice.same_shop_24h) == (3, 70_000, 2)


def test_what_was_long_ago_fades() -> None:
    habit = lived_by((0, 12), (0.1, 12), (0.2, 12), asking=asks(100_000))
    later = lived_by((0, 12), (0.1, 12), (0.2, 12), asking=asks(100_000))
    for day in (360, 361, 362):
        later = rules.after(later, asks(1_000), at=MIDNIGHT + timedelta(days=day), authorized=True)
    usual = rules.facts_of(later, asks(), terms(), at=MIDNIGHT + timedelta(days=363)).usual_minor

    assert rules.facts_of(habit, asks(), terms(), at=START).usual_minor == pytest.approx(100_000)
    assert usual == pytest.approx(1_000 * 100 ** (1 / 17), rel=0.02)
