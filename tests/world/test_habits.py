"""When simulated people mean to pay: a statement that comes before the last one is due makes nobody forget it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from whiteslip.world.habits import EPOCH, Habits
from whiteslip.world.shoppers import Ints, draw, terms
from whiteslip.world.wallets import Wallets

PEOPLE = 400
FIRST = date(2026, 2, 1)
"""A statement of 1 February is due on 2 March, a day after the next one."""


def wallets(statement: date) -> Wallets:
    def column(value: int) -> Ints:
        return np.full(PEOPLE, value, np.int64)

    stated = (statement - EPOCH).days
    bill = column(1_000)
    return Wallets(
        level=column(0), credit=column(0), available=column(500_000), billed=bill,
        overdue=column(0), payable=bill.copy(), statement=column(stated), due=column(stated + 29),
        minimum=column(100),
    )  # fmt: skip


def paid_by(due: date, *, keeps_plans: bool) -> float:
    """Say which share of people have paid the statement of February by its due date."""
    shoppers = draw(PEOPLE, days=60, seed=1)
    people = Habits(shoppers, terms(), np.random.default_rng(7), keeps_plans=keeps_plans)
    people.cash[:] = 10_000_000
    paid = np.zeros(PEOPLE, np.bool_)
    on = FIRST
    while on <= due:
        seen = wallets(FIRST if on.month == FIRST.month else date(2026, 3, 1))
        paid[people.payments(seen, on).who] = True
        on += timedelta(days=1)
    return float(paid.mean())


@pytest.mark.parametrize("keeps_plans", [True, False])
def test_in_a_february_the_earlier_day_stays_where_plans_are_kept(keeps_plans: bool) -> None:
    share = paid_by(date(2026, 3, 2), keeps_plans=keeps_plans)

    assert (share > 0.97) is keeps_plans
