"""What a killed server leaves behind: a stale pid file, processes that hold its shared memory."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from whiteslip.infra.processes import is_alive
from whiteslip.kernel.errors import Unavailable

_PATIENCE_S = 10.0
_PROC = Path("/proc")


def postmaster(data: Path) -> int | None:
    """Return the pid of a data folder's living server; a pid reused by another is not it."""
    pid = _written_pid(data)
    return pid if pid is not None and _serves(pid, data) else None


def clear(data: Path, socket_folder: Path, progress: Callable[[str], None]) -> None:
    """Make way for a new server: end orphaned children, remove locks whose owner is gone."""
    if postmaster(data) is not None:
        return
    _end_orphans(data, progress)
    pid = _written_pid(data)
    if pid is not None and is_alive(pid):  # another program's by now; if dead, PostgreSQL sees it
        (data / "postmaster.pid").unlink(missing_ok=True)
    for file in socket_folder.glob(".s.PGSQL.*"):
        file.unlink(missing_ok=True)


def _end_orphans(data: Path, progress: Callable[[str], None]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while pids := processes(data):
        progress(f"waiting for {len(pids)} processes of a server that was killed")
        late = time.monotonic() > deadline
        for pid in pids:
            _signal(pid, signal.SIGKILL if late else signal.SIGTERM)
        if time.monotonic() > deadline + _PATIENCE_S:
            raise Unavailable(f"processes {pids} of a killed server still hold {data}")
        time.sleep(0.1)


def _written_pid(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def _serves(pid: int, data: Path) -> bool:
    if _PROC.is_dir():
        return _works_in(pid, data) and _is_server(_command(pid))
    shown = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], check=False, capture_output=True, text=True
    )
    return "postgres" in shown.stdout and str(data) in shown.stdout


def processes(data: Path) -> list[int]:
    """List every process of a server on a data folder; without /proc it cannot be known."""
    if not _PROC.is_dir():
        return []
    pids = [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if _works_in(pid, data) and _command(pid).startswith("postgres")]


def _works_in(pid: int, data: Path) -> bool:
    try:
        return (_PROC / str(pid) / "cwd").readlink() == data.resolve()
    except OSError:
        return False


def _command(pid: int) -> str:
    try:
        raw = (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return ""
    return raw.replace(b"\0", b" ").decode("utf-8", "replace")


def _is_server(command: str) -> bool:
    return Path(command.partition(" ")[0]).name == "postgres"


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
