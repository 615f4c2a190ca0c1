"""The people of a demonstration, who go on paying and buying while the clock of its sandbox is moved."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import count

import numpy as np
import structlog

from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.sql import Sql
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.world.habits import Habits
from whiteslip.world.shoppers import draw, terms
from whiteslip.world.simulate import World

sql = Sql(__package__)
log = structlog.get_logger("whiteslip.world")


class Neighbors:
    """One book's people; they are met at the first day lived, and a book without them is left alone.

    They are the same people with the same habits, drawn from the world's seed; what each had saved is begun anew, as a
    book does not know it. Whoever joined by a page is not one of them.
    """

    def __init__(self, *, seed: int, days: int) -> None:
        self._seed = seed
        self._days = days
        self._met: tuple[World, date] | None = None

    def live(self, database: Database, on: date) -> None:
        """Live through one day, up to its close; what people at the pages made impossible is left out."""
        self._met = self._met or database.read(lambda db: self._meet(db, database, on))
        if self._met is None:
            return
        world, since = self._met
        try:
            world.spend((on - since).days, on)
        except WhiteslipError as error:
            log.warning("the neighbors broke off a day", on=str(on), cause=str(error))

    def _meet(self, db: Connection, database: Database, on: date) -> tuple[World, date] | None:
        found = sql.many(db, "read_neighbors", references=f"world-{self._seed}-%")
        if not found:
            return None
        shoppers = draw(max(each.number for each in found), days=self._days, seed=self._seed)
        rng = np.random.default_rng([self._seed, on.toordinal()])
        habits = Habits(shoppers, terms(), rng, keeps_plans=True)
        clock = FixedClock(datetime.combine(on, time(), ZONE))
        world = World(database, shoppers, habits, rng, clock, self._seed)
        for each in found:
            world.customers[each.number - 1] = each.customer_id
            world.lines[each.number - 1] = each.line_id
        world.know_shops(range(1, len(terms().shops) + 1))
        world.orders = count(sql.one(db, "last_order").number + 1)
        return world, min(each.opened_on for each in found)
