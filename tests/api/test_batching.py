"""Lanes: concurrent requests share a transaction, a fault stays alone, a full queue says so at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from threading import Event
from time import perf_counter

import msgspec
import pytest

from whiteslip.api.batching import Batcher, Lane, Limits
from whiteslip.api.problems import ProblemError
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.idempotency import Call, Response
from whiteslip.kernel.errors import Conflict, Unavailable

LIMITS = Limits(workers=2, batch=16, capacity=64)


class Writing:
    """A flow that writes its requests down, and stumbles over some of them."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.go = Event()
        self.go.set()

    def __call__(self, db: Connection, requests: Sequence[int], at: datetime) -> list[Response]:
        assert self.go.wait(10)
        self.batches.append(len(requests))
        for number in requests:
            db.execute("INSERT INTO effect VALUES (%s)", (number,))
            match number:
                case -1:
                    raise ZeroDivisionError("poison")
                case -2:
                    raise Conflict("not now")
                case -3:
                    raise Unavailable("no database")
                case _:
                    pass
        return [Response(201, b"%d" % number) for number in requests]


def effects(database: Database) -> list[int]:
    return [row[0] for row in database.read(lambda db: db.execute("TABLE effect").fetchall())]


@pytest.fixture
def database(database: Database) -> Database:
    database.write(lambda db: db.execute("CREATE TABLE effect (number int)"))
    return database


def run(
    database: Database, flow: Writing, numbers: Sequence[int], limits: Limits = LIMITS
) -> list[Response]:
    async def submit() -> list[Response]:
        lane = Batcher("tested", flow, limits, database=database, clock=MachineClock())
        calls = [Call(1, f"k{index}", b"h") for index in range(len(numbers))]
        futures = [lane.submit(call, number) for call, number in zip(calls, numbers, strict=True)]
        try:
            return await asyncio.gather(*futures)
        finally:
            lane.close()

    return asyncio.run(submit())


def code(response: Response) -> str:
    return str(msgspec.json.decode(response.body)["code"])


def test_concurrent_requests_share_transactions(database: Database) -> None:
    flow = Writing()

    answers = run(database, flow, range(40))

    assert [int(answer.body) for answer in answers] == list(range(40))
    assert max(flow.batches) == 16
    assert len(flow.batches) <= 4
    assert sorted(effects(database)) == list(range(40))


def test_a_request_that_raises_fails_alone(database: Database) -> None:
    answers = run(database, Writing(), [1, 2, -1, 3, -2, 4, 5])

    assert [answer.status for answer in answers] == [201, 201, 503, 201, 409, 201, 201]
    assert code(answers[2]) == "unavailable"
    assert code(answers[4]) == "conflict"
    assert sorted(effects(database)) == [1, 2, 3, 4, 5]


def test_when_nothing_answers_nobody_is_refused_credit(database: Database) -> None:
    answers = run(database, Writing(), [1, -3, 2])

    assert {(answer.status, code(answer)) for answer in answers} == {(503, "unavailable")}
    assert effects(database) == []


def test_a_full_lane_turns_away_at_once(database: Database) -> None:
    flow = Writing()
    flow.go.clear()

    async def overload() -> tuple[list[Response], float]:
        limits = Limits(workers=1, batch=4, capacity=8)
        lane = Batcher("tested", flow, limits, database=database, clock=MachineClock())
        futures = [lane.submit(Call(1, f"k{n}", b"h"), n) for n in range(50)]
        began = perf_counter()
        turned_away = await asyncio.gather(*futures[8:])
        took = perf_counter() - began
        flow.go.set()
        served = await asyncio.gather(*futures[:8])
        lane.close()
        return [*served, *turned_away], took

    answers, took = asyncio.run(overload())
    assert [answer.status for answer in answers] == [201] * 8 + [429] * 42
    assert took < 0.05
    assert sorted(effects(database)) == list(range(8))


def test_a_deadline_that_passes_in_the_queue_leaves_nothing_behind(database: Database) -> None:
    flow = Writing()
    flow.go.clear()

    async def wait() -> list[Response]:
        limits = Limits(workers=1, batch=1, capacity=8, gather_s=0)
        lane = Batcher("tested", flow, limits, database=database, clock=MachineClock())
        first = lane.submit(Call(1, "a", b"h"), 1, wait_s=0.1)
        await asyncio.sleep(0.02)
        second = lane.submit(Call(1, "b", b"h"), 2, wait_s=0.1)
        answers = [await first, await second]
        flow.go.set()
        await asyncio.sleep(0.1)
        lane.close()
        return answers

    running, queued = asyncio.run(wait())
    assert (running.status, code(running)) == (503, "outcome_unknown")
    assert (queued.status, code(queued)) == (503, "deadline_passed")
    assert effects(database) == [1]


def test_a_closed_lane_answers_what_waits(database: Database) -> None:
    async def close() -> Response:
        lane = Batcher("tested", Writing(), LIMITS, database=database, clock=MachineClock())
        future = lane.submit(Call(1, "a", b"h"), 1)
        lane.close()
        return await future

    assert code(asyncio.run(close())) == "unavailable"
    assert effects(database) == []


def test_a_full_reading_lane_turns_away() -> None:
    async def overload() -> list[int | BaseException]:
        lane = Lane("tested", workers=1, capacity=2)
        go = Event()
        waiting = [asyncio.ensure_future(lane.run(lambda: int(go.wait(10)))) for _ in range(3)]
        await asyncio.sleep(0.02)
        go.set()
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        lane.close()
        return answers

    first, second, third = asyncio.run(overload())
    assert (first, second) == (1, 1)
    assert isinstance(third, ProblemError)
    assert third.response.status == 429
