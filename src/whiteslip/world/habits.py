"""What simulated people do on a day, as columns: who pays how much, who buys what, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from whiteslip.world.shoppers import NEVER, Bools, Floats, Ints, Promotion, Shoppers, Terms
from whiteslip.world.wallets import Wallets

EPOCH = date(2000, 1, 1)
"""Days are counted from here, as the wallets count them."""

_CUSHION_DAYS = 3
_LEAST_PAYMENT_MINOR = 5_000
_ROUND_MINOR = 1_000
_REMINDED = 0.16
_PAYS_EARLY = 0.012
_FORGETS_FOR = (1, 13)
_OVERPAYS, _OVERPAID_MINOR = 0.004, 10_000
_MONTHS = np.array([3, 6, 12, 24])
_MONTHS_CHANCES = np.array([0.42, 0.3, 0.22, 0.06])
_MOST_TIMES_LIMIT = 2
_GRANT_STEP_MINOR = 10_000
SUSPENDED = 4


class Payments(NamedTuple):
    """Who pays how much, in minor units."""

    who: Ints
    amounts: Ints


class Wishes(NamedTuple):
    """Purchases people try: who, in which category, how much, in how many months."""

    who: Ints
    category: Ints
    amounts: Ints
    months: Ints


@dataclass(slots=True)
class Habits:
    """The people, their cash, and when each means to pay the newest statement.

    In a February a statement comes before the last one is due: with `keeps_plans` the earlier day stays, who pays the
    minimum then pays no less than the one that is due, and later no less than the next; without, as the other worlds
    were measured, the old one is forgotten for the new one.
    """

    shoppers: Shoppers
    terms: Terms
    rng: np.random.Generator
    keeps_plans: bool = False
    cash: Ints = field(init=False)
    seen: Ints = field(init=False)
    pays_on: Ints = field(init=False)
    then_on: Ints = field(init=False)
    least: Ints = field(init=False)
    then_least: Ints = field(init=False)
    minimum: Ints = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.shoppers)
        self.cash = self.shoppers.savings.copy()
        self.seen = np.zeros(count, np.int64)
        self.pays_on = np.full(count, NEVER, np.int64)
        self.then_on = np.full(count, NEVER, np.int64)
        self.least = np.zeros(count, np.int64)
        self.then_least = np.zeros(count, np.int64)
        self.minimum = np.zeros(count, np.int64)

    def live(self, day: int, on: date) -> None:
        """Be paid, and spend a day's living."""
        self.cash += self.shoppers.earned(day, on.day)
        self.cash = np.maximum(0, self.cash - self.shoppers.living)

    def payments(self, wallets: Wallets, on: date) -> Payments:
        """Decide who pays today and how much; cash goes down by it."""
        today = (on - EPOCH).days
        self._plan(wallets, on, today)
        everyone = len(self.shoppers)
        chance = self.rng.random((3, everyone))
        pays_all = np.array([payer.pays_all for payer in self.terms.payers])[self.shoppers.payer]
        planned = self.pays_on == today
        recalls = (chance[0] < _REMINDED) | (self.shoppers.payday == on.day)
        catches_up = (wallets.overdue > 0) & (self.pays_on < today) & recalls
        early = (self.shoppers.payer == 0) & (chance[1] < _PAYS_EARLY)
        minimum = np.maximum(wallets.minimum, self.least)
        rounded = -(-minimum // _ROUND_MINOR) * _ROUND_MINOR
        wanted = np.where(pays_all, wallets.billed, np.minimum(wallets.billed, rounded))
        wanted = np.where(planned | catches_up, np.maximum(wanted, wallets.overdue), 0)
        wanted = np.where(early, wallets.payable, wanted)
        wanted += np.where((wanted > 0) & (chance[2] < _OVERPAYS), _OVERPAID_MINOR, 0)
        spare = np.maximum(0, self.cash - _CUSHION_DAYS * self.shoppers.living)
        amounts = np.minimum(wanted, spare)
        who = np.flatnonzero(
            (amounts >= _LEAST_PAYMENT_MINOR) | ((amounts == wanted) & (wanted > 0))
        )
        self.cash[who] -= amounts[who]
        return Payments(who, amounts[who])

    def _plan(self, wallets: Wallets, on: date, today: int) -> None:
        """Read a new statement and mean to pay it on some day; the forgetful mean it too late."""
        drawn = self.rng.random((3, len(self.shoppers)))
        if self.keeps_plans:
            follows = (self.pays_on < today) & (self.then_on < NEVER)
            self.pays_on = np.where(follows, np.maximum(self.then_on, today), self.pays_on)
            self.then_on = np.where(follows, NEVER, self.then_on)
            self.least = np.where(follows, self.then_least, self.least)
        fresh = wallets.statement > self.seen
        self.seen = np.maximum(self.seen, wallets.statement)
        for number, payer in enumerate(self.terms.payers):
            mine = np.flatnonzero(fresh & (self.shoppers.payer == number))
            first, last = payer.days
            shift = first + (drawn[0, mine] * (last - first + 1)).astype(np.int64)
            if payer.counts_from == "statement":
                day = wallets.statement[mine] + shift
            elif payer.counts_from == "due":
                day = wallets.due[mine] + shift
            else:
                day = np.minimum(self._next_payday(mine, on, today) + shift, wallets.due[mine])
            forgets = drawn[1, mine] < payer.misses
            low, high = _FORGETS_FOR
            late = wallets.due[mine] + low + (drawn[2, mine] * (high - low)).astype(np.int64)
            day = np.maximum(np.where(forgets, late, day), today)
            pending = self.pays_on[mine]
            kept = self.keeps_plans & (today <= pending) & (pending < day)
            self.then_on[mine] = np.where(kept, day, self.then_on[mine])
            self.pays_on[mine] = np.where(kept, pending, day)
            self.least[mine] = np.where(kept, self.minimum[mine], 0)
            self.then_least[mine] = np.where(kept, wallets.minimum[mine], 0)
        self.minimum = wallets.minimum.copy()

    def _next_payday(self, who: Ints, on: date, today: int) -> Ints:
        month_days = (
            (on.replace(day=1) + timedelta(days=32)).replace(day=1) - on.replace(day=1)
        ).days
        ahead = self.shoppers.payday[who] - on.day
        return today + np.where(ahead >= 0, ahead, ahead + month_days)

    def wishes(self, wallets: Wallets, joined: Bools, on: date) -> Wishes:
        """Decide who tries to buy what today."""
        habits = self.terms.tables["habits"]
        rate = self.shoppers.purchases_a_day * self.mood(on) * joined
        rate *= np.where(wallets.level >= SUSPENDED, habits["tries_when_restricted"], 1.0)
        who = np.repeat(np.arange(len(self.shoppers)), self.rng.poisson(rate))
        drawn = self.rng.random((4, len(who)))
        category = self._categories(on, drawn[0])
        sizes = self.rng.standard_normal(len(who))
        amounts = self._amounts(who, category, sizes)
        left = wallets.available[who]
        looks = drawn[1] < habits["looks_first"]
        spared = looks & (amounts > left) & (wallets.level[who] < SUSPENDED)
        thinks = (amounts >= habits["plan_from_minor"]) & (drawn[2] < self.shoppers.plan_taste[who])
        months = _MONTHS[np.searchsorted(_MONTHS_CHANCES.cumsum()[:-1], drawn[3])]
        kept = np.flatnonzero(~spared)
        return Wishes(who[kept], category[kept], amounts[kept], np.where(thinks, months, 0)[kept])

    def mood(self, on: date) -> float:
        """Return how much more is bought on a day because of promotions."""
        factors = [each.factor for each in self.terms.promotions if _within(each, on)]
        return max(factors, default=1.0)

    def _categories(self, on: date, drawn: Floats) -> Ints:
        weights = np.array(
            [each.weight * each.weekdays[on.weekday()] for each in self.terms.categories]
        )
        return np.searchsorted(weights.cumsum()[:-1] / weights.sum(), drawn)

    def _amounts(self, who: Ints, category: Ints, sizes: Floats) -> Ints:
        medians = np.array([each.median_minor for each in self.terms.categories])
        sigmas = np.array([each.sigma for each in self.terms.categories])
        drawn = medians[category] * np.exp(sigmas[category] * sizes)
        amounts = (drawn * self.shoppers.spending_scale[who]).astype(np.int64)
        most = self.shoppers.limit[who] * _MOST_TIMES_LIMIT
        return np.clip(amounts, 500, most)

    def grants(self, wallets: Wallets, joined: Bools, promotion: Promotion) -> Payments:
        """Choose who in good standing is granted a temporary limit for a promotion, and how much."""
        good = joined & (wallets.level == 0) & (wallets.overdue == 0)
        chosen = good & (self.rng.random(len(self.shoppers)) < promotion.granted_to)
        who = np.flatnonzero(chosen)
        share = self.shoppers.limit[who] * promotion.grant_share
        return Payments(who, share.astype(np.int64) // _GRANT_STEP_MINOR * _GRANT_STEP_MINOR)


def _within(promotion: Promotion, on: date) -> bool:
    first, last = promotion.days_in(on.year)
    return first <= on <= last
