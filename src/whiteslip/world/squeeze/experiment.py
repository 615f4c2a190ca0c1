"""Run the squeeze: for each seed one history, copied for each arm, lived to the end, measured, and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import NamedTuple

from whiteslip.flows.check_books import check_books
from whiteslip.infra.database import Database
from whiteslip.infra.scratch import scratch_database
from whiteslip.risk.liquidity.model import Terms as ForecastTerms
from whiteslip.world.fingerprint import digest
from whiteslip.world.promotion.experiment import opened
from whiteslip.world.promotion.people import cast_of
from whiteslip.world.promotion.terms import shipped as people_terms
from whiteslip.world.squeeze.figures import Figures, measure
from whiteslip.world.squeeze.life import Arm, Squeeze, SqueezeLife, begin, copied
from whiteslip.world.squeeze.terms import Terms

Tell = Callable[[str], None]
Look = Callable[[Squeeze], None]


class Lived(NamedTuple):
    """One seed in every arm, in the order of `Arm`."""

    seed: int
    arms: tuple[Figures, ...]


class Experiment(NamedTuple):
    """All seeds."""

    people: int
    seeds: tuple[Lived, ...]
    seconds: float

    def of(self, arm: Arm) -> list[Figures]:
        """Give the figures of an arm, seed by seed."""
        return [one for lived in self.seeds for one in lived.arms if one.arm is arm]

    @property
    def faults(self) -> list[str]:
        """Name what must not be, by seed and arm."""
        return [f"seed {lived.seed}: {fault}" for lived in self.seeds for fault in faults(lived)]


def faults(lived: Lived) -> Iterator[str]:
    """Name what must not be in a seed, whatever people do."""
    arms = {one.arm: one for one in lived.arms}
    if len({one.eve for one in lived.arms}) > 1:
        yield "the arms did not begin with the same book"
    for arm, one in arms.items():
        yield from (f"{arm}: {problem}" for problem in one.problems)
        if one.paid != one.paying:
            yield f"{arm}: {one.paying - one.paid} repayments were refused"
        if one.got_through:
            yield f"{arm}: {one.got_through} purchases got through a valve that was to refuse them"
    without, with_ = arms.get(Arm.WITHOUT), arms.get(Arm.WITH)
    if with_ is not None and with_.days_below:
        yield f"with: {with_.days_below} days ended below the floor"
    if without is not None and not without.days_below:
        yield "without: no day ended below the floor, so there was no squeeze to stand"
    rehearsed = arms.get(Arm.REHEARSED)
    if without and rehearsed and _path(without) != _path(rehearsed):
        yield "rehearsed: what was only rehearsed changed what happened"


def _path(one: Figures) -> list[int]:
    return [night.liquidity_minor for night in one.nights]


def run(
    server_dsn: str, *, seeds: Sequence[int], people: int, terms: Terms, tell: Tell | None = None
) -> Experiment:
    """Live every seed in every arm on a server where databases may be made; each is dropped once it was measured."""
    started = perf_counter()
    lived: list[Lived] = []
    for seed in seeds:
        lived.append(live_seed(server_dsn, seed, people=people, terms=terms))
        if tell:
            tell(f"seed {seed} lived: {len(lived)} of {len(seeds)}")
    return Experiment(people, tuple(lived), round(perf_counter() - started, 1))


def live_seed(
    server_dsn: str, seed: int, *, people: int, terms: Terms, look: Look | None = None
) -> Lived:
    """Live one seed: the time before once, then every arm in a copy; `look` sees each before it is dropped."""
    cast = cast_of(people, seed=seed, terms=people_terms())
    with scratch_database(server_dsn, f"squeeze_{seed}") as before:
        with opened(before) as database:
            life = begin(database, cast, terms)
        return Lived(
            seed, tuple(live_arm(server_dsn, before, life, (arm, terms), look) for arm in Arm)
        )


def live_arm(
    server_dsn: str,
    before: str,
    life: SqueezeLife,
    squeeze: tuple[Arm, Terms],
    look: Look | None = None,
    *,
    forecasting: ForecastTerms | None = None,
) -> Figures:
    """Live one arm in a copy of the book as it stood before."""
    arm, terms = squeeze
    prefix = f"squeeze_{life.cast.seed}_{arm}"
    with scratch_database(server_dsn, prefix, copy_of=before) as copy, opened(copy) as database:
        eve = database.read(digest)
        lived = Squeeze(copied(life, database), arm, terms, forecasting=forecasting)
        lived.run()
        found = measured(database, lived, eve=eve)
        if look:
            look(lived)
        return found


def measured(database: Database, squeeze: Squeeze, *, eve: str = "") -> Figures:
    """Check the book of an arm and measure it."""
    problems = database.read(check_books).problems
    return database.read(lambda db: measure(db, squeeze, eve=eve, problems=problems))
