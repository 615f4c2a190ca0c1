"""The simulated bank as a process of its own, and a hand on its controls."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import httpx

from whiteslip.gateways.bank.client import HttpRail
from whiteslip.gateways.bank.model import Page, Result

_RUN = (
    "import sys; from pathlib import Path; from whiteslip.gateways.bank.simulator import serve;"
    " serve(port=int(sys.argv[1]), slow_s=0.5, with_parent=True,"
    " state=Path(sys.argv[2]) if len(sys.argv) > 2 else None)"
)


@dataclass
class BankProcess:
    """A bank that can be told what to do, killed, and started again at the same address."""

    state: Path | None = None
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
        kept = [] if self.state is None else [str(self.state)]
        command = [sys.executable, "-c", _RUN, str(self.port), *kept]
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

    def seen(self) -> dict[str, Any]:
        """Ask what it knows."""
        return httpx.get(f"{self.url}/control").json()

    def told(self, after: str = "", *, most_pages: int = 200) -> list[Result]:
        """Read all results it has told, page by page, through the client."""
        rail = HttpRail(self.url)
        told: list[Result] = []
        for _ in range(most_pages):
            page = rail.results(after)
            assert isinstance(page, Page), page
            if page.after == after:
                return told
            told += page.results
            after = page.after
        raise AssertionError(f"more than {most_pages} pages")


@contextmanager
def bank_process(state: Path | None = None) -> Generator[BankProcess]:
    """Run a bank until the block ends."""
    bank = BankProcess(state)
    try:
        yield bank
    finally:
        bank.stop()
