"""People drawn from a seed: the same ones again, and all of them possible."""

from __future__ import annotations

import numpy as np
import pytest

from whiteslip.kernel.errors import InvalidInput
from whiteslip.world.shoppers import NEVER, draw, terms


def test_a_seed_draws_the_same_people() -> None:
    first, again, other = (draw(200, days=90, seed=seed) for seed in (5, 5, 6))

    assert first.people == again.people
    assert np.array_equal(first.income, again.income)
    assert not np.array_equal(first.income, other.income)


def test_people_are_possible() -> None:
    people = draw(2_000, days=180, seed=1)

    assert people.limit.min() >= 100_000
    assert people.limit.max() <= 20_000_000
    assert set(people.statement_day) <= set(range(1, 29))
    assert people.joins.max() < 180
    assert (people.living * 30 < people.income).all()
    assert {person.language for person in people.people} == {"zh", "en"}


def test_limits_follow_income() -> None:
    people = draw(2_000, days=180, seed=1)

    assert np.corrcoef(people.income, people.limit)[0, 1] > 0.4


def test_a_shock_takes_income_away() -> None:
    people = draw(2_000, days=180, seed=1)
    struck = np.flatnonzero(people.shock_from < NEVER)
    who = struck[0]
    day_of_month = int(people.payday[who])

    during = people.earned(int(people.shock_from[who]), day_of_month)[who]
    after = people.earned(int(people.shock_until[who]), day_of_month)[who]

    assert 0 < len(struck) < 400
    assert during < after == people.income[who]


def test_shares_of_payers_and_fates_are_whole() -> None:
    known = terms()
    fates = known.tables["fates"]

    assert sum(known.payer_shares) == pytest.approx(1)
    assert sum(value for name, value in fates.items() if name.startswith(("capt", "void"))) < 1
    assert {shop.category for shop in known.shops} == {each.name for each in known.categories}


@pytest.mark.parametrize(("count", "days"), [(0, 10), (5, 0), (2_000_000, 10)])
def test_an_impossible_world_is_refused(count: int, days: int) -> None:
    with pytest.raises(InvalidInput):
        draw(count, days=days, seed=1)
