"""What a run left on lines, and what was said of it."""

from __future__ import annotations

from datetime import datetime

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.risk.runs.model import Left, Run, Said, Saying
from whiteslip.risk.suspensions.life import State

sql = Sql(__package__)


def find_left(
    db: Connection, run: Run, *, first: int, last: int, only_proposed: bool
) -> list[Left]:
    """Find what a run left that still stands, of customers `first` to `last`."""
    rows = sql.many(
        db,
        "find_left",
        book=run.book,
        version=run.version,
        run_on=run.on,
        first=first,
        last=last,
        only_proposed=only_proposed,
    )
    return [Left(row.customer_id, row.restriction_id, State(row.state)) for row in rows]


def append_said(
    db: Connection, run: Run, command: Saying, *, actor: str, note: str, at: datetime
) -> bool:
    """Keep what the guard or a person says of a run; False where the same actor said it before."""
    return bool(
        sql.run(
            db,
            "append_said",
            book=run.book,
            version=run.version,
            run_on=run.on,
            command=command,
            actor=actor,
            note=note,
            at=at,
        )
    )


def read_said(db: Connection, run: Run) -> list[Said]:
    """Read what was said of a run, in order."""
    rows = sql.many(db, "read_said", book=run.book, version=run.version, run_on=run.on)
    return [Said(Saying(row.command), row.actor) for row in rows]
