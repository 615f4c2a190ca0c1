"""The simulated message gateway as a process of its own, and a hand on its controls."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from subprocess import PIPE, Popen
from typing import Any

import httpx

_RUN = (
    "import sys; from whiteslip.gateways.messages.simulator import serve;"
    " serve(port=int(sys.argv[1]), slow_s=0.5, with_parent=True)"
)


@dataclass
class MessageProcess:
    """A gateway that can be told what to do, stopped, and started again at the same address."""

    port: int = 0
    process: Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, at the port it had before."""
        command = [sys.executable, "-c", _RUN, str(self.port)]
        self.process = Popen(command, stdin=PIPE, stdout=PIPE)
        assert self.process.stdout is not None
        said = self.process.stdout.readline().decode()
        self.port = int(said.rstrip().rpartition(":")[2])

    def stop(self) -> None:
        """Kill it without a word: from now on connections are refused."""
        self.process.kill()
        self.process.communicate()

    def control(self, **said: Any) -> None:
        """Set what it does."""
        httpx.put(f"{self.url}/control", json=said).raise_for_status()

    def seen(self) -> dict[str, dict[str, Any]]:
        """Ask what it was sent."""
        return httpx.get(f"{self.url}/control").json()


@contextmanager
def message_process() -> Generator[MessageProcess]:
    """Run a gateway until the block ends."""
    gateway = MessageProcess()
    try:
        yield gateway
    finally:
        gateway.stop()
