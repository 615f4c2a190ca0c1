"""The people of the experiment as columns: what each means to buy, and how each takes what happens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whiteslip.world.promotion.terms import Terms
from whiteslip.world.shoppers import Bools, Floats, Ints, Shoppers, draw

_STEP_MINOR = 100
MONTH_DAYS = 30
SHOCKS_AFTER_DAYS = 120
"""Shocks befall people up to so long after the limit returned, however long an experiment is lived."""


@dataclass(frozen=True, slots=True)
class Cast:
    """One row a person; amounts in minor units, 0 for no basket; `dice` are even draws between 0 and 1.

    Every arm is lived with the same cast: who they are and what their dice say depends on the seed alone.
    """

    seed: int
    shoppers: Shoppers
    basket: Ints
    basket_day: Ints
    after: Ints
    after_day: Ints
    comfort: Floats
    least_share: Floats
    sensitivity: Floats
    looks: Bools
    dice: dict[str, Floats]

    def __len__(self) -> int:
        return len(self.shoppers)

    @property
    def left_to_live_on(self) -> Ints:
        """What a month leaves after living."""
        return self.shoppers.income - self.shoppers.living * MONTH_DAYS

    @property
    def bearable(self) -> Ints:
        """What of one due a month bears without hurting."""
        return (self.left_to_live_on * self.comfort).astype(np.int64)

    def rng(self, what: int, day: int = 0) -> np.random.Generator:
        """Return the generator of one purpose on one day, which does not depend on the days before."""
        return np.random.default_rng([self.seed, 618, what, day])


DICE = (
    "gives_up",
    "takes_plan",
    "finds_alone",
    "way",
    "reads",
    "remembers",
    "stops",
    "walks",
    "refused_and_left",
    "surprised",
    "sees",
    "saw_it_gone",
    "restricted",
)


def cast_of(count: int, *, seed: int, terms: Terms) -> Cast:
    """Draw the people of a seed."""
    calendar, baskets = terms.calendar, terms.baskets
    days = (calendar.returns_on - calendar.opens_on).days + SHOCKS_AFTER_DAYS
    shoppers = draw(count, days=days, seed=seed)
    rng = np.random.default_rng([seed, 618])
    sale_days = (calendar.sale_to - calendar.sale_from).days + 1
    basket = _basket(rng, shoppers, baskets.wants, baskets.median_income, baskets.sigma)
    after = _basket(
        rng, shoppers, baskets.wants_after, baskets.after_median_income, baskets.after_sigma
    )
    low, high = baskets.after_days
    return Cast(
        seed=seed,
        shoppers=shoppers,
        basket=np.where(basket >= baskets.least_minor, basket, 0),
        basket_day=rng.integers(0, sale_days, count),
        after=np.where(after >= baskets.least_minor, after, 0),
        after_day=rng.integers(low, high + 1, count),
        comfort=rng.uniform(*terms.thinking.comfort, count),
        least_share=rng.uniform(*terms.willing.least_share, count),
        sensitivity=rng.uniform(*terms.surprise.spread, count),
        looks=rng.random(count) < baskets.looks_first,
        dice={name: rng.random(count) for name in DICE},
    )


def _basket(
    rng: np.random.Generator, shoppers: Shoppers, wants: float, median: float, sigma: float
) -> Ints:
    wanted = rng.random(len(shoppers)) < wants
    drawn = shoppers.income * median * np.exp(sigma * rng.standard_normal(len(shoppers)))
    return np.where(wanted, drawn.astype(np.int64) // _STEP_MINOR * _STEP_MINOR, 0)
