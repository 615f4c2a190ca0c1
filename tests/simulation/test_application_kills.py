"""Desks killed while they ask, keep and decide: no inquiry is lost, nothing is decided twice."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from subprocess import PIPE, Popen
from time import monotonic, sleep

from tests.api.conftest import served
from tests.credit.applications.worlds import World
from tests.gateways.bureau.processes import bureau_process

from whiteslip.gateways.bureau.people import Behavior
from whiteslip.infra.settings import load

_DESK = """
import sys
from whiteslip.credit.bureau.model import Patience
from whiteslip.gateways.bureau.client import HttpBureau
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Database
from whiteslip.worker.applications import ApplicationDesk
with Database(sys.argv[1], max_size=2) as database:
    desk = ApplicationDesk(database, MachineClock(), HttpBureau(sys.argv[2]), patience=Patience(1, 50, 1, 1, 1, 600, 1))
    print("ready", flush=True)
    sys.stdin.readline()
    while True:
        desk.turn()
"""


_INTERRUPTED = "SELECT 1 FROM credit.bureau_inquiry WHERE status = 'waiting'"


def _wait(ready: Callable[[], bool]) -> None:
    until = monotonic() + 10
    while not ready():
        assert monotonic() < until, "no desk asked anything"
        sleep(0.01)


def _begin(*desks: Popen[bytes]) -> None:
    """Let desks that are ready begin to work."""
    for desk in desks:
        assert desk.stdin is not None
        desk.stdin.write(b"\n")
        desk.stdin.flush()


@contextmanager
def _desk(dsn: str, url: str) -> Generator[Popen[bytes]]:
    process = Popen([sys.executable, "-c", _DESK, dsn, url], stdin=PIPE, stdout=PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    try:
        yield process
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()


def test_desks_killed_anywhere_lose_no_inquiry_and_decide_nothing_twice(
    dsn: str, tmp_path: Path
) -> None:
    random = Random(618)
    kinds = [Behavior.NORMAL, Behavior.SLOW, Behavior.LOST, Behavior.ARREARS, Behavior.LATE]
    settings = load(dsn=dsn, home=tmp_path, sandbox=True)
    with bureau_process() as bureau, served(settings) as book:
        world = World(book, bureau, lambda: datetime.now(UTC))
        asked: list[str] = []
        interrupted = 0
        for _ in range(3):
            asked += [world.apply(kind) for kind in kinds]
            before = sum(bureau.seen()["tries"].values())
            with _desk(dsn, bureau.url) as one, _desk(dsn, bureau.url) as two:
                _begin(one, two)
                _wait(lambda before=before: sum(bureau.seen()["tries"].values()) > before)
                sleep(random.uniform(0.0, 0.3))
            interrupted += len(world.rows(_INTERRUPTED))
        assert interrupted, "somebody was killed while asking"
        with _desk(dsn, bureau.url) as last:
            _begin(last)
            outcomes = [world.outcome(one, within_s=30)["status"] for one in asked]

        expected = ["approved", "approved", "approved", "declined", "approved"] * 3
        assert outcomes == expected
        traces = bureau.seen()["enquiries"]
        people = world.rows("SELECT encode(id_hash, 'hex') FROM credit.application")
        assert [traces[hashed] for (hashed,) in people] == [1] * 15, "one trace in each file"
        assert world.rows("SELECT count(*) FROM money.line") == [(12,)]
        world.and_nothing_is_odd()
