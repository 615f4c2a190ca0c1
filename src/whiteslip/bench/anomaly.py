"""What it costs to compare purchases with habits and the network: the same batches with and without, taking turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from whiteslip.bench.book import MadeBook
from whiteslip.bench.figures import Fact
from whiteslip.bench.purchases import buy, requests_of
from whiteslip.flows.checkout import Looks, PurchaseRequest
from whiteslip.flows.end_of_day import STEPS
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.sql import Sql

sql = Sql(__package__)

WAYS: Final[Mapping[str, Looks]] = {
    "without": Looks(at_habits=False, at_network=False),
    "habits": Looks(at_habits=True, at_network=False),
    "habits_and_network": Looks(at_habits=True, at_network=True),
}
ONE_IN_IS_NEW: Final = 33
"""So many requests come with a device their person never had: about 3 %."""
WARMUP: Final = 8
"""Batches of each way that are not counted: plans are made and pages come into memory."""
BETWEEN: Final = timedelta(minutes=18)
BOUGHT_BY_NIGHT: Final = 5
"""A night comes when one line in so many has bought: on average one request in ten meets what is not kept yet."""
_PROC = Path("/proc")


class Spent(NamedTuple):
    """What one batch took, in seconds; the database's is that of its one backend."""

    wall_s: float
    python_s: float
    backend_s: float

    @property
    def cpu_s(self) -> float:
        """Processor time in all."""
        return self.python_s + self.backend_s


def measure_anomaly(dsn: str, book: MadeBook, *, batch: int, seconds: float) -> dict[str, Fact]:
    """Buy in three ways in turn, a batch each, until the time is over; figures are of the median batch, a purchase."""
    with Database(dsn, max_size=1, application_name="whiteslip bench") as database:
        database.write(lambda db: _make(db, book))
        spent, nights = _take_turns(database, book, batch=batch, seconds=seconds)
    return {**_figures(spent, batch), "anomaly_nights": _of_nights(nights)}


def _make(db: Connection, book: MadeBook) -> None:
    """Give everybody habits, and a network in which what is new is looked up."""
    db.execute("DELETE FROM decisioning.habit")
    db.execute("DELETE FROM risk.network_link")
    told = {"at": book.at, "merchant_id": book.merchant_id, "accounts": book.lines}
    for step in ("fill_habits", "fill_network_links"):
        sql.run(db, step, on=book.on - timedelta(days=1), **told)
    for table in (b"decisioning.habit", b"risk.network_link"):
        db.execute(b"ANALYZE " + table)


class Night(NamedTuple):
    """A fold of habits: how many moved, and the processor time of the database for it."""

    moved: int
    backend_s: float


def _take_turns(
    database: Database, book: MadeBook, *, batch: int, seconds: float
) -> tuple[dict[str, list[Spent]], list[Night]]:
    pid = database.read(lambda db: db.info.backend_pid)
    spent: dict[str, list[Spent]] = {name: [] for name in WAYS}
    nights: list[Night] = []
    names, number = list(WAYS), 0
    every = max(1, book.lines // BOUGHT_BY_NIGHT // batch)
    ends = time.perf_counter() + seconds
    while number < len(names) * (WARMUP + 3) or time.perf_counter() < ends:
        # each way goes first as often as the others, and the clock moves on so that nobody seems to be in a hurry
        turn, place = divmod(number, len(names))
        name = names[(place + turn) % len(names)]
        calls, requests = requests_of(book, number, batch)
        requests = _renewed(requests, number)
        at = book.at + number * BETWEEN
        buying = partial(buy, database, calls, requests, at=at, looks=WAYS[name])
        spent[name].append(_measured(pid, buying))
        number += 1
        if number % every == 0:
            nights.append(_night(pid, database, book))
    return {name: some[WARMUP:] for name, some in spent.items()}, nights


def _night(pid: int, database: Database, book: MadeBook) -> Night:
    """Keep everybody's habits; it is no part of what a purchase costs, and told beside it."""
    (keep,) = [step for step in STEPS if step.name == "keep habits"]
    before = _backend_s(pid)
    moved = database.write(
        lambda db: keep.run(db, first=0, last=book.lines, business_date=book.on, at=book.at)
    )
    return Night(moved, _backend_s(pid) - before)


def _of_nights(nights: Sequence[Night]) -> Fact:
    moved = sum(one.moved for one in nights)
    spent = sum(one.backend_s for one in nights)
    return {
        "nights": len(nights),
        "habits": moved,
        "us_postgresql_each": round(spent / moved * 1e6, 2) if moved else 0.0,
    }


def _renewed(requests: Sequence[PurchaseRequest], number: int) -> list[PurchaseRequest]:
    """Let a few of a batch come with a device of nobody's."""
    unheard = 2_000_000_000 + number * len(requests)
    return [
        one if index % ONE_IN_IS_NEW else one._replace(device=unheard + index)
        for index, one in enumerate(requests)
    ]


def _measured(pid: int, work: Callable[[], object]) -> Spent:
    backend, python, wall = _backend_s(pid), time.process_time(), time.perf_counter()
    work()
    return Spent(
        time.perf_counter() - wall, time.process_time() - python, _backend_s(pid) - backend
    )


def _figures(spent: Mapping[str, list[Spent]], batch: int) -> dict[str, Fact]:
    def us(name: str, what: str) -> float:
        return round(median(getattr(one, what) for one in spent[name]) / batch * 1e6, 2)

    def added(name: str, what: str) -> float:
        before = us("without", what)
        return round(us(name, what) / before - 1, 4) if before else 0.0

    figures: dict[str, Fact] = {
        f"anomaly_{name}": {
            "batches": len(spent[name]),
            "us_wall_each": us(name, "wall_s"),
            "us_python_each": us(name, "python_s"),
            "us_postgresql_each": us(name, "backend_s"),
            "us_cpu_each": us(name, "cpu_s"),
        }
        for name in WAYS
    }
    figures["anomaly_adds"] = {
        f"{name}_by_{word}": added(name, what)
        for name in list(WAYS)[1:]
        for word, what in (("cpu", "cpu_s"), ("wall", "wall_s"))
    }
    return figures


def _backend_s(pid: int) -> float:
    """Return the processor time of a backend, to the nanosecond; 0 where the system does not tell."""
    try:
        return int((_PROC / str(pid) / "schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0
