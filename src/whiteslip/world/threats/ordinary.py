"""What ordinary people buy on a day: when, where, how much, with what, by dice that no arm changes."""

from __future__ import annotations

from datetime import date

import numpy as np

from whiteslip.world.habits import SUSPENDED
from whiteslip.world.shoppers import Bools, Floats, Ints
from whiteslip.world.shoppers import terms as population
from whiteslip.world.threats.cast import Cast
from whiteslip.world.threats.plan import Intent
from whiteslip.world.wallets import Wallets

_BUYING = 2
_MOST_A_DAY = 3
_MONTHS = np.array([3, 6, 12, 24])
_MONTHS_CHANCES = np.array([0.42, 0.3, 0.22, 0.06])
_MOST_TIMES_LIMIT = 2
_LEAST_MINOR = 500
_ROUND_MINOR = 10_000
_LARGEST_NUMBER = 2**62


class Ordinary:
    """Draws the ordinary purchases of a day."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._known = population()
        categories = self._known.categories
        self._medians = np.array([each.median_minor for each in categories])
        self._sigmas = np.array([each.sigma for each in categories])
        self._weekdays = np.array([each.weekdays for each in categories])
        self._weights = np.array(cast.terms.days.weights) / sum(cast.terms.days.weights)
        self._minutes = np.array(cast.terms.days.minutes)
        self._scale = self._even_scale()

    def intents(
        self, wallets: Wallets, device: Ints, address: Ints, *, day: int, on: date
    ) -> list[Intent]:
        """List what people try today; who knows that there is no room does not try."""
        rng, cast = self._cast.rng(_BUYING, day), self._cast
        everyone = len(cast)
        times = self._times(rng.random(everyone), on)
        times *= cast.shoppers.joins <= day
        drawn = rng.random((10, everyone, _MOST_A_DAY))
        sizes = rng.standard_normal((everyone, _MOST_A_DAY))
        numbers = rng.integers(1, _LARGEST_NUMBER, (everyone, _MOST_A_DAY))
        who, turn = np.nonzero(np.arange(_MOST_A_DAY) < times[:, None])
        dice = drawn[:, who, turn]
        category = self._categories(who, dice[0], on)
        amount = self._amounts(who, category, sizes[who, turn])
        habits = cast.terms.habits
        looks = cast.looks[who] & (amount > wallets.available[who])
        given_up = (wallets.level[who] >= SUSPENDED) & (dice[1] >= self._tries_when_stopped)
        kept = np.flatnonzero(~(looks | given_up))
        second = (cast.second[who] > 0) & (dice[2] < habits.uses_second)
        gift = dice[3] < habits.gift
        columns = (
            self._minute(who, dice[4], dice[5]),
            who,
            self._shop(who, category, dice[6]),
            self._rounded(amount, dice[9]),
            np.where(self._thinks(who, amount, dice[7]), self._months(dice[8]), 0),
            np.where(second, cast.second[who], device[who]),
            np.where(gift, numbers[who, turn], address[who]),
        )
        rows = zip(*(column[kept].tolist() for column in columns), strict=True)
        return [
            Intent(minute, one, shop, minor, 0.0, 1, months, phone, place)
            for minute, one, shop, minor, months, phone, place in rows
        ]

    @property
    def _tries_when_stopped(self) -> float:
        return float(self._known.tables["habits"]["tries_when_restricted"])

    def _times(self, drawn: Floats, on: date) -> Ints:
        """Turn an even draw into a number of purchases, by the distribution of Poisson, cut at the most a day."""
        rate = self._cast.shoppers.purchases_a_day * self._mood(on)
        term = np.exp(-rate)
        reached, times = term.copy(), np.zeros(len(rate), np.int64)
        for n in range(1, _MOST_A_DAY + 1):
            times += drawn >= reached
            term = term * rate / n
            reached += term
        return times

    def _mood(self, on: date) -> float:
        factors = [
            each.factor
            for each in self._known.promotions
            if each.days_in(on.year)[0] <= on <= each.days_in(on.year)[1]
        ]
        return max(factors, default=1.0)

    def _categories(self, who: Ints, drawn: Floats, on: date) -> Ints:
        weights = (self._cast.taste * self._weekdays[:, on.weekday()])[who].cumsum(axis=1)
        return (drawn[:, None] * weights[:, -1:] > weights).sum(axis=1)

    def _amounts(self, who: Ints, category: Ints, sizes: Floats) -> Ints:
        shoppers = self._cast.shoppers
        drawn = self._medians[category] * np.exp(self._sigmas[category] * sizes)
        most = shoppers.limit[who] * _MOST_TIMES_LIMIT
        return np.clip((drawn * self._scale[who]).astype(np.int64), _LEAST_MINOR, most)

    def _rounded(self, amount: Ints, drawn: Floats) -> Ints:
        """Let some cost whole hundreds of yuan, as what is round by chance and no sign of anything."""
        near = np.rint(amount / _ROUND_MINOR).astype(np.int64) * _ROUND_MINOR
        return np.where((drawn < self._cast.terms.habits.round_sum) & (near > 0), near, amount)

    def _even_scale(self) -> Floats:
        """Size purchases so that whoever has a dear taste spends no more of their income than others do."""
        categories, taste = self._known.categories, self._cast.taste
        means = self._medians * np.exp(self._sigmas**2 / 2)
        usual = float(np.array([each.weight for each in categories]) @ means)
        return self._cast.shoppers.spending_scale * usual / (taste @ means / taste.sum(axis=1))

    def _minute(self, who: Ints, own: Floats, other: Floats) -> Ints:
        place = np.searchsorted(self._weights.cumsum()[:-1], other)
        at_own = own < self._cast.terms.days.own_time
        return np.where(at_own, self._cast.plan.own_minute[who], self._minutes[place])

    def _shop(self, who: Ints, category: Ints, drawn: Floats) -> Ints:
        """Choose one of two shops of one's own, or any: the draw says which of both, and then which shop."""
        habits = self._cast.terms.habits
        favorite = self._cast.favorite[who, category, (drawn * 1_000).astype(np.int64) % 2]
        any_ = (drawn * 1_000_003).astype(np.int64) % habits.shops_a_category
        place = np.where(drawn < habits.favorite, favorite, any_)
        return category * habits.shops_a_category + place

    def _thinks(self, who: Ints, amount: Ints, drawn: Floats) -> Bools:
        least = self._known.tables["habits"]["plan_from_minor"]
        return (amount >= least) & (drawn < self._cast.shoppers.plan_taste[who])

    def _months(self, drawn: Floats) -> Ints:
        return _MONTHS[np.searchsorted(_MONTHS_CHANCES.cumsum()[:-1], drawn)]
