"""One PostgreSQL for the test run; for each test that asks, a fresh, migrated database.

Set WHITESLIP_TEST_DSN to run the same tests on a server of one's own, as a user who may create
databases.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from psycopg.conninfo import make_conninfo

from whiteslip.infra.database import Connection, Database, connect
from whiteslip.infra.embedded import EmbeddedServer
from whiteslip.infra.migrations import migrate

# How long an example takes says more of the machine than of the code: on a cold cache the first one alone is slow.
settings.register_profile("whiteslip", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("whiteslip")

# What a server in the same process has to log goes where no command under test prints.
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))

SMALL = {
    "shared_buffers": "64MB",
    "max_wal_size": "1GB",
    "max_connections": "40",
    "fsync": "off",  # a test database need not survive a power cut
    "huge_pages": "off",
    "autovacuum": "off",
}
PREFIX = "ws-test-"
OWNER = "tested-by"
_numbers = count(1)


@pytest.fixture(scope="session")
def server_dsn() -> Iterator[str]:
    """The server all databases of this test process are made on."""
    if own := os.environ.get("WHITESLIP_TEST_DSN"):
        yield own
        return
    _stop_forgotten()
    home = Path(tempfile.mkdtemp(prefix=PREFIX))
    home.chmod(0o755)
    (home / OWNER).write_text(str(os.getpid()))
    server = EmbeddedServer(home, config=SMALL)
    try:
        yield server.start()
    finally:
        server.stop("immediate")
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def template(server_dsn: str) -> Iterator[str]:
    """The name of a migrated database, copied for each test."""
    with _made(server_dsn) as name:
        migrate(make_conninfo(server_dsn, dbname=name))
        yield name


@pytest.fixture
def dsn(server_dsn: str, template: str) -> Iterator[str]:
    """A fresh, migrated database."""
    with _made(server_dsn, template) as name:
        yield make_conninfo(server_dsn, dbname=name)


@pytest.fixture
def empty_dsn(server_dsn: str) -> Iterator[str]:
    """A database with nothing in it."""
    with _made(server_dsn) as name:
        yield make_conninfo(server_dsn, dbname=name)


@pytest.fixture
def dsn_to_fill(server_dsn: str) -> Iterator[str]:
    """A second database with nothing in it."""
    with _made(server_dsn) as name:
        yield make_conninfo(server_dsn, dbname=name)


@pytest.fixture
def db(dsn: str) -> Iterator[Connection]:
    """One open connection in a transaction that is rolled back after the test."""
    connection = connect(dsn)
    try:
        yield connection
    finally:
        connection.close()


@pytest.fixture
def connections(dsn: str) -> Iterator[Callable[[], Connection]]:
    """Open as many connections to the test's database as a race needs."""
    opened: list[Connection] = []

    def another() -> Connection:
        opened.append(connect(dsn))
        return opened[-1]

    try:
        yield another
    finally:
        for connection in opened:
            connection.close()


@pytest.fixture
def database(dsn: str) -> Iterator[Database]:
    """The pool a program would use."""
    with Database(dsn, max_size=8) as pool:
        yield pool


def _stop_forgotten() -> None:
    """Stop the servers of test runs that were killed: a server outlives whoever started it."""
    for file in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{OWNER}"):
        try:
            os.kill(int(file.read_text()), 0)
        except (ProcessLookupError, ValueError):
            EmbeddedServer(file.parent).stop("immediate")
            shutil.rmtree(file.parent, ignore_errors=True)
        except (PermissionError, FileNotFoundError):
            continue  # another user's, or just removed


@contextmanager
def _made(server_dsn: str, template: str = "template0") -> Generator[str]:
    name = f"ws_test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server_dsn, autocommit=True) as admin:
        unsynced = admin.execute("SELECT current_setting('fsync') = 'off'").fetchone() == (True,)
        how = "file_copy" if unsynced else "wal_log"  # whichever is faster there
        options = f"TEMPLATE {template} ENCODING 'UTF8' STRATEGY {how}"
        admin.execute(f"CREATE DATABASE {name} {options}".encode())
    try:
        yield name
    finally:
        with psycopg.connect(server_dsn, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
