"""Keep the risk appetite: versions drafted by one person and published by another, and limits passed by two."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.risk.appetite import life, rules, store
from whiteslip.risk.appetite.life import State
from whiteslip.risk.appetite.model import Checked, Measure
from whiteslip.risk.appetite.reading import read_appetite
from whiteslip.risk.runs.model import Run

__all__ = [
    "Moved",
    "PassRequest",
    "Passed",
    "draft_appetite",
    "pass_limit",
    "publish_appetite",
    "shipped",
    "withdraw_appetite",
]

shipped = store.shipped


class Moved(NamedTuple):
    """A version of the appetite, and where it stands now."""

    version: int
    state: State


class PassRequest(NamedTuple):
    """Go past a limit for a version of a rule book, or with a date for its run."""

    book: str
    version: int
    on: date | None
    measure: Measure
    by: str
    note: str


class Passed(NamedTuple):
    """What was passed at which figure, and how many people must still say the same."""

    checked: Checked
    measure: Measure
    value_ppm: int | None
    limit_ppm: int
    missing: int


def draft_appetite(db: Connection, body: str, *, by: str, note: str, at: datetime) -> Moved:
    """Keep a text as the next version; what cannot be read is `InvalidInput`, and nothing changes before publishing."""
    _fits(note)
    appetite = read_appetite(body)
    store.bar_appetite(db)
    steps = life.draft(store.read_versions(db), appetite.version, by=by, note=note)
    store.insert_version(db, appetite.version, body, by=actor_of(by))
    store.append_steps(db, steps, at=at)
    return Moved(appetite.version, State.DRAFTED)


def publish_appetite(db: Connection, version: int, *, by: str, note: str, at: datetime) -> Moved:
    """Bring a version into force, as another person than who drafted it; the one before ends with that."""
    _fits(note)
    store.bar_appetite(db)
    store.append_steps(db, life.publish(store.read_versions(db), version, by=by, note=note), at=at)
    return Moved(version, State.IN_FORCE)


def withdraw_appetite(db: Connection, version: int, *, by: str, note: str, at: datetime) -> Moved:
    """Give up a draft."""
    _fits(note)
    store.bar_appetite(db)
    store.append_steps(db, life.withdraw(store.read_versions(db), version, by=by, note=note), at=at)
    return Moved(version, State.WITHDRAWN)


def pass_limit(db: Connection, request: PassRequest, *, at: datetime) -> Passed:
    """Say as one of two people that a subject may pass a limit, at the figure it has now; a worse one is not covered.

    Who wrote a draft passes nothing of it. A new version of the appetite asks again.
    """
    store.bar_appetite(db)
    checked, authors = _checked(db, request)
    if checked.version is None:
        raise Conflict("no appetite is in force: nothing is to be passed")
    passes = store.read_passes(db, checked.subject, checked.version)
    actor, finding = rules.check_pass(
        checked, request.measure, passes, by=request.by, note=request.note, authors=authors
    )
    store.append_pass(db, checked, finding, by=actor, note=request.note, at=at)
    now = store.read_passes(db, checked.subject, checked.version)
    missing = rules.missing_passes(finding, now, needed=rulebooks.blast_guard().releases)
    return Passed(checked, request.measure, finding.value_ppm, finding.limit.ppm, missing)


def _checked(db: Connection, request: PassRequest) -> tuple[Checked, Collection[str]]:
    _fits(request.note)
    found = rulebooks.standing(db, request.book).find(request.version)
    if request.on is None:
        return store.check_draft(db, request.book, request.version), found.authors
    return store.check_run(db, Run(request.book, request.version, request.on)), ()


def _fits(note: str) -> None:
    if len(note) > _LONGEST_NOTE:
        raise InvalidInput(f"a note has at most {_LONGEST_NOTE} characters", where="note")


_LONGEST_NOTE = 2000
