"""Loading a server with wrk, and probing it meanwhile with a few requests of our own."""

from __future__ import annotations

import http.client
import json
import resource
import shutil
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from importlib import resources
from typing import NamedTuple

from whiteslip.bench.book import line_id
from whiteslip.bench.figures import Latency, latency
from whiteslip.kernel.errors import Unavailable

_FILES = 16_384
_PROBE_PAUSE_S = 0.02


class Target(NamedTuple):
    """A server under load, and what a request needs."""

    port: int
    api_key: str
    lines: int


class Loaded(NamedTuple):
    """What wrk saw: answers by status, waiting times, and connections that broke or timed out."""

    seconds: float
    statuses: dict[str, int]
    waits: Latency
    broken: int

    @property
    def acknowledged(self) -> int:
        """How many purchases were answered as decided."""
        return self.statuses.get("201", 0)


def need_wrk() -> str:
    """Find wrk, or say how to get it."""
    if found := shutil.which("wrk"):
        return found
    raise Unavailable(
        "wrk makes the load and is not installed; on Debian and Ubuntu: apt install wrk"
    )


def allow_many_files() -> None:
    """Let this process and its children hold a thousand connections and more."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def load(
    target: Target, *, connections: int, seconds: float, run: str, pause_ms: float = 0
) -> Loaded:
    """Load the server from `connections`; each pauses a random while of mean `pause_ms` before a request."""
    script = resources.files("whiteslip.bench") / "data" / "checkout.lua"
    with resources.as_file(script) as path:
        done = subprocess.run(
            [
                *(need_wrk(), "-t2", f"-c{connections}", f"-d{max(1, round(seconds))}s"),
                *("--timeout", "10s", "-s", str(path), f"http://127.0.0.1:{target.port}"),
                *("--", target.api_key, str(target.lines), run, f"{pause_ms:.3f}"),
            ],
            check=False,
            capture_output=True,
            text=True,
        )
    return read_figures(done.stdout, done.stderr)


def read_figures(said: str, complained: str) -> Loaded:
    """Read what the script told at the end."""
    for line in said.splitlines():
        if line.startswith("FIGURES "):
            told = json.loads(line.removeprefix("FIGURES "))
            waits = Latency(*(told[name] for name in Latency._fields))
            return Loaded(told["seconds"], told["statuses"], waits, told["broken"])
    raise Unavailable(f"wrk told no figures: {(complained or said).strip()[-300:]}")


@contextmanager
def probing(target: Target, run: str) -> Generator[dict[int, list[float]]]:
    """Ask now and then on one connection, and keep each answer's seconds by status; 0 is no answer."""
    seen: dict[int, list[float]] = defaultdict(list)
    stopped = threading.Event()
    thread = threading.Thread(target=_probe, args=(target, run, seen, stopped))
    thread.start()
    try:
        yield seen
    finally:
        stopped.set()
        thread.join()


def summary(seen: dict[int, list[float]]) -> dict[str, float]:
    """Give the median and the 99th percentile of each status, in milliseconds."""
    told: dict[str, float] = {}
    for status, seconds in sorted(seen.items()):
        waits = latency(seconds)
        told |= {f"{status}_answers": len(seconds), f"{status}_p50_ms": waits.p50_ms}
        told |= {f"{status}_p99_ms": waits.p99_ms}
    return told


def _probe(
    target: Target, run: str, seen: dict[int, list[float]], stopped: threading.Event
) -> None:
    server = http.client.HTTPConnection("127.0.0.1", target.port, timeout=10)
    number = 0
    while not stopped.wait(_PROBE_PAUSE_S):
        number += 1
        began = time.perf_counter()
        try:
            status = _ask(server, target, f"{run}-probe-{number}", number)
        except (OSError, http.client.HTTPException):
            status = 0
            server.close()
        seen[status].append(time.perf_counter() - began)
    server.close()


def _ask(server: http.client.HTTPConnection, target: Target, key: str, number: int) -> int:
    customer_id = 1 + number % target.lines
    line = f"lin_{customer_id}_{line_id(customer_id)}"
    body = json.dumps({"line_id": line, "amount_minor": 100, "order_ref": key})
    headers = {
        "authorization": f"Bearer {target.api_key}",
        "content-type": "application/json",
        "idempotency-key": key,
    }
    server.request("POST", "/v1/purchases", body, headers)
    answer = server.getresponse()
    answer.read()
    return answer.status
