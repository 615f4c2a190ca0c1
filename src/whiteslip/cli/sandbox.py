"""A sandbox for a command: a book on a database of its own, served, with a clock that is moved by hand."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import uvicorn

from whiteslip.api.app import create_app
from whiteslip.api.server import configured
from whiteslip.bench.ground import ground
from whiteslip.flows.found_book import found_book
from whiteslip.infra import keys
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Database
from whiteslip.infra.scratch import scratch_database
from whiteslip.infra.settings import Settings, load
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.errors import Unavailable
from whiteslip.world.causes.sandbox import MORNING, Sandbox

BEGINS_ON = date(2026, 1, 1)
IDENTITY_KEY = "made-up-people-".ljust(64, "0")
"""Always the same, so that the simulated bureau knows the same of the same people."""
DATABASE_PREFIX = "whiteslip_sandbox"
_BUREAU = (
    "from whiteslip.gateways.bureau.simulator import serve; serve(port=0, seed=1, with_parent=True)"
)
_POOL = 16
_PATIENCE_S = 30


@contextmanager
def throw_away(tell: Callable[[str], None], *, dsn: str | None = None) -> Generator[Sandbox]:
    """Make a sandbox on a server of its own, or on one named; nothing of it is left at the end."""
    with ExitStack() as ends:
        if dsn is None:
            under = ends.enter_context(ground(tell))
            home, server = under.home, under.dsn
        else:
            home, server = Path(ends.enter_context(TemporaryDirectory())), dsn
        database = ends.enter_context(scratch_database(server, DATABASE_PREFIX))
        yield ends.enter_context(sandbox(load(dsn=database, home=home, sandbox=True)))


@contextmanager
def sandbox(settings: Settings) -> Generator[Sandbox]:
    """Found a book in an empty, migrated database, with a bureau beside it, and serve it until the block ends."""
    at = datetime.combine(BEGINS_ON, MORNING, ZONE)
    clock = FixedClock(at)
    pepper = keys.pepper_at(settings.home)
    _agree_on_key(settings.home)
    with ExitStack() as ends:
        bureau_url = ends.enter_context(_bureau(settings.home))
        chosen = settings.model_copy(update={"bureau_url": bureau_url})
        database = ends.enter_context(Database(str(chosen.dsn), max_size=_POOL))
        database.write(lambda db: found_book(db, on=BEGINS_ON, at=at))
        url = ends.enter_context(_served(chosen, database, clock))
        made = Sandbox(url, database, clock, pepper, bureau_url)
        ends.enter_context(made.callers)
        yield made


def _agree_on_key(home: Path) -> None:
    folder = home / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "identity-key"
    path.touch(mode=0o600)
    path.write_text(IDENTITY_KEY)


@contextmanager
def _served(settings: Settings, database: Database, clock: FixedClock) -> Generator[str]:
    app = create_app(settings, database=database, clock=clock)
    server = uvicorn.Server(configured(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = monotonic() + _PATIENCE_S
    while not server.started:
        if monotonic() > until:
            raise Unavailable("the sandbox did not start")
        sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(_PATIENCE_S)


@contextmanager
def _bureau(home: Path) -> Generator[str]:
    """Run the simulated bureau as a process of its own; it ends with this one, however that ends."""
    command = [sys.executable, "-c", _BUREAU]
    with (
        (home / "bureau.log").open("w") as log,
        Popen(command, stdin=PIPE, stdout=PIPE, stderr=log) as simulator,
    ):
        said = simulator.stdout.readline().decode() if simulator.stdout else ""
        if not said:
            raise Unavailable("the simulated bureau did not start")
        try:
            yield said.split()[-1]
        finally:
            simulator.terminate()
