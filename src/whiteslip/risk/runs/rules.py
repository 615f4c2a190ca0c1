"""When a run that stopped as a proposal may go on, and what undoing it asks of each restriction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from whiteslip.kernel.actor import PROGRAM, actor_of
from whiteslip.kernel.errors import Conflict, NotFound
from whiteslip.risk.reviews.model import Kind, NewCase, SubjectType
from whiteslip.risk.runs.model import Left, Run, Said, Saying
from whiteslip.risk.suspensions.life import Command, State
from whiteslip.risk.suspensions.model import Step

NOBODY: Final = 0
"""A run is of no one customer: all that wait lie in one case, which ends when none waits any more."""


def case_of(run: Run, note: str, *, restrictions: int, lines: int) -> NewCase:
    """Make the case of a run that stopped, with what the people who release it go by."""
    evidence = {
        "run": {
            "book": run.book,
            "version": run.version,
            "on": run.on.isoformat(),
            "why": note,
            "restrictions": restrictions,
            "lines": lines,
        }
    }
    return NewCase(NOBODY, Kind.RUN, SubjectType.RUN, run.version, evidence, PROGRAM)


def missing_releases(said: Iterable[Said], *, needed: int) -> int:
    """Count the people who must still release a run; the same person counts once."""
    people = {one.actor for one in said if one.command is Saying.RELEASE}
    return max(0, needed - len(people))


def check_release(run: Run, said: Sequence[Said], *, by: str, needed: int) -> str:
    """Return who releases a run, or raise why it cannot be released by them."""
    actor = actor_of(by)
    if not any(one.command is Saying.PROPOSE for one in said):
        raise NotFound(f"no run of {run.book} {run.version} on {run.on} waits for release")
    if any(one.command is Saying.UNDO for one in said):
        raise Conflict("the run is undone")
    if not missing_releases(said, needed=needed):
        raise Conflict("the run is released already")
    if Said(Saying.RELEASE, actor) in said:
        raise Conflict(f"{actor} released this run already; another person has to")
    return actor


def released(left: Iterable[Left], *, actor: str) -> list[Step]:
    """Release what a run proposed."""
    return [
        Step(one.customer_id, one.restriction_id, Command.RELEASE, actor)
        for one in left
        if one.state is State.PROPOSED
    ]


def undone(left: Iterable[Left], *, actor: str, note: str) -> list[Step]:
    """Undo what a run left: what was not in force is dismissed, everything else lifted."""
    waiting = (State.PROPOSED, State.PENDING_REVIEW)
    return [
        Step(
            one.customer_id,
            one.restriction_id,
            Command.DISMISS if one.state in waiting else Command.LIFT,
            actor,
            note,
        )
        for one in left
    ]
