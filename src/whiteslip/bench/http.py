"""HTTP: the real server under wrk, at its peak, at 70 % of it, and far beyond what it can take."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import NamedTuple

from whiteslip.bench.audit import audit
from whiteslip.bench.book import MadeBook, make_book
from whiteslip.bench.figures import Case, Fact, Report
from whiteslip.bench.ground import Ground
from whiteslip.bench.usage import Meter, Usage, process_s
from whiteslip.bench.wrk import Loaded, Target, allow_many_files, load, need_wrk, probing, summary
from whiteslip.bench.yardstick import measure_yardstick
from whiteslip.infra import keys
from whiteslip.infra.database import Database
from whiteslip.infra.embedded.places import free_port
from whiteslip.kernel.errors import Unavailable

FEW = 32
OVERLOAD_TIMES = (10, 25)
"""Times the connections of the peak; the second is more than the server lets wait."""
PART_OF_PEAK = 0.7
_PATIENCE_S = 60


class Server(NamedTuple):
    """The server's process and where it answers."""

    pid: int
    target: Target


def bench_http(
    ground: Ground, *, lines: int, seconds: float, connections: int, yardstick_s: int
) -> Report:
    """Measure the peak, the waiting at 70 % of it, and overload; then check that nothing was half done."""
    need_wrk()
    allow_many_files()
    yardstick = measure_yardstick(ground, seconds=yardstick_s)
    with ground.database() as dsn:
        book = make_book(dsn, lines, owing=False, tell=ground.tell)
        with serving(ground, dsn, book) as server:
            load(server.target, connections=FEW, seconds=2, run="warm")
            cases = _cases(ground, server, seconds, connections)
        ground.tell("checking that keys acted once and the books agree")
        faults = audit(dsn, relayed=True)
    return Report("http", "purchases", yardstick, cases, faults=faults)


def _cases(ground: Ground, server: Server, seconds: float, connections: int) -> list[Case]:
    few = _case(ground, server, "peak", FEW, seconds)
    peak = _case(ground, server, "peak", connections, seconds)
    pause_ms = connections / (PART_OF_PEAK * peak.ours_per_s) * 1000 if peak.ours_per_s else 0
    paced = _case(
        ground,
        server,
        f"{PART_OF_PEAK:.0%} of peak",
        connections,
        seconds,
        pause_ms=max(0.0, pause_ms - (peak.waits.p50_ms / 2 if peak.waits else 0)),
    )
    over = [
        _overload(ground, server, connections * times, seconds, peak) for times in OVERLOAD_TIMES
    ]
    return [few, peak, paced, *over]


def _case(
    ground: Ground,
    server: Server,
    name: str,
    connections: int,
    seconds: float,
    *,
    pause_ms: float = 0,
) -> Case:
    ground.tell(f"http: {name}, {connections} connections for {seconds:g} s")
    run = f"{time.monotonic_ns():x}"
    meter, before = Meter(ground.pid), process_s(server.pid)
    loaded = load(
        server.target, connections=connections, seconds=seconds, run=run, pause_ms=pause_ms
    )
    usage = _usage(meter, process_s(server.pid) - before, loaded)
    facts: dict[str, Fact] = _facts(loaded, connections)
    if pause_ms:
        facts["mean_pause_ms"] = round(pause_ms, 2)
    full = f"{name}, {connections} conn."
    return Case(full, loaded.acknowledged / loaded.seconds, usage, facts, loaded.waits)


def _overload(ground: Ground, server: Server, many: int, seconds: float, peak: Case) -> Case:
    ground.tell(f"http: overload, {many} connections for {seconds:g} s")
    run = f"{time.monotonic_ns():x}"
    meter, before = Meter(ground.pid), process_s(server.pid)
    with probing(server.target, run) as seen:
        loaded = load(server.target, connections=many, seconds=seconds, run=run)
    usage = _usage(meter, process_s(server.pid) - before, loaded)
    goodput = loaded.acknowledged / loaded.seconds
    facts = _facts(loaded, many) | {
        "goodput_of_peak": round(goodput / peak.ours_per_s, 2) if peak.ours_per_s else 0.0,
        "probe": summary(seen),
    }
    return Case(f"overload, {many} conn.", goodput, usage, facts, loaded.waits)


def _facts(loaded: Loaded, connections: int) -> dict[str, Fact]:
    return {
        "connections": connections,
        "statuses": dict(sorted(loaded.statuses.items())),
        "broken": loaded.broken,
    }


def _usage(meter: Meter, server_s: float, loaded: Loaded) -> Usage:
    """Count the server as ours; wrk, which this process started, is the others'."""
    used = meter.read()
    return used._replace(ours_s=server_s, wall_s=max(loaded.seconds, used.wall_s))


@contextmanager
def serving(
    ground: Ground, dsn: str, book: MadeBook, *, sandbox: bool = True, processes: int = 1
) -> Generator[Server]:
    """Start the server as `whiteslip up` does, and stop it at the end."""
    key = _issue_key(ground, dsn, book)
    port = free_port(None)
    log = ground.home / "server.log"
    command = [sys.executable, "-m", "whiteslip.cli.start", "up", "--dsn", dsn]
    command += ["--port", str(port), "--home", str(ground.home)]
    told = os.environ | {
        "WHITESLIP_SANDBOX": str(sandbox).lower(),
        "WHITESLIP_PROCESSES": str(processes),
    }
    with log.open("w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env=told)
    try:
        _wait_until_ready(process, port, log.read_text)
        yield Server(process.pid, Target(port, key, book.lines))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _issue_key(ground: Ground, dsn: str, book: MadeBook) -> str:
    pepper = keys.pepper_at(ground.home)
    with Database(dsn) as database:
        return database.write(
            lambda db: keys.issue(
                db,
                label="bench",
                merchant_id=book.merchant_id,
                scopes=keys.MERCHANT_SCOPES,
                at=book.at,
                pepper=pepper,
            )
        )


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, told: Callable[[], str]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise Unavailable(f"the server did not come up: {told().strip()[-300:]}")
