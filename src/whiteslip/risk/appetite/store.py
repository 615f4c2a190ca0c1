"""The appetite as kept: its versions, what people passed, what was found, and the figures that a check needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any, cast

from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.model import BookKind
from whiteslip.infra import arrays, outbox
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import Conflict, InvariantBroken
from whiteslip.risk.appetite import rules
from whiteslip.risk.appetite.life import Command, State, Step, Version
from whiteslip.risk.appetite.model import (
    Appetite,
    Checked,
    Figure,
    Finding,
    Held,
    Kind,
    Measure,
    Pass,
    Subject,
)
from whiteslip.risk.appetite.reading import read_appetite, read_method
from whiteslip.risk.appetite.solving import Method
from whiteslip.risk.portfolio.loss import read_loss_terms
from whiteslip.risk.portfolio.model import Standing
from whiteslip.risk.runs.model import Run

sql = Sql(__package__)
_parsed: dict[tuple[int, str], Appetite] = {}
NOBODY = 0
"""An appetite is of no one customer."""


def shipped() -> str:
    """Return the text that comes with the program: a draft to begin with, in force nowhere."""
    return _data("appetite.toml")


@cache
def method() -> Method:
    """Read how cut-offs are solved, once."""
    return read_method(_data("solving.toml"))


@cache
def lost_ppm() -> int:
    """Return the part lost of a debt that has just defaulted, as expected losses have it."""
    folder = resources.files("whiteslip.risk.portfolio") / "data"
    terms = read_loss_terms((folder / "loss.toml").read_text("utf-8"))
    return terms.loss_ppm[Standing.DAYS_91_120]


def bar_appetite(db: Connection) -> None:
    """Let nobody else change or pass the appetite until the transaction ends."""
    sql.many(db, "bar_appetite")


def insert_version(db: Connection, version: int, body: str, *, by: str) -> None:
    """Keep the text of a version; `Conflict` where there is one under its number."""
    checksum = checksum_of(body)
    if not sql.run(
        db, "insert_version", version=version, body=body, checksum=checksum, drafted_by=by
    ):
        raise Conflict(f"appetite {version} is written already")


def append_steps(db: Connection, steps: Sequence[Step], *, at: datetime) -> None:
    """Keep steps of versions in order, and say each as an event."""
    for step in steps:
        if not sql.run(db, "append_step", **step._asdict(), at=at):
            raise Conflict(f"appetite {step.version} has moved on; look at it again")
    said = [step for step in steps if step.command is not Command.REPLACE]
    for step in said:
        topic = f"risk.appetite-{_TOPICS[step.command]}"
        outbox.append(db, topic, customer_ids=[NOBODY], subject_ids=[step.version], at=at)


_TOPICS: Mapping[Command, str] = {
    Command.DRAFT: "drafted",
    Command.PUBLISH: "published",
    Command.WITHDRAW: "withdrawn",
}


def read_versions(db: Connection) -> list[Version]:
    """Read where every version stands, oldest first."""
    rows = sql.many(db, "read_versions")
    return [Version(row.version, State(row.state), row.drafted_by, row.steps) for row in rows]


def find_in_force(db: Connection) -> Appetite | None:
    """Return the version in force; None before two people published one."""
    row = sql.maybe(db, "find_in_force")
    if row is None:
        return None
    key = (int(row.version), str(row.checksum))
    if key not in _parsed:
        if checksum_of(row.body) != row.checksum:
            raise InvariantBroken(f"appetite {row.version} is not as it was published")
        _parsed[key] = read_appetite(row.body)
    return _parsed[key]


def append_pass(
    db: Connection, checked: Checked, finding: Finding, *, by: str, note: str, at: datetime
) -> None:
    """Keep a person's word to go past a limit, and say it as an event."""
    sql.run(
        db,
        "append_pass",
        subject=checked.subject.key,
        version=checked.version,
        measure=finding.limit.measure,
        value_ppm=finding.value_ppm,
        limit_ppm=finding.limit.ppm,
        actor=by,
        note=note,
        at=at,
    )
    version = checked.version or NOBODY
    topic = "risk.appetite-passed"
    outbox.append(db, topic, customer_ids=[NOBODY], subject_ids=[version], at=at)


