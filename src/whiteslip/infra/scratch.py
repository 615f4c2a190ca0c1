"""A database for one run on any server: under a free name, migrated or a copy of another, dropped at the end."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from itertools import count

from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict as connection_parameters
from psycopg.conninfo import make_conninfo

from whiteslip.infra.database import Connection, connect
from whiteslip.infra.migrations import migrate
from whiteslip.kernel.errors import NotAllowed


@contextmanager
def scratch_database(
    server_dsn: str, prefix: str, *, keep: bool = False, copy_of: str | None = None
) -> Generator[str]:
    """Yield the DSN of a fresh, migrated database `<prefix>_<n>`; `keep` leaves it in place.

    With the DSN of another database of the server it is a copy of that one, to which nobody may be connected.
    """
    original = connection_parameters(copy_of).get("dbname") if copy_of else None
    with connect(server_dsn, autocommit=True, application_name="whiteslip scratch") as server:
        name = _create(server, prefix, None if original is None else str(original))
    try:
        dsn = make_conninfo(server_dsn, dbname=name)
        migrate(dsn)
        yield dsn
    finally:
        if not keep:
            with connect(server_dsn, autocommit=True) as server:
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                server.execute(drop.format(sql.Identifier(name)))


def unsynced(dsn: str) -> str:
    """Return the DSN for sessions that do not wait for the disk: for a book that need not survive a power cut."""
    return make_conninfo(dsn, options="-c synchronous_commit=off")


def _create(server: Connection, prefix: str, original: str | None) -> str:
    copied = sql.SQL(" TEMPLATE {}").format(sql.Identifier(original)) if original else sql.SQL("")
    for number in count(1):
        name = f"{prefix}_{number}"
        try:
            create = sql.SQL("CREATE DATABASE {}{}")
            server.execute(create.format(sql.Identifier(name), copied))
        except (errors.DuplicateDatabase, errors.UniqueViolation):
            continue
        except errors.InsufficientPrivilege as error:
            text = "this user may not create databases: use one who may, or the built-in server"
            raise NotAllowed(text) from error
        return name
    raise AssertionError("numbers do not run out")
