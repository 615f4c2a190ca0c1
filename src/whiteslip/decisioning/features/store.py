"""The statements that read features; they stand inside the statement that judges them."""

from __future__ import annotations

from whiteslip.infra.sql import Sql

sql = Sql(__package__)


def watch_facts() -> str:
    """Return the query of the watch book's facts, for customers between `first` and `last` as of `as_of`."""
    return sql.text("read_watch_facts")
