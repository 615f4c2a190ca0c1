"""A run of reviews: judged whole before anything of it is told, stopped by the blast guard, released by people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from whiteslip.credit.limits.reviewing import Trigger
from whiteslip.decisioning.rulebooks.blast import BlastGuard, blast_limit
from whiteslip.kernel.errors import Conflict, NotAllowed, WhiteslipError


class RunState(StrEnum):
    """Where a run stands: `STOPPED` waits for people, the last two are final."""

    JUDGING = "judging"
    SETTLING = "settling"
    STOPPED = "stopped"
    FINISHED = "finished"
    DISCARDED = "discarded"


class Run(NamedTuple):
    """A run as it stands; `allowed` are the cuts it may make without release, None before it is counted."""

    run_id: int
    begun_on: date
    trigger: Trigger
    state: RunState
    judged: int
    cuts: int
    allowed: int | None
    requested_by: str
    released_by: tuple[str, ...]


class Counted(NamedTuple):
    """What a run proposed, and the cuts that other runs of its day have made."""

    judged: int
    cuts: int
    raises: int
    referred: int
    cuts_before: int


BY_HAND: Final = 0
"""The run of what people change one by one; no guard counts it, since each change has its person."""


def by_hand(person: str, *, on: date) -> Run:
    """Make the run of a change by hand; it is nowhere kept."""
    return Run(BY_HAND, on, Trigger.HAND, RunState.FINISHED, 1, 0, None, person, ())


def judged(
    run: Run, counted: Counted, trailing: Sequence[int], *, guard: BlastGuard, unguarded: int
) -> Run:
    """Close the judging of a run: it goes on, or stops whole as a proposal.

    Allowed is what the blast guard allows of the lines judged, at least a handful; the other runs of the day count, so
    that a large cut cannot be made in small runs. `trailing` are the cuts of past days, latest first.
    """
    share = blast_limit(counted.judged, trailing, guard=guard)
    allowed = max(0, max(unguarded, share) - counted.cuts_before)
    state = RunState.STOPPED if counted.cuts > allowed else RunState.SETTLING
    return run._replace(state=state, judged=counted.judged, cuts=counted.cuts, allowed=allowed)


def released(run: Run, *, by: str, guard: BlastGuard) -> Run | WhiteslipError:
    """Let a person release a stopped run; it goes on when enough different people have."""
    if run.state is not RunState.STOPPED:
        return Conflict(f"the run is {run.state}: there is nothing to release")
    if by == run.requested_by:
        return NotAllowed("another person releases a run than who asked for it")
    if by in run.released_by:
        return Conflict("you have released this run already; another person has to")
    people = (*run.released_by, by)
    state = RunState.SETTLING if len(people) >= guard.releases else RunState.STOPPED
    return run._replace(state=state, released_by=people)


def discarded(run: Run) -> Run | WhiteslipError:
    """Let a person discard a stopped run: nothing of it is done."""
    if run.state is not RunState.STOPPED:
        return Conflict(f"the run is {run.state}: it cannot be discarded")
    return run._replace(state=RunState.DISCARDED)
