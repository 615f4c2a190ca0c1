"""What a run left on lines, what was said of it, and the case it waits in."""

from __future__ import annotations

from datetime import date, datetime

from whiteslip.infra import outbox
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.actor import PROGRAM
from whiteslip.risk.reviews import store as reviews
from whiteslip.risk.reviews.model import Kind, NewCase
from whiteslip.risk.runs import rules
from whiteslip.risk.runs.model import Left, Run, Said, Saying
from whiteslip.risk.suspensions.life import State
from whiteslip.risk.suspensions.model import Taken
from whiteslip.risk.suspensions.store import take_steps

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


def propose(db: Connection, run: Run, *, note: str, on: date, at: datetime) -> None:
    """Stop a run as a proposal, once: it is announced, and people find it in their queue.

    A run that proposes nothing is kept as said, and nobody is bothered with it.
    """
    if not append_said(db, run, Saying.PROPOSE, actor=PROGRAM, note=note, at=at):
        return
    found = sql.one(db, "count_proposed", book=run.book, version=run.version, run_on=run.on)
    if not found.restrictions:
        return
    outbox.append(db, "risk.run-proposed", customer_ids=[0], subject_ids=[run.version], at=at)
    case = rules.case_of(run, note, restrictions=found.restrictions, lines=found.lines)
    open_case(db, case, on=on, at=at)


def release_left(
    db: Connection, run: Run, *, first: int, last: int, actor: str, on: date, at: datetime
) -> Taken:
    """Bring into force what a run proposed for customers `first` to `last`; the changes are to be told."""
    left = find_left(db, run, first=first, last=last, only_proposed=True)
    return take_steps(db, rules.released(left, actor=actor), on=on, at=at)


def open_case(db: Connection, case: NewCase, *, on: date, at: datetime) -> None:
    """Open the case of a run that waits for people, or attach it to the one in which others wait."""
    reviews.open_cases(db, [case], on=on, at=at)


def close_case(db: Connection, *, note: str, at: datetime) -> bool:
    """Close the case of the runs once none waits any more; tell whether it closed."""
    group = rules.NOBODY, Kind.RUN
    if not reviews.lock_live(db, [group]) or sql.one(db, "find_waiting").waits:
        return False
    return bool(reviews.close_moot(db, [group], note=note, at=at))
