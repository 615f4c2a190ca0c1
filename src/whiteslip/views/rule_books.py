"""Rule books as people look at them: what is wrong with a text, where versions stand, how they came there."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from whiteslip.care.notices.store import explained
from whiteslip.decisioning.rulebooks import analysis
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.model import Problem, RuleBook
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.decisioning.rulebooks.shadowing import OutcomePair, RulePair
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvalidInput, NotFound
from whiteslip.kernel.verdict import Outcome

sql = Sql(__package__)


class Look(NamedTuple):
    """A text after a look at it: the book if it can be read, what is refused, what is only warned of."""

    book: RuleBook | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


class VersionView(NamedTuple):
    """Where a version stands; `authors` wrote it, `replaced_version` was live before it."""

    name: str
    version: int
    status: str
    authors: list[str]
    approved_by: str | None
    share_ppm: int | None
    proposed_ppm: int | None
    proposed_moved: int | None
    released_by: list[str]
    replaced_version: int | None
    published_at: datetime | None
    checksum: str


class StepView(NamedTuple):
    """A step a version took."""

    version: int
    step: int
    command: str
    from_status: str
    to_status: str
    actor: str
    checksum: str
    evidence: dict[str, Any]
    happened_at: datetime


class ShadowView(NamedTuple):
    """What the shadow of a version showed so far."""

    outcomes: tuple[OutcomePair, ...]
    rules: tuple[RulePair, ...]


def look(body: str, *, file: str) -> Look:
    """Find every problem of a text and everything worth a warning; needs no database."""
    book, problems = analysis.examine(body, file=file, explained=explained())
    return Look(book, problems, analysis.warnings(book, file=file) if book else ())


def parsed(body: str, *, file: str) -> RuleBook:
    """Read a text, or raise `InvalidInput` with what keeps it from being read."""
    book, problems = read(body, file=file)
    if book is None:
        raise InvalidInput("\n".join(map(str, problems)), where=file)
    return book


def shipped(name: str) -> str:
    """Return the text of a book that comes with the program."""
    return rulebooks.shipped(name)


def kept(db: Connection, name: str, version: int | None) -> str:
    """Return the text of a version, or of the live one."""
    row = sql.maybe(db, "find_rule_book", book=name, version=version)
    if row is None:
        which = "is live" if version is None else f"has a version {version}"
        raise NotFound(f"no rule book {name!r} {which}")
    return row.body


def versions(db: Connection, name: str | None = None) -> list[VersionView]:
    """List the versions of a book, or of all."""
    return [VersionView(*row) for row in sql.many(db, "list_rule_books", book=name)]


def steps(db: Connection, name: str) -> list[StepView]:
    """List what happened to the versions of a book, the newest first, at most a thousand."""
    found = [StepView(*row) for row in sql.many(db, "list_rule_book_steps", book=name)]
    if not found:
        raise NotFound(f"there is no rule book named {name!r}")
    return found


def shadow_of(db: Connection, name: str, version: int) -> ShadowView:
    """Sum what the shadow of a version showed; rules that differ most come first."""
    outcomes = sql.many(db, "sum_shadow_outcomes", book=name, version=version)
    rules = sql.many(db, "sum_shadow_rules", book=name, version=version)
    return ShadowView(
        tuple(OutcomePair(Outcome(row.live), Outcome(row.shadow), row.total) for row in outcomes),
        tuple(RulePair(*row) for row in rules),
    )
