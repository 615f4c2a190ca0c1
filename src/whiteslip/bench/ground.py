"""The ground a measurement stands on: a PostgreSQL server of its own, configured as in production, gone afterward."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

from whiteslip.infra.embedded import EmbeddedServer
from whiteslip.infra.scratch import scratch_database

Tell = Callable[[str], None]


class Ground(NamedTuple):
    """A running server, and the home folder it lies in."""

    home: Path
    dsn: str
    pid: int
    tell: Tell

    def database(self) -> AbstractContextManager[str]:
        """Yield the DSN of a fresh, migrated database that is dropped at the end."""
        return scratch_database(self.dsn, "bench")


@contextmanager
def ground(tell: Tell) -> Generator[Ground]:
    """Start a server in a temporary folder; stop and remove it at the end, whatever happens."""
    home = Path(tempfile.mkdtemp(prefix="whiteslip-bench-"))
    home.chmod(0o755)
    server = EmbeddedServer(home)
    try:
        tell("starting a database server")
        dsn = server.start(progress=tell)
        yield Ground(home, dsn, server.status().pid or 0, tell)
    finally:
        data = server.status().data_folder
        server.stop("immediate")
        shutil.rmtree(data.parent, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
