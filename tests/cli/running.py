"""`whiteslip` as an operator runs it: one command, or a server that goes on and says things."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Thread
from time import monotonic, sleep
from typing import Any, NamedTuple

import httpx
import pytest

import whiteslip
from whiteslip.infra.embedded import EmbeddedServer

WITHIN_S = 300.0
SOURCE = str(Path(whiteslip.__path__[0]).resolve().parent)


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ws-cli-"))
    folder.chmod(0o755)
    yield folder
    EmbeddedServer(folder).stop("immediate")
    shutil.rmtree(folder)


def run(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, with a narrow environment."""
    chosen = {f"WHITESLIP_{name.upper()}": value for name, value in more.items()}
    return subprocess.run(
        [sys.executable, "-m", "whiteslip.cli.start", *words],
        env={"PYTHONPATH": SOURCE, "PATH": os.defpath, "WHITESLIP_HOME": str(home), **chosen},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


class Running(NamedTuple):
    """`whiteslip up`, and what it says line by line."""

    process: Popen[str]
    url: str
    lines: queue.Queue[str]

    def says(self, words: str) -> str:
        """Wait for a line with these words."""
        while words not in (line := self.lines.get(timeout=WITHIN_S)):
            pass
        return line

    def parties(self) -> dict[str, Any]:
        """Ask how the outside parties stand, of a server that has said it listens."""
        said = httpx.get(f"{self.url}/healthz").json()
        assert said["status"] == "alive"
        return {party["party"]: party for party in said["outside"]}


@contextmanager
def up(folder: Path, *words: str, **more: str) -> Generator[Running]:
    """Run it until the block ends, and stop it by an interrupt to it alone."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    chosen = {f"WHITESLIP_{name.upper()}": value for name, value in more.items()}
    command = [sys.executable, "-m", "whiteslip.cli.start", "up", *words, "--port", str(port)]
    told = {"PYTHONPATH": SOURCE, "PATH": os.defpath, "WHITESLIP_HOME": str(folder), **chosen}
    with Popen(command, env=told, cwd="/", stdout=PIPE, text=True) as process:
        lines: queue.Queue[str] = queue.Queue()
        Thread(target=_read, args=[process, lines], daemon=True).start()
        try:
            yield Running(process, f"http://127.0.0.1:{port}", lines)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _read(process: Popen[str], lines: queue.Queue[str]) -> None:
    for line in process.stdout or ():
        lines.put(line)


def until(look: Callable[[], Any]) -> Any:
    """Wait until something is true, and return it."""
    last = monotonic() + WITHIN_S
    while not (found := look()):
        assert monotonic() < last
        sleep(0.05)
    return found


def pid_in(line: str) -> int:
    """Read the process off the end of a line."""
    return int(line.rstrip(").\n").rpartition(" ")[2])


def is_gone(pid: int) -> bool:
    """Tell whether a process is no more."""
    return not Path(f"/proc/{pid}").exists()
