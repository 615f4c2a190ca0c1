"""Faults to practice with, on a database nobody needs: connections refused, a row that is not as it should be."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import NamedTuple

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from whiteslip.infra.database import connect

_MAINTENANCE = "postgres"


class Cell(NamedTuple):
    """One column of the rows of a table that have a value in another column."""

    schema: str
    table: str
    column: str
    key_column: str
    key: str


@contextmanager
def refusing_connections(dsn: str) -> Generator[None]:
    """End every connection to a database and refuse new ones until the block ends."""
    name = str(conninfo_to_dict(dsn)["dbname"])
    elsewhere = make_conninfo(dsn, dbname=_MAINTENANCE)
    database = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS").format(sql.Identifier(name))
    with connect(elsewhere, autocommit=True, application_name="whiteslip outage") as admin:
        admin.execute(database + sql.SQL(" false"))
        try:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
            )
            yield
        finally:
            admin.execute(database + sql.SQL(" true"))


@contextmanager
def replaced(dsn: str, cell: Cell, *, was: str, put: str) -> Generator[None]:
    """Put another value into a cell until the block ends, as a slip of somebody's hand would."""
    change = sql.SQL("UPDATE {} SET {} = %s WHERE {} = %s AND {} = %s").format(
        sql.Identifier(cell.schema, cell.table),
        sql.Identifier(cell.column),
        sql.Identifier(cell.key_column),
        sql.Identifier(cell.column),
    )
    with connect(dsn, autocommit=True, application_name="whiteslip outage") as hand:
        hand.execute(change, (put, cell.key, was))
        try:
            yield
        finally:
            hand.execute(change, (was, cell.key, put))
