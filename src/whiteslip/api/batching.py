"""Lanes: bounded queues before a few worker threads; concurrent requests of one kind are executed as one batch."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Generic, TypeVar

import structlog

from whiteslip.api import problems
from whiteslip.infra import idempotency, metrics
from whiteslip.infra.clock import Clock
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.idempotency import Call, Response
from whiteslip.kernel.errors import Unavailable, WhiteslipError

T = TypeVar("T")
R = TypeVar("R")
Flow = Callable[[Connection, Sequence[T], datetime], Sequence[Response]]
"""Executes the requests in the caller's transaction and answers each, in their order."""

log = structlog.get_logger("whiteslip.api")

_FULL = problems.problem("too_many_requests", "the queue is full; nothing was done, try again")
_LATE = problems.problem("deadline_passed", "the deadline passed in the queue; nothing was done")
_UNKNOWN = problems.problem(
    "outcome_unknown",
    "the deadline passed while the request was executed; repeat it with the same idempotency key",
)
_FAULT = problems.problem(
    "unavailable",
    "an unexpected fault; nothing was changed and nothing was decided, try again",
)
_STOPPED = problems.problem("unavailable", "the server is stopping; nothing was done, try again")


@dataclass(frozen=True, slots=True)
class Limits:
    """How a lane queues: at most `batch` requests a transaction, at most `capacity` waiting or running."""

    workers: int
    batch: int
    capacity: int
    gather_s: float = 0.002


class _Item(Generic[T]):
    __slots__ = ("call", "deadline", "future", "request", "started")

    def __init__(
        self, call: Call, request: T, future: asyncio.Future[Response], deadline: float | None
    ) -> None:
        self.call = call
        self.request = request
        self.future = future
        self.deadline = deadline
        self.started = False

    def give_up(self) -> None:
        """The deadline has passed; what has not begun by now never will."""
        _settle(self.future, _UNKNOWN if self.started else _LATE)


class Batcher(Generic[T]):
    """Collects concurrent requests and executes them as one batch, one transaction, one commit.

    Up to `workers` batches are under way, so that one fills while another commits. A request that raises is found by
    halving its batch, so it cannot fail the others.
    """

    def __init__(
        self, name: str, flow: Flow[T], limits: Limits, *, database: Database, clock: Clock
    ) -> None:
        self._name = name
        self._flow = flow
        self._limits = limits
        self._database = database
        self._clock = clock
        self._waiting: deque[_Item[T]] = deque()
        self._running = 0
        self._pending = 0
        self._timer: asyncio.TimerHandle | None = None
        self._pool = ThreadPoolExecutor(limits.workers, thread_name_prefix=f"lane-{name}")
        self._size = metrics.BATCH_SIZE.labels(name)
        self._seconds = metrics.BATCH_SECONDS.labels(name)
        self._turned_away = metrics.TURNED_AWAY.labels(name)
        metrics.QUEUED.labels(name).set_function(lambda: self._pending)

    @property
    def is_full(self) -> bool:
        """Tell whether the next request would be turned away."""
        return self._pending >= self._limits.capacity

    def submit(
        self, call: Call, request: T, *, wait_s: float | None = None
    ) -> asyncio.Future[Response]:
        """Queue a request; the future is always answered, at once when the lane is full."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Response] = loop.create_future()
        if self._pending >= self._limits.capacity:
            self._turned_away.inc()
            future.set_result(_FULL)
            return future
        self._pending += 1
        deadline = None if wait_s is None else loop.time() + wait_s
        item = _Item(call, request, future, deadline)
        if deadline is not None:
            loop.call_at(deadline, item.give_up)
        self._waiting.append(item)
        if self._running < self._limits.workers:
            self._gather(loop)
        return future

    def close(self) -> None:
        """Finish what is being executed and answer what waits with a problem."""
        while self._waiting:
            _settle(self._waiting.popleft().future, _STOPPED)
        self._pool.shutdown(wait=True)

    def _gather(self, loop: asyncio.AbstractEventLoop) -> None:
        if len(self._waiting) >= self._limits.batch:
            self._start(loop)
        elif self._timer is None:
            self._timer = loop.call_later(self._limits.gather_s, self._start, loop)

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hand the oldest requests to a free worker."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._waiting or self._running >= self._limits.workers:
            return
        batch = self._take(loop.time())
        if not batch:
            return
        self._running += 1
        try:
            self._pool.submit(self._work, loop, batch)
        except RuntimeError:  # the pool was shut down
            self._finish(loop, batch, [_STOPPED] * len(batch))

    def _take(self, now: float) -> list[_Item[T]]:
        batch: list[_Item[T]] = []
        while self._waiting and len(batch) < self._limits.batch:
            item = self._waiting.popleft()
            if item.future.done() or (item.deadline is not None and item.deadline <= now):
                self._pending -= 1
                _settle(item.future, _LATE)
            else:
                item.started = True
                batch.append(item)
        return batch

    def _work(self, loop: asyncio.AbstractEventLoop, batch: list[_Item[T]]) -> None:
        began = perf_counter()
        responses = self._execute(batch)
        self._size.observe(len(batch))
        self._seconds.observe(perf_counter() - began)
        loop.call_soon_threadsafe(self._finish, loop, batch, responses)

    def _finish(
        self,
        loop: asyncio.AbstractEventLoop,
        batch: list[_Item[T]],
        responses: Sequence[Response],
    ) -> None:
        self._running -= 1
        self._pending -= len(batch)
        if self._waiting:
            self._gather(loop)
        for item, response in zip(batch, responses, strict=True):
            if not item.future.done():
                item.future.set_result(response)

    def _execute(self, batch: Sequence[_Item[T]]) -> list[Response]:
        """Answer every request; a fault is never a refusal of credit."""
        try:
            return self._attempt(batch)
        except Unavailable as error:
            return [problems.of_error(error)] * len(batch)
        except Exception as error:
            if len(batch) == 1:
                return [self._explain(error)]
        half = len(batch) // 2
        return self._execute(batch[:half]) + self._execute(batch[half:])

    def _attempt(self, batch: Sequence[_Item[T]]) -> list[Response]:
        calls = [item.call for item in batch]
        at = self._clock.now()

        def work(db: Connection) -> list[Response]:
            def act(fresh: Sequence[int]) -> Sequence[Response]:
                return self._flow(db, [batch[index].request for index in fresh], at)

            return idempotency.once(db, calls, act, at=at)

        return self._database.write(work)

    def _explain(self, error: Exception) -> Response:
        if isinstance(error, WhiteslipError) and error.code != "invariant_broken":
            return problems.of_error(error)
        log.error("request.failed", lane=self._name, error=type(error).__name__, exc_info=error)
        return _FAULT


class Lane:
    """A bounded queue before worker threads, for work that is not batched: reading."""

    def __init__(self, name: str, *, workers: int, capacity: int) -> None:
        self._capacity = capacity
        self._pending = 0
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=f"lane-{name}")
        self._turned_away = metrics.TURNED_AWAY.labels(name)
        metrics.QUEUED.labels(name).set_function(lambda: self._pending)

    async def run(self, work: Callable[[], R]) -> R:
        """Do the work on a thread of the lane; raises a problem at once when the lane is full."""
        if self._pending >= self._capacity:
            self._turned_away.inc()
            raise problems.ProblemError("too_many_requests", "the queue is full; try again")
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._pending -= 1

    def close(self) -> None:
        """Finish what is being executed."""
        self._pool.shutdown(wait=True)


def _settle(future: asyncio.Future[Response], response: Response) -> None:
    if not future.done():
        future.set_result(response)
