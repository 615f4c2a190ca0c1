"""A database for one run on any server: under a free name, migrated, dropped at the end."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from itertools import count

from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from whiteslip.infra.database import Connection, connect
from whiteslip.infra.migrations import migrate
from whiteslip.kernel.errors import NotAllowed


@contextmanager
def scratch_database(server_dsn: str, prefix: str, *, keep: bool = False) -> Generator[str]:
    """Yield the DSN of a fresh, migrated database `<prefix>_<n>`; `keep` leaves it in place."""
    with connect(server_dsn, autocommit=True, application_name="whiteslip scratch") as server:
        name = _create(server, prefix)
    try:
        dsn = make_conninfo(server_dsn, dbname=name)
        migrate(dsn)
        yield dsn
    finally:
        if not keep:
            with connect(server_dsn, autocommit=True) as server:
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                server.execute(drop.format(sql.Identifier(name)))


def _create(server: Connection, prefix: str) -> str:
    for number in count(1):
        name = f"{prefix}_{number}"
        try:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except (errors.DuplicateDatabase, errors.UniqueViolation):
            continue
        except errors.InsufficientPrivilege as error:
            text = "this user may not create databases: use one who may, or the built-in server"
            raise NotAllowed(text) from error
        return name
    raise AssertionError("numbers do not run out")
