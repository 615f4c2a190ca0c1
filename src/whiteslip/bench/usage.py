"""Processor time: what our processes, PostgreSQL and the rest of the machine used during a measurement."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


class Usage(NamedTuple):
    """Seconds of processor time; `machine_s` is everybody's, and all but ours is 0 where /proc is missing."""

    wall_s: float
    ours_s: float
    database_s: float
    machine_s: float

    @property
    def cores(self) -> int:
        """How many processors there are."""
        return os.cpu_count() or 1

    def share(self, seconds: float) -> float:
        """Express processor time as a share of all there was."""
        return seconds / (self.wall_s * self.cores) if self.wall_s else 0.0

    @property
    def limits(self) -> str:
        """Say in one sentence what limited a measurement, from the shares of processor time."""
        ours, database = self.share(self.ours_s), self.share(self.database_s)
        others = max(0.0, self.share(self.machine_s) - ours - database)
        idle = max(0.0, 1 - ours - database - others)
        shares = (
            f"of {self.cores} cores our processes used {ours:.0%}, PostgreSQL {database:.0%}, "
            f"others {others:.0%}, and {idle:.0%} was idle"
        )
        if others > max(ours, database, idle):
            return f"other programs on this machine limited it: {shares}"
        if idle > max(ours, database):
            return f"waiting for the disk or for locks limited it: {shares}"
        name = "PostgreSQL's processor time" if database > ours else "Python's processor time"
        return f"{name} limited it: {shares}"


class Meter:
    """Measures from its making; ours are this process, its children that ended meanwhile, and what is passed."""

    def __init__(self, server_pid: int) -> None:
        self._pid = server_pid
        self._began = time.perf_counter()
        self._ours, self._database, self._machine = _ours(), _server(server_pid), _machine()

    def read(self, *, elsewhere_s: float = 0.0) -> Usage:
        """Return the use so far; `elsewhere_s` is added to ours, for processes still running."""
        return Usage(
            time.perf_counter() - self._began,
            _ours() - self._ours + elsewhere_s,
            _server(self._pid) - self._database,
            _machine() - self._machine,
        )


def peak_mb() -> float:
    """Return the most memory this process ever held, in MB."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(kilobytes / 1024, 1)


def process_s(pid: int) -> float:
    """Return the processor time of a process and of its children that ended."""
    fields = _stat(pid)
    return sum(map(int, fields[11:15])) / _TICKS if fields else 0.0


def _ours() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _server(pid: int) -> float:
    """Sum a postmaster, the backends it has buried, and those that live."""
    if not _PROC.is_dir() or not pid:
        return 0.0
    living = [
        int(entry.name)
        for entry in _PROC.iterdir()
        if entry.name.isdigit() and _parent(int(entry.name)) == pid
    ]
    return process_s(pid) + sum(map(process_s, living))


def _machine() -> float:
    try:
        fields = (_PROC / "stat").read_text().splitlines()[0].split()[1:9]
    except OSError:
        return 0.0
    user, nice, system, _idle, _iowait, irq, softirq, _steal = map(int, fields)
    return (user + nice + system + irq + softirq) / _TICKS


def _parent(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def _stat(pid: int) -> list[str]:
    """Read a process's fields from its state on; empty when it is gone."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
