"""What people say of a tightening or loosening, in one way for both; what it does to lines is its direction's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.flows.tighten_segments import give, restrict
from whiteslip.flows.tighten_segments.ending import ask_end
from whiteslip.flows.tighten_segments.turn import Done, Saying, Turn
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, InvariantBroken, NotFound, WhiteslipError
from whiteslip.risk.macro.model import Declared
from whiteslip.risk.runs import rules as runs
from whiteslip.risk.runs import store as running
from whiteslip.risk.runs.model import Saying as Said
from whiteslip.risk.segments import store as segment_store
from whiteslip.risk.segments.model import Catalog, Direction
from whiteslip.risk.tightenings import life, rules, store
from whiteslip.risk.tightenings.life import Command
from whiteslip.risk.tightenings.model import Tightening
from whiteslip.risk.tightenings.rules import NOUN, Ending

WAYS: Final = MappingProxyType({Direction.TIGHTEN: restrict, Direction.LOOSEN: give})
"""What the same words do in each direction."""


def say_of_tightenings(
    db: Connection,
    requests: Sequence[Saying],
    *,
    at: datetime,
    chosen: Catalog | None = None,
    declared: Declared | None = None,
) -> list[Done | WhiteslipError]:
    """Do what people say of both, in order; what they may not say answers why and changes nothing."""
    catalog = chosen or segment_store.catalog()
    answers: list[Done | WhiteslipError] = []
    for one in requests:
        try:
            with db.transaction():
                done = _say(db, one, catalog, declared, at=at)
        except InvariantBroken:
            raise
        except WhiteslipError as error:
            answers.append(error)
        else:
            answers.append(done)
    return answers


def _say(
    db: Connection, one: Saying, catalog: Catalog, declared: Declared | None, *, at: datetime
) -> Done:
    before = store.take_tightening(db, one.tightening_id)
    if before.direction is not one.direction:
        raise NotFound(f"there is no {NOUN[one.direction]} {one.tightening_id}")
    act = _ACTS.get(one.command)
    if act is None or (one.command is Command.ASK_END and one.direction is Direction.TIGHTEN):
        raise Conflict(f"{one.command} is the program's to say")
    actor = life.check_person(before, one.command, by=one.by, note=one.note)
    return act(Turn(db, before, one.command, actor, one.note, catalog, declared, at))


def _release(turn: Turn) -> Done:
    """Release a proposal; with the last person needed its first stage comes into force."""
    db, before = turn.db, turn.before
    run = rules.run_of(before, before.proposed_on)
    if runs.Said(Said.RELEASE, turn.actor) in running.read_said(db, run):
        raise Conflict(f"{turn.actor} released it already; another person has to")
    running.append_said(db, run, Said.RELEASE, actor=turn.actor, note=turn.note, at=turn.at)
    missing = missing_releases(db, before)
    if missing:
        return Done(turn.move(missing=missing), missing, 0)
    return begin(turn)


def missing_releases(db: Connection, before: Tightening) -> int:
    """Count who must still release a proposal; who made it does not count, in whichever way they said so."""
    spoken = running.read_said(db, rules.run_of(before, before.proposed_on))
    others = [one for one in spoken if one.actor != before.proposed_by]
    return runs.missing_releases(others, needed=rulebooks.blast_guard().releases)


def begin(turn: Turn) -> Done:
    """Let what was released begin with its first stage, unless its segment grew since."""
    rolled = WAYS[turn.before.direction].begin(turn)
    running.close_case(turn.db, note=f"{turn.noun} was released", at=turn.at)
    return Done(rolled.tightening, 0, rolled.report.restricted + rolled.report.granted)


def _dismiss(turn: Turn) -> Done:
    """Dismiss a proposal: nobody was told of anything, and nothing is done."""
    dismissed = turn.move()
    running.close_case(turn.db, note=f"{turn.noun} was dismissed", at=turn.at)
    return Done(dismissed, 0, 0)


def _end(turn: Turn) -> Done:
    """Agree to the end; with the last person needed all that it imposed is lifted, or nothing more is given."""
    missing = _missing(turn)
    if missing:
        return Done(turn.move(missing=missing), missing, 0)
    return _taken_back(turn)


def _keep(turn: Turn) -> Done:
    """Agree that it goes on; with the last person needed it has another review date."""
    missing = _missing(turn)
    if missing:
        return Done(turn.move(missing=missing), missing, 0)
    WAYS[turn.before.direction].keep(turn)
    kept = turn.move(review_on=turn.next_review_on)
    running.close_case(turn.db, note=f"{turn.noun} goes on", at=turn.at)
    return Done(kept, 0, 0)


def _ask_end(turn: Turn) -> Done:
    """Ask that a loosening ends: from now on nothing more is given, until two people end or keep it."""
    return Done(ask_end(turn, Ending.ASKED), rulebooks.blast_guard().releases, 0)


def _undo(turn: Turn) -> Done:
    """Undo it as a whole: what waits is dismissed, what is in force lifted, and room not in use called in."""
    run = rules.run_of(turn.before, turn.before.proposed_on)
    running.append_said(turn.db, run, Said.UNDO, actor=turn.actor, note=turn.note, at=turn.at)
    return _taken_back(turn)


_ACTS: Final[dict[Command, Callable[[Turn], Done]]] = {
    Command.RELEASE: _release,
    Command.DISMISS: _dismiss,
    Command.ASK_END: _ask_end,
    Command.LIFT: _end,
    Command.KEEP: _keep,
    Command.UNDO: _undo,
}


def _missing(turn: Turn) -> int:
    spoken = store.list_said(turn.db, turn.before.tightening_id)
    needed = rulebooks.blast_guard().releases
    return life.still_missing(spoken, turn.command, actor=turn.actor, needed=needed)


def _taken_back(turn: Turn) -> Done:
    moved = WAYS[turn.before.direction].take_back(turn)
    after = turn.move(moved=moved)
    running.close_case(turn.db, note=f"{turn.command} of {turn.noun}", at=turn.at)
    return Done(after, 0, moved)
