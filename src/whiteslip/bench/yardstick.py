"""The yardstick: PostgreSQL's own benchmark, TPC-B with 32 clients, on the same server in the same run."""

from __future__ import annotations

import re
import subprocess
from typing import NamedTuple

from whiteslip.bench.ground import Ground
from whiteslip.bench.usage import Meter, Usage
from whiteslip.infra.database import connect
from whiteslip.infra.embedded import binaries
from whiteslip.kernel.errors import Unavailable

SCALE = 50
CLIENTS = 32
THREADS = 2
_DSN = re.compile(r"(\w+)='?([^' ]*)'?")


class Yardstick(NamedTuple):
    """Transactions a second, and what they used; processor time a transaction bears a busy machine better."""

    tps: float
    cpu_us_each: float
    usage: Usage


def measure_yardstick(ground: Ground, *, seconds: int) -> Yardstick:
    """Fill pgbench's tables in a database of their own and run it once."""
    with connect(ground.dsn, autocommit=True) as db:
        db.execute("CREATE DATABASE yardstick")
    try:
        ground.tell(f"pgbench: filling scale {SCALE}")
        _pgbench(ground, "-i", "-q", "-s", SCALE)
        with connect(ground.dsn, autocommit=True) as db:
            db.execute("CHECKPOINT")
        ground.tell(f"pgbench: {CLIENTS} clients for {seconds} s")
        meter = Meter(ground.pid)
        said = _pgbench(ground, "-c", CLIENTS, "-j", THREADS, "-T", seconds, "-M", "prepared")
        usage = meter.read()
    finally:
        with connect(ground.dsn, autocommit=True) as db:
            db.execute("DROP DATABASE yardstick WITH (FORCE)")
    return read_told(said, usage)


def read_told(said: str, usage: Usage) -> Yardstick:
    """Read what pgbench told at the end."""
    tps = re.search(r"tps = ([\d.]+)", said)
    count = re.search(r"transactions actually processed: (\d+)", said)
    if tps is None or count is None:
        raise Unavailable(f"pgbench told no figure: {said.strip()[-200:]}")
    used = usage.ours_s + usage.database_s
    return Yardstick(float(tps[1]), round(used / max(1, int(count[1])) * 1e6, 1), usage)


def _pgbench(ground: Ground, *options: object) -> str:
    where = dict(_DSN.findall(ground.dsn))
    reach = ["-h", where["host"], "-p", where["port"], "-U", where["user"]]
    command = [str(binaries()["pgbench"]), *reach, *map(str, options), "yardstick"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise Unavailable(f"pgbench failed: {done.stderr.strip()[-300:]}")
    return done.stdout