def read_passes(db: Connection, subject: Subject, version: int) -> list[Pass]:
    """Read who went past which limit of a version for a subject."""
    rows = sql.many(db, "read_passes", subject=subject.key, version=version)
    return [Pass(Measure(row.measure), *row[1:]) for row in rows]


def insert_findings(db: Connection, checked: Checked, *, by: str, at: datetime) -> None:
    """Keep what was found of a subject that goes on; nothing where no appetite is in force.

    A line that was restricted already is suspended without a proposal, so that a run may be found beyond its limit when
    it is done: that is said as an event.
    """
    if checked.version is None:
        return
    found = checked.findings
    sql.run(
        db,
        "insert_findings",
        subject=checked.subject.key,
        version=checked.version,
        measures=arrays.texts([one.limit.measure.value for one in found]),
        held=arrays.texts([one.held.value for one in found]),
        values_ppm=arrays.bigints([one.value_ppm for one in found]),
        limits_ppm=arrays.bigints([one.limit.ppm for one in found]),
        out_of=arrays.bigints([one.cases for one in found]),
        parts=arrays.texts([one.part for one in found]),
        whys=arrays.texts([None if one.why is None else one.why.value for one in found]),
        passed=arrays.bools([one in checked.passed for one in found]),
        actor=by,
        at=at,
    )
    if any(one.held is Held.BEYOND for one in checked.refusing):
        topic, numbers = "risk.appetite-exceeded", [checked.version]
        outbox.append(db, topic, customer_ids=[NOBODY], subject_ids=numbers, at=at)


def count_run(db: Connection, run: Run) -> tuple[Figure, Figure]:
    """Count what a run would suspend with those suspended on its day already, and how many would be in all."""
    row = sql.one(db, "count_run", book=run.book, version=run.version, run_on=run.on)
    return (
        Figure(Measure.SUSPENDED_A_DAY, row.proposed + row.suspended_today, row.lines, row.lines),
        Figure(Measure.SUSPENDED, row.suspended + row.proposed, row.lines, row.lines),
    )


def find_backtest(db: Connection, book: str, version: int) -> Mapping[str, Any] | None:
    """Return what the last back-test of a version's text found; None where none was kept."""
    row = sql.maybe(db, "find_backtest", book=book, version=version)
    return None if row is None else cast("Mapping[str, Any]", row.evidence)


def check_run(db: Connection, run: Run, *, appetite: Appetite | None = None) -> Checked:
    """Hold a run against an appetite, or else the one in force.

    How many of those it stops would have paid is what the last back-test of its version found.
    """
    subject = Subject(Kind.RUN, run.book, run.version, run.on)
    used = appetite or find_in_force(db)
    if used is None:
        return Checked(subject, None, ())
    evidence = find_backtest(db, run.book, run.version)
    tried = rules.draft_figures(evidence, used, lost_ppm=lost_ppm())
    figures = [
        *(one for one in tried if one.measure is Measure.FALSE_POSITIVE),
        *count_run(db, run),
    ]
    return _check(db, subject, figures, used, wanted=rules.MEASURES[Kind.RUN])


def check_draft(
    db: Connection, book: str, version: int, *, appetite: Appetite | None = None
) -> Checked:
    """Hold a version of a rule book against an appetite, or else the one in force, by its last back-test."""
    subject = Subject(Kind.DRAFT, book, version)
    used = appetite or find_in_force(db)
    if used is None:
        return Checked(subject, None, ())
    suspends = rulebooks.version_of(db, book, version).kind is BookKind.WATCH
    figures = rules.draft_figures(find_backtest(db, book, version), used, lost_ppm=lost_ppm())
    return _check(db, subject, figures, used, wanted=rules.draft_measures(suspends=suspends))


def checksum_of(body: str) -> str:
    """Return the SHA-256 of a text, in hex."""
    return sha256(body.encode()).hexdigest()


def _check(
    db: Connection,
    subject: Subject,
    figures: Sequence[Figure],
    appetite: Appetite,
    *,
    wanted: Sequence[Measure],
) -> Checked:
    passes = read_passes(db, subject, appetite.version)
    needed = rulebooks.blast_guard().releases
    return rules.check(subject, figures, appetite, wanted=wanted, passes=passes, needed=needed)


def _data(name: str) -> str:
    return (resources.files(__package__ or "") / "data" / name).read_text("utf-8")
