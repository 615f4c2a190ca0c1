"""Tiny planted worlds: dense enough that every kind of fraud befalls some of a hundred people within ten weeks."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from msgspec.structs import replace

from whiteslip.infra.database import Database
from whiteslip.infra.scratch import scratch_database
from whiteslip.world.threats.arms import Arm
from whiteslip.world.threats.cast import Cast, cast_of
from whiteslip.world.threats.experiment import World, opened
from whiteslip.world.threats.life import Life
from whiteslip.world.threats.terms import Terms, shipped

TINY = World(shoppers=140, days=70)
SEED = 4


def dense() -> Terms:
    """Plant as much as there is room for."""
    terms = shipped()
    return replace(
        terms,
        fraud=replace(
            terms.fraud, rings=70.0, takeovers=350.0, cash_outs=200.0, quiet_start_days=20
        ),
        ring=replace(terms.ring, warms_days=(4, 10), limit_minor=(800_000, 900_000)),
        events=replace(terms.events, moved=0.9, new_phone=0.9, wedding=0.5, birth=0.5),
        groups=replace(terms.groups, families=20.0, dormitories=16.0, tablets=8.0),
    )


def cast() -> Cast:
    """Draw the people of the tiny world, anew for each life that is to be lived."""
    return cast_of(TINY.shoppers, days=TINY.days, seed=SEED, terms=dense())


@contextmanager
def book(server_dsn: str) -> Generator[Database]:
    """Open a book to live in."""
    with scratch_database(server_dsn, "ws_test_threats") as dsn, opened(dsn) as database:
        yield database


def live(life: Life, *, days: int = TINY.days) -> Life:
    """Live so many days."""
    life.begin()
    for day in range(days):
        life.live(day)
    return life


def lived(database: Database, people: Cast, arm: Arm) -> Life:
    """Live a whole arm."""
    return live(Life(database, people, arm), days=people.days)
