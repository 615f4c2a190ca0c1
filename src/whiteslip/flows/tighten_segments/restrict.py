"""The way of a tightening: stages restrict, relief frees, the trouble passes, and what was imposed is lifted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from whiteslip.care.notices.restrictions import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.flows.tighten_segments.turn import AdvanceReport, Turn
from whiteslip.kernel.actor import PROGRAM
from whiteslip.kernel.errors import InvariantBroken, WhiteslipError
from whiteslip.risk.runs import rules as runs
from whiteslip.risk.segments import rules as segments
from whiteslip.risk.suspensions.life import Command as Move
from whiteslip.risk.suspensions.life import State as Stands
from whiteslip.risk.suspensions.model import Step
from whiteslip.risk.suspensions.store import take_steps
from whiteslip.risk.tightenings import rules, store
from whiteslip.risk.tightenings.model import Member, State, Tightening
from whiteslip.risk.tightenings.rules import Ending


class Rolled(NamedTuple):
    """A stage rolled out: where it stands after it, and what was done."""

    tightening: Tightening
    report: AdvanceReport


def begin(turn: Turn) -> Rolled:
    """Begin with the first stage, unless the segment grew since it was proposed."""
    members = store.read_members_now(turn.db, turn.before, on=turn.on)
    rules.check_grown(turn.before, members, guard=rulebooks.blast_guard())
    released = turn.move(review_on=turn.next_review_on)
    return _roll_out(turn._replace(before=released), 0, members)


def roll_out(turn: Turn, place: int) -> Rolled:
    """Restrict the lines of a stage and tell their owners; a stage that grew too much waits for two people."""
    return _roll_out(turn, place, store.read_members_now(turn.db, turn.before, on=turn.on))


def _roll_out(turn: Turn, place: int, members: Sequence[Member]) -> Rolled:
    db, on = turn.db, turn.on
    done = store.roll_out(db, turn.before, place, members, actor=turn.actor, on=on, at=turn.at)
    insert_notices(db, notices_of(done.changes), at=turn.at)
    return Rolled(done.tightening, AdvanceReport(done.restricted, done.waiting))


def take_back(turn: Turn) -> int:
    """End every restriction of it that still stands and tell the owners; return how many."""
    left = store.find_standing(turn.db, turn.before.tightening_id, only_relieved=False)
    steps = runs.undone(left, actor=turn.actor, note=turn.note)
    taken = take_steps(turn.db, steps, on=turn.on, at=turn.at)
    for answer in taken.answers:
        if isinstance(answer, WhiteslipError):
            raise InvariantBroken(f"a restriction that stands is not ended: {answer}")
    insert_notices(turn.db, notices_of(taken.changes), at=turn.at)
    return len(left)


def keep(turn: Turn) -> None:
    """Let its restrictions be looked at again on the new review date."""
    number = turn.before.tightening_id
    store.postpone_reviews(turn.db, number, review_on=turn.next_review_on)


def look_after(turn: Turn) -> AdvanceReport:
    """Free whoever began to keep to a relief since a stage restricted them."""
    left = store.find_standing(turn.db, turn.before.tightening_id, only_relieved=True)
    waiting = (Stands.PROPOSED, Stands.PENDING_REVIEW)
    steps = [
        Step(
            one.customer_id,
            one.restriction_id,
            Move.DISMISS if one.state in waiting else Move.LIFT,
            PROGRAM,
            "keeps to an agreed relief",
        )
        for one in left
    ]
    if steps:
        taken = take_steps(turn.db, steps, on=turn.on, at=turn.at)
        insert_notices(turn.db, notices_of(taken.changes), at=turn.at)
    return AdvanceReport(freed=len(steps))


def ending(turn: Turn) -> Ending | None:
    """Say why its end is to be asked for: the trouble passed, or the review date is near.

    A segment that is no longer in the file is not known to have passed: its review date ends it.
    """
    now, rollout = turn.before, turn.catalog.rollout
    if now.state is not State.RELEASED or now.released_on is None:
        return None
    known = turn.known()
    passed = known.segment is not None and segments.has_passed(
        known.segment, known.history, rollout, known.environment, since=now.released_on
    )
    return rules.asks_end(now, rollout, passed=passed, on=turn.on)
