"""Run the experiment: for each seed one history, copied for each arm, lived to the end, measured, and checked."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from time import perf_counter
from typing import NamedTuple

from whiteslip.flows.check_books import check_books
from whiteslip.infra.database import Database
from whiteslip.infra.scratch import scratch_database, unsynced
from whiteslip.world.fingerprint import digest
from whiteslip.world.promotion.arms import Arm
from whiteslip.world.promotion.figures import Figures, measure
from whiteslip.world.promotion.life import Life, history
from whiteslip.world.promotion.people import cast_of
from whiteslip.world.promotion.sale import Sale
from whiteslip.world.promotion.terms import Terms, vary

Tell = Callable[[str], None]
Look = Callable[[Arm, Database], None]


class Lived(NamedTuple):
    """One seed in all its arms, in the order asked."""

    seed: int
    arms: tuple[Figures, ...]
    seconds: float


class Experiment(NamedTuple):
    """All seeds: `of(arm)` gives an arm's figures in the order of the seeds."""

    arms: tuple[Arm, ...]
    shoppers: int
    budget_minor: int
    seeds: tuple[Lived, ...]
    seconds: float

    def of(self, arm: str) -> list[Figures]:
        """Give the figures of an arm, seed by seed."""
        place = [one.label for one in self.arms].index(arm)
        return [lived.arms[place] for lived in self.seeds]

    @property
    def faults(self) -> list[str]:
        """Name what must not be, by seed and arm."""
        return [fault for lived in self.seeds for fault in self._faults(lived)]

    def _faults(self, lived: Lived) -> Iterator[str]:
        if len({one.eve for one in lived.arms}) > 1:
            yield f"seed {lived.seed}: the arms did not begin with the same book"
        for arm, one in zip(self.arms, lived.arms, strict=True):
            for text in faults(arm, one, budget_minor=self.budget_minor):
                yield f"seed {lived.seed}, {arm.label}: {text}"


def faults(arm: Arm, one: Figures, *, budget_minor: int) -> Iterator[str]:
    """Name what must not be in an arm: it says something of the platform, whatever people do."""
    yield from one.problems
    if arm.notices and one.returned_untold:
        yield f"{one.returned_untold} limits returned without notice"
    if one.granted_minor > budget_minor:
        yield f"granted {one.granted_minor} of a budget of {budget_minor}"
    if one.ways_beyond_limit:
        yield f"{one.ways_beyond_limit} ways that were offered did not fit the line"
    if arm.ways and (failed := one.ways_asked - one.ways_sold):
        yield f"{failed} ways that were offered were not granted"


def run(
    server_dsn: str,
    *,
    arms: Sequence[Arm],
    seeds: Sequence[int],
    shoppers: int,
    terms: Terms,
    workers: int = 1,
    tell: Tell | None = None,
) -> Experiment:
    """Run every seed in every arm on a server where databases may be made; each is dropped after it was measured."""
    started = perf_counter()
    one = partial(live_seed, server_dsn, arms=tuple(arms), shoppers=shoppers, terms=terms)
    lived: dict[int, Lived] = {}
    for done in _each(one, seeds, workers):
        lived[done.seed] = done
        if tell:
            tell(f"seed {done.seed} lived in {len(arms)} arms: {len(lived)} of {len(seeds)}")
    ordered = tuple(lived[seed] for seed in seeds)
    budget_minor = terms.grants.budget_minor(shoppers)
    seconds = round(perf_counter() - started, 1)
    return Experiment(tuple(arms), shoppers, budget_minor, ordered, seconds)


def _each(one: Callable[[int], Lived], seeds: Sequence[int], workers: int) -> Iterator[Lived]:
    if workers == 1 or len(seeds) == 1:
        yield from map(one, seeds)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for future in as_completed([pool.submit(one, seed) for seed in seeds]):
            yield future.result()


def live_seed(
    server_dsn: str, seed: int, *, arms: Sequence[Arm], shoppers: int, terms: Terms
) -> Lived:
    """Live one seed: the time before once, then every arm in a copy of the book."""
    started = perf_counter()
    cast = cast_of(shoppers, seed=seed, terms=terms)
    with scratch_database(server_dsn, f"promotion_{seed}") as before:
        with opened(before) as database:
            life = history(database, cast, terms)
        lived = tuple(live_arm(server_dsn, before, life, arm) for arm in arms)
    return Lived(seed, lived, round(perf_counter() - started, 1))


def live_arm(
    server_dsn: str, before: str, life: Life, arm: Arm, look: Look | None = None
) -> Figures:
    """Live one arm in a copy of the book as it stood before; `look` sees the copy before it is dropped."""
    prefix = f"promotion_{life.cast.seed}_{arm.name}"
    with scratch_database(server_dsn, prefix, copy_of=before) as copy, opened(copy) as database:
        eve = database.read(digest)
        terms = vary(life.terms, arm.varies) if arm.varies else life.terms
        sale = Sale(life.moved_to(database, terms), arm)
        sale.run()
        problems = database.read(check_books).problems
        found = database.read(
            lambda db: measure(
                db,
                terms,
                problems=problems,
                eve=eve,
                choices=sale.choices,
            )
        )
        if look:
            look(arm, database)
        return found


@contextmanager
def opened(dsn: str) -> Generator[Database]:
    """Open a book of the experiment."""
    unhurried = unsynced(dsn)
    with Database(
        unhurried, max_size=4, statement_timeout_ms=0, application_name="whiteslip 618"
    ) as one:
        yield one
