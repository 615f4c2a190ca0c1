"""Checkout: purchases through the whole durable path, in batches, from one process and from two."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from datetime import timedelta
from hashlib import blake2b
from multiprocessing.synchronize import Barrier
from queue import Empty
from threading import BrokenBarrierError
from typing import Any, NamedTuple

from whiteslip.bench.anomaly import measure_anomaly
from whiteslip.bench.audit import audit
from whiteslip.bench.book import MadeBook, line_id, make_book
from whiteslip.bench.figures import Case, Report, latency
from whiteslip.bench.ground import Ground
from whiteslip.bench.purchases import CALLER, buy
from whiteslip.bench.usage import Meter, Usage
from whiteslip.bench.yardstick import measure_yardstick
from whiteslip.flows.checkout import PurchaseRequest
from whiteslip.infra.database import Database
from whiteslip.infra.idempotency import Call, Response
from whiteslip.kernel.errors import Unavailable

SWEEP = (64, 256, 500, 1000)
HOT_LINES = 50
ONE_IN_IS_HOT = 50
KINDS = ("authorized", "declined", "referred", "mistaken", "turned_away")
BETWEEN_BATCHES = timedelta(seconds=30)
"""What the clock of the book moves a batch, so that people do not seem to buy all day in one instant."""
_STRIDE = 7919  # a prime, so that a batch's customers are distinct and lie far apart


class Load(NamedTuple):
    """What one process is to do."""

    dsn: str
    book: MadeBook
    worker: int
    batch: int
    seconds: float
    run: str


class Done(NamedTuple):
    """What one process did: answers by kind, how long each batch took, and its processor time."""

    authorized: int
    declined: int
    referred: int
    mistaken: int
    turned_away: int
    waits_s: list[float]
    cpu_s: float
    elapsed_s: float

    @property
    def decided(self) -> int:
        """Purchases that got a verdict."""
        return self.authorized + self.declined + self.referred


def bench_checkout(
    ground: Ground,
    *,
    lines: int,
    seconds: float,
    batch: int,
    connections: int,
    sweep: bool,
    yardstick_s: int,
) -> Report:
    """Measure one connection and `connections`, then check that every key acted once and the books agree."""
    yardstick = measure_yardstick(ground, seconds=yardstick_s)
    with ground.database() as dsn:
        book = make_book(dsn, lines, owing=False, tell=ground.tell)
        _run(ground, dsn, book, batch=batch, connections=connections, seconds=2.0)  # warms up
        plan = [(batch, count) for count in sorted({1, connections})]
        plan += [(size, connections) for size in SWEEP if sweep and size != batch]
        cases = [
            _run(ground, dsn, book, batch=size, connections=count, seconds=seconds)
            for size, count in plan
        ]
        ground.tell("the same with and without habits and the network")
        facts = measure_anomaly(dsn, book, batch=batch, seconds=seconds)
        ground.tell("checking that keys acted once and the books agree")
        faults = audit(dsn)
    return Report("checkout", "purchases", yardstick, cases, facts, faults)


def _run(
    ground: Ground, dsn: str, book: MadeBook, *, batch: int, connections: int, seconds: float
) -> Case:
    ground.tell(f"checkout: batches of {batch} on {connections} connections for {seconds:g} s")
    run = f"{time.monotonic_ns():x}"
    loads = [Load(dsn, book, worker, batch, seconds, run) for worker in range(connections)]
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(connections + 1)
    results: Any = spawn.Queue()
    processes = [
        spawn.Process(target=_worker, args=(load, barrier, results), daemon=True) for load in loads
    ]
    for process in processes:
        process.start()
    try:
        barrier.wait(timeout=60)
        meter = Meter(ground.pid)
        done: list[Done] = [results.get(timeout=seconds + 60) for _ in processes]
        usage = meter.read(elsewhere_s=sum(one.cpu_s for one in done))
        barrier.wait(timeout=60)  # only now may connections close: their backends have been counted
    except (BrokenBarrierError, Empty) as error:
        raise Unavailable("a process that was to buy ended early; it said why") from error
    for process in processes:
        process.join()
    return _case(done, usage._replace(wall_s=max(one.elapsed_s for one in done)), batch)


def _case(done: Sequence[Done], usage: Usage, batch: int) -> Case:
    decided = sum(one.decided for one in done)
    rate = sum(one.decided / one.elapsed_s for one in done)
    facts = {
        "batch": batch,
        "connections": len(done),
        "purchases": decided,
        "authorized": sum(one.authorized for one in done),
        "declined": sum(one.declined for one in done),
        "referred": sum(one.referred for one in done),
        "mistaken": sum(one.mistaken for one in done),
        "turned_away": sum(one.turned_away for one in done),
        "us_python_each": round(usage.ours_s / decided * 1e6, 1) if decided else 0.0,
        "us_postgresql_each": round(usage.database_s / decided * 1e6, 1) if decided else 0.0,
    }
    name = f"{len(done)} conn., {batch} a batch"
    return Case(name, rate, usage, facts, latency([wait for one in done for wait in one.waits_s]))


def _worker(load: Load, barrier: Barrier, results: Any) -> None:
    with Database(load.dsn, max_size=1, application_name="whiteslip bench") as database:
        barrier.wait(timeout=60)
        results.put(keep_buying(database, load))
        barrier.wait(timeout=60)


def keep_buying(database: Database, load: Load) -> Done:
    """Buy batch after batch until the time is over."""
    counts: dict[str, int] = dict.fromkeys(KINDS, 0)
    waits: list[float] = []
    began, cpu = time.perf_counter(), time.process_time()
    number = 0
    while (now := time.perf_counter()) < began + load.seconds:
        calls, requests = batch_of(load, number)
        try:
            answers = buy(database, calls, requests, at=load.book.at + number * BETWEEN_BATCHES)
        except Unavailable:
            counts["turned_away"] += len(calls)
        else:
            for answer in answers:
                counts[_kind(answer)] += 1
            waits.append(time.perf_counter() - now)
        number += 1
    elapsed = time.perf_counter() - began
    return Done(**counts, waits_s=waits, cpu_s=time.process_time() - cpu, elapsed_s=elapsed)


def batch_of(load: Load, number: int) -> tuple[list[Call], list[PurchaseRequest]]:
    """Make requests for distinct customers all over the book, but for a few on lines everybody wants."""
    calls: list[Call] = []
    requests: list[PurchaseRequest] = []
    start = (number * load.batch + load.worker * 50_021) * _STRIDE
    for index in range(load.batch):
        customer_id = 1 + (start + index * _STRIDE) % load.book.lines
        if index % ONE_IN_IS_HOT == 0:
            customer_id = 1 + (number + index) % min(HOT_LINES, load.book.lines)
        key = f"{load.run}-{load.worker}-{number}-{index}"
        digest = blake2b(key.encode(), digest_size=16).digest()
        calls.append(Call(CALLER, key, digest))
        amount = 100 + (number * 31 + index * 17) % 1900
        requests.append(
            PurchaseRequest(
                customer_id,
                line_id(customer_id),
                load.book.merchant_id,
                amount,
                0,
                key[-60:],
                device=customer_id,
                address=customer_id,
            )
        )
    return calls, requests


def _kind(response: Response) -> str:
    if response.status == 503:
        return "turned_away"
    if response.status != 201:
        return "mistaken"
    for kind in ("declined", "referred"):
        if b'"%s"' % kind.encode() in response.body:
            return kind
    return "authorized"
