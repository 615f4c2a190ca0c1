"""Run the experiment: every seed lived in every arm on a database of its own, measured, and put together over seeds."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from functools import partial
from math import isnan, nan, sqrt
from multiprocessing import get_context
from statistics import fmean, stdev
from time import perf_counter
from typing import NamedTuple

from scipy.special import stdtrit

from whiteslip.infra.database import Database
from whiteslip.infra.scratch import scratch_database, unsynced
from whiteslip.world.threats.arms import Arm
from whiteslip.world.threats.cast import cast_of
from whiteslip.world.threats.figures import INDICATOR, Figures, measure
from whiteslip.world.threats.labels import FRAUD
from whiteslip.world.threats.life import Life
from whiteslip.world.threats.records import read_records
from whiteslip.world.threats.terms import Terms

Tell = Callable[[str], None]
Look = Callable[[Life], None]
_CONFIDENCE = 0.975


class Lived(NamedTuple):
    """One seed in one arm; `phases` tells where its time went."""

    seed: int
    arm: str
    figures: Figures
    seconds: float
    phases: dict[str, float]


class World(NamedTuple):
    """How large it is."""

    shoppers: int
    days: int


class Experiment(NamedTuple):
    """All seeds; on the first of `tuned` thresholds were chosen, and it is left out of every mean."""

    world: World
    arms: tuple[Arm, ...]
    seeds: tuple[int, ...]
    lived: tuple[Lived, ...]
    tuned: tuple[int, ...]
    seconds: float

    def of(self, arm: str) -> list[Figures]:
        """Give the figures of an arm by seed, without the seeds that thresholds were chosen on."""
        by_seed = {one.seed: one.figures for one in self.lived if one.arm == arm}
        return [by_seed[seed] for seed in self.seeds if seed not in self.tuned and seed in by_seed]

    @property
    def faults(self) -> list[str]:
        """Name what must not be, by seed and arm."""
        return [
            f"seed {one.seed}, {one.arm}: {problem}"
            for one in self.lived
            for problem in one.figures.problems
        ]


class Interval(NamedTuple):
    """A mean over seeds with its 95 % interval by Student's t; one seed has none."""

    mean: float
    low: float
    high: float


def run(
    server_dsn: str,
    *,
    world: World,
    arms: Sequence[Arm],
    seeds: Sequence[int],
    tuned: Sequence[int],
    terms: Terms,
    workers: int = 1,
    tell: Tell | None = None,
    known: Sequence[Lived] = (),
    keep: Callable[[Lived], None] | None = None,
) -> Experiment:
    """Live every seed in every arm that is not `known`; `keep` is called with each as it ends."""
    started = perf_counter()
    one = partial(live_arm, server_dsn, world=world, terms=terms)
    wanted = [(seed, arm) for seed in seeds for arm in arms]
    lived = [one for one in known if any(one[:2] == (seed, arm.name) for seed, arm in wanted)]
    done_before = {each[:2] for each in lived}
    jobs = [job for job in wanted if (job[0], job[1].name) not in done_before]
    for done in _each(one, jobs, workers):
        lived.append(done)
        if keep:
            keep(done)
        if tell:
            tell(f"seed {done.seed} lived, {done.arm}: {len(lived)} of {len(wanted)}")
    lived.sort(key=lambda each: (each.seed, each.arm))
    seconds = round(perf_counter() - started, 1)
    return Experiment(world, tuple(arms), tuple(seeds), tuple(lived), tuple(tuned), seconds)


def _each(
    one: Callable[[int, Arm], Lived], jobs: Sequence[tuple[int, Arm]], workers: int
) -> Iterator[Lived]:
    if workers == 1 or len(jobs) <= 1:
        yield from (one(*job) for job in jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for future in as_completed([pool.submit(one, *job) for job in jobs]):
            yield future.result()


def live_arm(
    server_dsn: str,
    seed: int,
    arm: Arm,
    *,
    world: World,
    terms: Terms,
    look: Look | None = None,
    progress: Callable[[int], None] | None = None,
) -> Lived:
    """Live one arm of a seed to its end and measure it; `look` sees the book before it is dropped."""
    started = perf_counter()
    cast = cast_of(world.shoppers, days=world.days, seed=seed, terms=terms)
    name = f"threats_{seed}_{arm.name.replace('-', '_')}"
    with scratch_database(server_dsn, name) as dsn, opened(dsn) as database:
        life = Life(database, cast, arm)
        life.begin()
        for day in range(world.days):
            life.live(day)
            if progress:
                progress(day)
        planted = {
            int(life.customers[who])
            for one in cast.labels.episodes
            if one.kind in FRAUD
            for who in one.who
            if life.customers[who]
        }
        records = database.read(
            lambda db: read_records(db, life.desk.place, sorted(planted), indicator=INDICATOR)
        )
        if look:
            look(life)
    phases = {name: round(spent, 1) for name, spent in life.seconds.items()}
    seconds = round(perf_counter() - started, 1)
    return Lived(seed, arm.name, measure(cast, records), seconds, phases)


@contextmanager
def opened(dsn: str) -> Generator[Database]:
    """Open a book of the experiment."""
    with Database(
        unsynced(dsn), max_size=4, statement_timeout_ms=0, application_name="whiteslip threats"
    ) as one:
        yield one


def interval(values: Sequence[float]) -> Interval:
    """Average over seeds; a seed in which there was nothing to measure is left out."""
    known = [one for one in values if not isnan(one)]
    if not known:
        return Interval(nan, nan, nan)
    middle = fmean(known)
    if len(known) == 1:
        return Interval(middle, nan, nan)
    half = float(stdtrit(len(known) - 1, _CONFIDENCE)) * stdev(known) / sqrt(len(known))
    return Interval(middle, middle - half, middle + half)
