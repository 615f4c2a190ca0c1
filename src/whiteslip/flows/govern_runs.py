"""Govern runs of the watch book: two people release what the blast guard stopped, and one undoes a run as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from whiteslip.care.notices.restrictions import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import InvalidInput, NotFound
from whiteslip.risk.appetite.model import Checked
from whiteslip.risk.appetite.rules import insist
from whiteslip.risk.appetite.store import check_run, insert_findings
from whiteslip.risk.runs import rules, store
from whiteslip.risk.runs.model import Run, Saying
from whiteslip.risk.suspensions.model import Taken
from whiteslip.risk.suspensions.store import take_steps

__all__ = ["Governed", "Run", "release_run", "undo_run"]

_EVERYONE = (0, 2**63 - 1)


class Governed(NamedTuple):
    """What became of a run: how many people must still release it, and how many restrictions moved.

    `appetite` is how it stands to the risk appetite, for a release.
    """

    run: Run
    missing: int
    moved: int
    appetite: Checked | None = None


def release_run(db: Connection, run: Run, *, by: str, note: str, at: datetime) -> Governed:
    """Release a run that stopped as a proposal; with the last release needed its restrictions come into force.

    One that is not within the risk appetite is `Conflict`, which names the limits, until two people have passed them.
    """
    needed = rulebooks.blast_guard().releases
    actor = rules.check_release(run, store.read_said(db, run), by=by, needed=needed)
    checked = check_run(db, run)
    insist(checked)
    store.append_said(db, run, Saying.RELEASE, actor=actor, note=note, at=at)
    missing = rules.missing_releases(store.read_said(db, run), needed=needed)
    if missing:
        return Governed(run, missing, 0, checked)
    insert_findings(db, checked, by=actor, at=at)
    first, last = _EVERYONE
    on = business_day.today(db).current_on
    taken = store.release_left(db, run, first=first, last=last, actor=actor, on=on, at=at)
    return _governed(db, run, taken, Saying.RELEASE, at=at)._replace(appetite=checked)


def undo_run(db: Connection, run: Run, *, by: str, note: str, at: datetime) -> Governed:
    """Undo a run as a whole: what it proposed is dismissed, what it imposed and still stands is lifted."""
    actor = actor_of(by)
    if not note.strip():
        raise InvalidInput("say why the run is undone", where="note")
    first, last = _EVERYONE
    left = store.find_left(db, run, first=first, last=last, only_proposed=False)
    if not left:
        raise NotFound(f"nothing of a run of {run.book} {run.version} on {run.on} stands")
    store.append_said(db, run, Saying.UNDO, actor=actor, note=note, at=at)
    on = business_day.today(db).current_on
    taken = take_steps(db, rules.undone(left, actor=actor, note=note), on=on, at=at)
    outbox.append(db, "risk.run-undone", customer_ids=[0], subject_ids=[run.version], at=at)
    return _governed(db, run, taken, Saying.UNDO, at=at)


def _governed(db: Connection, run: Run, taken: Taken, said: Saying, *, at: datetime) -> Governed:
    """Tell the owners what changed; where no run waits any more, close the case they waited in."""
    insert_notices(db, notices_of(taken.changes), at=at)
    store.close_case(db, note=f"{said} of {run.book} {run.version} on {run.on}", at=at)
    return Governed(run, 0, len(taken.answers))
