"""What a day does of tightenings and loosenings: begins, stages, looking after, ends asked for, promises kept."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from whiteslip.flows.tighten_segments import give
from whiteslip.flows.tighten_segments.ending import ask_end
from whiteslip.flows.tighten_segments.say import WAYS, begin, missing_releases
from whiteslip.flows.tighten_segments.turn import AdvanceReport, Turn
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.actor import PROGRAM
from whiteslip.kernel.errors import Conflict
from whiteslip.risk.macro.model import Declared
from whiteslip.risk.segments import store as segment_store
from whiteslip.risk.segments.model import Catalog, Direction
from whiteslip.risk.tightenings import rules, store
from whiteslip.risk.tightenings.life import Command
from whiteslip.risk.tightenings.model import State
from whiteslip.risk.tightenings.rules import Ending


def advance_tightenings(
    database: Database,
    *,
    at: datetime,
    chosen: Catalog | None = None,
    declared: Declared | None = None,
) -> AdvanceReport:
    """Do what the calendar and the records ask of all that stands, each in a transaction of its own.

    A stage whose day has come restricts its lines or gives them room; one that has grown beyond what was released waits
    for two people. Whoever began to keep to a relief is freed. The end is asked for when the trouble has passed, of a
    loosening when trouble came, or when the review is near. Run again, it does what is left.
    """
    catalog = chosen or segment_store.catalog()
    done = AdvanceReport()
    for tightening_id in database.read(store.find_live):
        advance = partial(
            _advance, tightening_id=tightening_id, catalog=catalog, declared=declared, at=at
        )
        done = done.plus(database.write(advance))
    return done.plus(database.write(partial(give.keep_promises, catalog=catalog, at=at)))


def _advance(
    db: Connection,
    *,
    tightening_id: int,
    catalog: Catalog,
    declared: Declared | None,
    at: datetime,
) -> AdvanceReport:
    now = store.take_tightening(db, tightening_id)
    turn = Turn(db, now, Command.ROLL_OUT, PROGRAM, "", catalog, declared, at)
    done = AdvanceReport()
    if now.state is State.PROPOSED and not missing_releases(db, now):
        # Both released it as a run of the book, where nobody asks whether the segment grew.
        turn, done = _begin_at_last(turn)
    if now.direction is Direction.LOOSEN and (asked := _asked_end(turn)):
        return done.plus(asked)  # doubt means no: nothing is given on the day trouble is seen
    way = WAYS[now.direction]
    place = rules.due_stage(turn.before, on=turn.on)
    if place is not None:
        rolled = way.roll_out(turn, place)
        turn, done = turn._replace(before=rolled.tightening), done.plus(rolled.report)
        grew_to = rolled.grew_to if isinstance(rolled, give.Rolled) else None
        if grew_to is not None:
            ask_end(turn, Ending.GREW, grew_to=grew_to)
            return done.plus(AdvanceReport(waiting=grew_to, endings=(tightening_id,)))
    done = done.plus(way.look_after(turn))
    return done.plus(_asked_end(turn) or AdvanceReport())


def _asked_end(turn: Turn) -> AdvanceReport | None:
    """Ask for the end where its direction finds a reason to."""
    why = WAYS[turn.before.direction].ending(turn)
    if why is None:
        return None
    ask_end(turn, why)
    return AdvanceReport(endings=(turn.before.tightening_id,))


def _begin_at_last(turn: Turn) -> tuple[Turn, AdvanceReport]:
    try:
        with turn.db.transaction():
            begun = begin(turn._replace(command=Command.RELEASE, note="released as a run"))
    except Conflict:
        return turn, AdvanceReport()  # it grew since, or trouble came: people dismiss it
    gave = turn.before.direction is Direction.LOOSEN
    report = AdvanceReport(granted=begun.moved) if gave else AdvanceReport(begun.moved)
    return turn._replace(before=begun.tightening), report
