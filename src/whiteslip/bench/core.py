"""One core for a measurement that is told as "a core": the process is bound to it meanwhile."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Timing(NamedTuple):
    """The shortest of some rounds, in seconds by the wall clock and of processor time."""

    wall_s: float
    cpu_s: float


@contextmanager
def one_core() -> Generator[str]:
    """Bind this process, and the threads it starts meanwhile, to one core; yields what was done, in words."""
    if not hasattr(os, "sched_setaffinity"):
        yield "not bound to a core: this system has no word for it"
        return
    before = os.sched_getaffinity(0)
    core = max(before)
    os.sched_setaffinity(0, {core})
    try:
        yield f"one process bound to core {core} (sched_setaffinity), threads of libraries included"
    finally:
        os.sched_setaffinity(0, before)


def best(work: Callable[[], object], *, rounds: int) -> Timing:
    """Run work some times and return the shortest; what other programs do only ever adds."""
    wall: list[float] = []
    cpu: list[float] = []
    for _ in range(rounds):
        used, began = time.process_time(), time.perf_counter()
        work()
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    return Timing(min(wall), min(cpu))


def median_us(works: list[Callable[[], object]]) -> float:
    """Run each once, after warming up by the first, and return the median in microseconds."""
    works[0]()
    taken: list[int] = []
    for work in works:
        began = time.perf_counter_ns()
        work()
        taken.append(time.perf_counter_ns() - began)
    return round(sorted(taken)[len(taken) // 2] / 1000, 2)
