"""Lead a version of a rule book from draft to live: each step by a person, each kept with its grounds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from whiteslip.care.notices.store import explained
from whiteslip.decisioning.rulebooks import analysis, life
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.blast import HARMLESS, MOVES, Blast, blast_limit
from whiteslip.decisioning.rulebooks.experiment import WHOLE
from whiteslip.decisioning.rulebooks.life import Command, Status
from whiteslip.decisioning.rulebooks.model import Problem, RuleBook
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.decisioning.rulebooks.shadowing import Differences, MaskGroup, group_differences
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.risk.appetite.model import Checked as HeldAgainst
from whiteslip.risk.appetite.rules import insist
from whiteslip.risk.appetite.store import check_draft, insert_findings


class Checked(NamedTuple):
    """A version after a look at it: what is refused, and what is only warned of."""

    name: str
    version: int
    checksum: str
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


class Admitted(NamedTuple):
    """What asking for a version to go live came to: in effect, or a proposal that waits for releases.

    `appetite` is how it stands to the risk appetite.
    """

    name: str
    version: int
    share_ppm: int
    blast: Blast
    proposed: bool
    releases_missing: int
    differences: Differences | None
    appetite: HeldAgainst


def draft(db: Connection, body: str, *, file: str, by: str, at: datetime) -> Checked:
    """Keep a text as a draft of the version it says, and validate it if nothing is to be refused.

    A text that cannot be read is `InvalidInput` with every problem; problems of its meaning leave it a draft.
    """
    book, problems = read(body, file=file)
    if book is None:
        raise InvalidInput("\n".join(map(str, problems)), where=file)
    now = rulebooks.standing(db, book.name)
    _keeps_its_kind(db, now, book)
    changes = life.draft(now, book.version, rulebooks.checksum_of(body), by=by)
    rulebooks.keep(db, now, changes, at=at, body=body)
    if not changes and now.find(book.version).status is not Status.DRAFT:
        warned = analysis.warnings(book, file=file)
        return Checked(book.name, book.version, rulebooks.checksum_of(body), (), warned)
    return validate(db, book.name, book.version, by=by, at=at, file=file)


def validate(
    db: Connection, name: str, version: int, *, by: str, at: datetime, file: str | None = None
) -> Checked:
    """Analyze a draft; it is validated if nothing is refused, and stays a draft otherwise."""
    now = rulebooks.standing(db, name)
    now.find(version)
    book = rulebooks.version_of(db, name, version)
    file = file or f"{name}.toml"
    problems = _problems(book, file)
    warned = analysis.warnings(book, file=file)
    evidence = {"warnings": [str(each) for each in warned]} if warned else {}
    changes = life.validate(now, version, by=by, evidence=evidence)
    if not problems:
        rulebooks.keep(db, now, changes, at=at)
    return Checked(name, version, rulebooks.checksum_of(book.body), problems, warned)


def record_backtest(
    db: Connection, name: str, version: int, *, by: str, evidence: Mapping[str, Any], at: datetime
) -> None:
    """Keep what a backtest found, wherever it was run."""
    rulebooks.record_backtest(db, name, version, by=by, evidence=evidence, at=at)


def approve(
    db: Connection,
    name: str,
    version: int,
    *,
    by: str,
    at: datetime,
    checksum: str | None = None,
    note: str = "",
) -> None:
    """Approve a version that others wrote; with `checksum`, or the first letters of it, only that text."""
    now = rulebooks.standing(db, name)
    rulebooks.keep(db, now, life.approve(now, version, by=by, checksum=checksum, note=note), at=at)


def start_shadow(db: Connection, name: str, version: int, *, by: str, at: datetime) -> None:
    """Let an approved version be evaluated beside the live one."""
    now = rulebooks.standing(db, name)
    rulebooks.keep(db, now, life.shadow(now, version, by=by), at=at)


def go_live(
    db: Connection, name: str, version: int, *, by: str, at: datetime, share_ppm: int = WHOLE
) -> Admitted:
    """Make a version live, or the challenger for a share of the customers, unless the blast guard stops it.

    What would move too many accounts, cannot be counted, or has no version before it becomes a proposal. What is not
    within the risk appetite is `Conflict`, which names the limits, until two people have passed them.
    """
    now = rulebooks.standing(db, name)
    book = rulebooks.version_of(db, name, version)
    life.go_live(now, version, by=by, blast=HARMLESS, share_ppm=share_ppm)  # legal at all?
    held = check_draft(db, name, version)
    insist(held)
    blast, differences = _count(db, now, book, share_ppm)
    changes = life.go_live(now, version, by=by, blast=blast, share_ppm=share_ppm)
    rulebooks.keep(db, now, changes, at=at)
    proposed = changes[-1].command is Command.PROPOSE
    missing = rulebooks.blast_guard().releases if proposed else 0
    if not proposed:
        insert_findings(db, held, by=changes[-1].actor, at=at)
    return Admitted(name, version, share_ppm, blast, proposed, missing, differences, held)


def release(db: Connection, name: str, version: int, *, by: str, at: datetime) -> Admitted:
    """Release a proposal as one of the people needed; the last of them puts it into effect."""
    now, guard = rulebooks.standing(db, name), rulebooks.blast_guard()
    found = now.find(version)
    if found.proposed_ppm is None:
        raise Conflict(f"version {version} of {name} is not proposed: there is nothing to release")
    held = check_draft(db, name, version)
    insist(held)
    book = rulebooks.version_of(db, name, version)
    blast, differences = _count(db, now, book, found.proposed_ppm)
    changes = life.release(now, version, by=by, blast=blast, guard=guard)
    rulebooks.keep(db, now, changes, at=at)
    last = changes[-1].after
    proposed = changes[-1].command is Command.RELEASE
    missing = guard.releases - len(last.released_by) if proposed else 0
    if not proposed:
        insert_findings(db, held, by=changes[-1].actor, at=at)
    return Admitted(name, version, found.proposed_ppm, blast, proposed, missing, differences, held)


def retire(
    db: Connection, name: str, version: int, *, by: str, at: datetime, note: str = ""
) -> None:
    """End a version that is not live."""
    now = rulebooks.standing(db, name)
    rulebooks.keep(db, now, life.retire(now, version, by=by, note=note), at=at)


def roll_back(db: Connection, name: str, *, by: str, at: datetime, note: str = "") -> int:
    """Undo what took effect last, in one step; returns the version that judges everybody now."""
    now = rulebooks.standing(db, name)
    rulebooks.keep(db, now, life.roll_back(now, by=by, note=note), at=at)
    return rulebooks.live(db, name).version


def _keeps_its_kind(db: Connection, now: life.Standing, book: RuleBook) -> None:
    """Refuse another kind under the same name: whoever runs the name would run something else."""
    others = [each.version for each in now.versions if each.version != book.version]
    if not others:
        return
    kind = rulebooks.version_of(db, now.name, others[-1]).kind
    if kind is not book.kind:
        raise InvalidInput(f"{now.name} is a {kind.value} book, not a {book.kind.value} book")


def _problems(book: RuleBook, file: str) -> tuple[Problem, ...]:
    _, problems = analysis.examine(book.body, file=file, explained=explained())
    supplied = rulebooks.supplied(book.kind)
    if supplied is None:
        return problems
    return *problems, *analysis.not_supplied(book, supplied, file=file)


def _count(
    db: Connection, now: life.Standing, book: RuleBook, share_ppm: int
) -> tuple[Blast, Differences | None]:
    """Count what a version would move today, and where it differs from the live one."""
    before = None if now.live is None else rulebooks.version_of(db, book.name, now.live.version)
    if book.kind not in MOVES:
        return (HARMLESS if before else Blast(0, 0, None)), None
    on = business_day.read(db).current_on
    share = None if share_ppm == WHOLE else share_ppm
    groups = rulebooks.compare_versions(db, before, book, on=on, share_ppm=share)
    if before is None:
        return _blast(book, groups, limit=None), None
    limit = _limit(db, book.name, sum(group.rows for group in groups), share_ppm)
    return _blast(book, groups, limit=limit), group_differences(before, book, groups)


def _blast(book: RuleBook, groups: list[MaskGroup], *, limit: int | None) -> Blast:
    moving = MOVES[book.kind]
    moved = sum(
        group.rows
        for group in groups
        if group.shadow_outcome in moving and group.live_outcome not in moving
    )
    return Blast(sum(group.rows for group in groups), moved, limit)


def _limit(db: Connection, name: str, accounts: int, share_ppm: int) -> int:
    """Return how many of the accounts judged may be moved; past runs, which judged all, count by the share."""
    guard = rulebooks.blast_guard()
    past = rulebooks.trailing_moves(db, name, runs=guard.trailing_runs)
    return blast_limit(accounts, [moved * share_ppm // WHOLE for moved in past], guard=guard)
