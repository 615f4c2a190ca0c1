"""The people of a seed as columns, with all that is going to happen to them: the same in every arm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whiteslip.world.shoppers import Bools, Floats, Ints, Shoppers, draw
from whiteslip.world.shoppers import terms as population
from whiteslip.world.threats.labels import Labels
from whiteslip.world.threats.living import live
from whiteslip.world.threats.plan import Dice, Plan, Town
from whiteslip.world.threats.planting import plant
from whiteslip.world.threats.terms import Terms

_YEAR_DAYS = 365
_FAVORITES = 2
_LARGEST_NUMBER = 2**62


@dataclass(frozen=True, slots=True)
class Cast:
    """Who lives in a seed; `taste` and `favorite` are by person and category."""

    seed: int
    days: int
    terms: Terms
    plan: Plan
    labels: Labels
    taste: Floats
    favorite: Ints
    second: Ints
    looks: Bools

    @property
    def shoppers(self) -> Shoppers:
        """The people."""
        return self.plan.shoppers

    def __len__(self) -> int:
        return len(self.shoppers)

    def rng(self, what: int, day: int = 0) -> np.random.Generator:
        """Return the dice of one purpose on one day; they depend on no day before and on no arm."""
        return np.random.default_rng([self.seed, 31, what, day])


def cast_of(count: int, *, days: int, seed: int, terms: Terms) -> Cast:
    """Draw the people of a seed and write down what is going to happen to them."""
    shoppers = draw(count, days=days, seed=seed)
    rng = np.random.default_rng([seed, 31])
    plan = _plan(shoppers, days, rng, terms)
    dice, years = Dice(rng), days / _YEAR_DAYS
    plant(plan, dice, years=years)
    live(plan, dice, years=years)
    categories, habits = population().categories, terms.habits
    weights = np.array([each.weight for each in categories])
    shape = (count, len(categories))
    owns = rng.random(count) < habits.second_device
    return Cast(
        seed=seed,
        days=days,
        terms=terms,
        plan=plan,
        labels=Labels(tuple(plan.episodes)),
        taste=weights * rng.gamma(habits.taste, 1 / habits.taste, shape),
        favorite=rng.integers(0, habits.shops_a_category, (*shape, _FAVORITES)),
        second=np.where(owns, _numbers(rng, count), 0),
        looks=rng.random(count) < habits.looks_first,
    )


def _plan(shoppers: Shoppers, days: int, rng: np.random.Generator, terms: Terms) -> Plan:
    count, when = len(shoppers), terms.days
    weights = np.array(when.weights) / sum(when.weights)
    device = _numbers(rng, count)
    town = Town(
        tuple(each.name for each in population().categories),
        terms.habits.shops_a_category,
        terms.cash_out.shops,
    )
    return Plan(
        terms=terms,
        shoppers=shoppers,
        town=town,
        days=days,
        device=device,
        address=_numbers(rng, count),
        phone=_numbers(rng, count),
        applied_from=device.copy(),
        card=_numbers(rng, count),
        network=_numbers(rng, count),
        own_minute=rng.choice(np.array(when.minutes), count, p=weights),
    )


def _numbers(rng: np.random.Generator, count: int) -> Ints:
    return rng.integers(1, _LARGEST_NUMBER, count)
