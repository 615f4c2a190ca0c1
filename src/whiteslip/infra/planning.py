"""What PostgreSQL's planner must be told about statements over many lines, because it cannot know it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from psycopg.sql import SQL, Identifier

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql("whiteslip.infra")


def plan_afresh(db: Connection) -> None:
    """Plan every statement of this transaction for its own range, not once for any range."""
    sql.many(db, "set_planning", setting="plan_cache_mode", value="force_custom_plan")


def refresh_statistics(db: Connection) -> list[str]:
    """Analyze the tables that have changed much; returns their names.

    PostgreSQL does so by itself within minutes; a book just moved in, or a test clock, cannot wait.
    """
    stale = sql.many(db, "find_stale_tables")
    for table in stale:
        db.execute(SQL("ANALYZE {}").format(Identifier(table.stream, table.name)))
    return [f"{table.stream}.{table.name}" for table in stale]


@contextmanager
def planned_once(db: Connection) -> Generator[None]:
    """Plan statements inside the block once a connection: so large ones take longer to plan than a range takes.

    Only for statements whose plan is good for every range, such as those that join sets.
    """
    (before,) = sql.many(db, "read_planning", setting="plan_cache_mode")
    sql.many(db, "set_planning", setting="plan_cache_mode", value="force_generic_plan")
    yield
    sql.many(db, "set_planning", setting="plan_cache_mode", value=before.value)


@contextmanager
def joining_sets(db: Connection) -> Generator[None]:
    """Join whole sets by hashing, inside the block.

    The planner takes customer and line for independent, expects one row of a join on both, and would loop over
    thousands of rows for each of thousands.
    """
    sql.many(db, "set_planning", setting="enable_nestloop", value="off")
    yield
    sql.many(db, "set_planning", setting="enable_nestloop", value="on")
