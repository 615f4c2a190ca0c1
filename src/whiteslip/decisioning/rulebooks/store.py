"""Rule books as kept: what judges now, the life of each version, what its shadow shows; what was parsed stays."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, cast

from psycopg.rows import namedtuple_row

from whiteslip.decisioning.features.store import declarations, statement, watch_facts
from whiteslip.decisioning.rulebooks import analysis, life
from whiteslip.decisioning.rulebooks.blast import Blast, BlastGuard, blast_limit, read_guard
from whiteslip.decisioning.rulebooks.experiment import challenged_condition
from whiteslip.decisioning.rulebooks.life import Change, Changes, Command, Standing, Status, Version
from whiteslip.decisioning.rulebooks.model import BookKind, InputType, RuleBook
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.decisioning.rulebooks.shadowing import Differences, MaskGroup, group_differences
from whiteslip.decisioning.rulebooks.statement import Statement, compile_statement
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.planning import joining_sets
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import Conflict, InvariantBroken, NotFound
from whiteslip.kernel.ids import MAX_ID
from whiteslip.kernel.reason import ReasonCode

sql = Sql(__package__)
_parsed: dict[tuple[str, int, str], RuleBook] = {}
_running: dict[str, tuple[tuple[object, ...], Running]] = {}


FACTS: Final[Mapping[BookKind, Callable[[RuleBook], str]]] = MappingProxyType(
    {
        BookKind.WATCH: lambda book: watch_facts(source.name for source in book.inputs),
        BookKind.LIMITS: lambda book: statement(source.name for source in book.inputs),
    }
)
"""The query of the facts (features and scores) a book reads, for customers `first` to `last` as of `as_of`.

The other kinds judge requests as they come, and are handed the facts by whoever asks.
"""

_NOTHING: Final = Statement(fired_mask="0::bigint", unknown_mask="0::bigint", outcome="0::smallint")


@dataclass(frozen=True, slots=True)
class Running:
    """What judges now: the live version, the challenger for `share_ppm` of the customers, the one in shadow."""

    live: RuleBook
    challenger: RuleBook | None
    share_ppm: int
    shadow: RuleBook | None


def shipped(name: str) -> str:
    """Return the text of a book that comes with the program: "watch", "checkout", "application", "limits"."""
    file = resources.files(__package__ or "") / "data" / f"{name}.toml"
    if not name.isidentifier() or not file.is_file():
        raise NotFound(f"no rule book {name!r} comes with the program")
    return file.read_text("utf-8")


@cache
def blast_guard() -> BlastGuard:
    """Read the parameters of the blast guard, once."""
    file = resources.files(__package__ or "") / "data" / "blast-guard.toml"
    return read_guard(file.read_text("utf-8"))


def publish(
    db: Connection,
    book: RuleBook,
    *,
    at: datetime,
    explained: Collection[ReasonCode] = tuple(ReasonCode),
) -> None:
    """Make a version that comes with the program the live one; what people write goes through its whole life.

    Every refusal of the analysis is `InvalidInput`. `explained` are the reasons with a text for customers; who does
    not pass them has checked them already. The live version again changes nothing; an older one becomes live again;
    another body under a used version, or one people are at work on, is `Conflict`.
    """
    book = analysis.accept(book.body, file=f"{book.name}.toml", explained=explained)
    now = standing(db, book.name)
    changes = life.found(now, book.version, checksum_of(book.body))
    keep(db, now, changes, at=at, body=book.body)


def live(db: Connection, name: str) -> RuleBook:
    """Return the live version of a book; the same object as long as it stays live."""
    row = sql.maybe(db, "find_live", book=name)
    if row is None:
        raise NotFound(f"no rule book {name!r} is live")
    return _known(db, name, row.version, row.checksum)


def running(db: Connection, name: str) -> Running:
    """Return all that judges now, in one statement; the same object as long as nothing of it changes."""
    rows = sql.many(db, "find_running", book=name)
    key = tuple(sorted(rows))
    kept = _running.get(name)
    if kept is not None and kept[0] == key:
        return kept[1]
    found = {row.status: _known(db, name, row.version, row.checksum) for row in rows}
    if Status.LIVE not in found:
        raise NotFound(f"no rule book {name!r} is live")
    shares = [row.share_ppm for row in rows if row.status == Status.CHALLENGER]
    challenger, shadow = found.get(Status.CHALLENGER), found.get(Status.SHADOW)
    made = Running(found[Status.LIVE], challenger, sum(shares), shadow)
    _running[name] = (key, made)
    return made


def version_of(db: Connection, name: str, version: int) -> RuleBook:
    """Return one version of a book, whatever its status, as parsed."""
    found = next((each for each in _versions(db, name) if each.version == version), None)
    if found is None:
        raise NotFound(f"there is no version {version} of the rule book {name!r}")
    return _known(db, name, version, found.checksum)


def standing(db: Connection, name: str) -> Standing:
    """Read where every version of a name stands, and let nobody else change it until the transaction ends."""
    sql.many(db, "bar_name", book=name)
    return Standing(name, _versions(db, name))


def keep(
    db: Connection, now: Standing, changes: Changes, *, at: datetime, body: str | None = None
) -> None:
    """Write what a command decided, and a step of the record for each change; `body` is that of a new text."""
    for change in changes:
        if body is not None and change.command in (Command.DRAFT, Command.FOUND):
            _write(db, now.name, change.after, body)
        before = change.before or Status.DRAFT
        if not sql.run(db, "move_version", **_columns(now.name, change), before=before, at=at):
            raise Conflict(f"version {change.after.version} of {now.name} is not {before} any more")
        sql.run(
            db,
            "append_event",
            book=now.name,
            version=change.after.version,
            command=change.command.value,
            before="none" if change.before is None else change.before.value,
            after=change.after.status,
            actor=change.actor,
            checksum=change.after.checksum,
            evidence=json.dumps(dict(change.evidence)),
            at=at,
        )


def record_backtest(
    db: Connection,
    name: str,
    version: int,
    *,
    by: str,
    evidence: Mapping[str, Any],
    at: datetime,
) -> None:
    """Keep what a backtest of a validated version found; `evidence` is what can be written as JSON."""
    now = standing(db, name)
    keep(db, now, life.backtest(now, version, by=by, evidence=evidence), at=at)


def supplied(kind: BookKind) -> Mapping[str, InputType] | None:
    """Name the facts supplied to a kind of book, with their types; None where it is handed them by whoever asks."""
    if kind not in FACTS:
        return None
    return {one.name: InputType(one.type.value) for one in declarations().facts.values()}


def shares(now: Running) -> tuple[tuple[RuleBook, str], ...]:
    """Name the versions that judge and act, the live one first, each with whom: a condition over a row `fact`."""
    challenger = now.challenger
    if challenger is None:
        return ((now.live, "true"),)
    mine = challenged_condition(
        row="fact", name=challenger.name, version=challenger.version, share_ppm=now.share_ppm
    )
    return (now.live, f"NOT {mine}"), (challenger, mine)


def compare_versions(
    db: Connection,
    live_book: RuleBook | None,
    other: RuleBook,
    *,
    on: date,
    first: int = 1,
    last: int = MAX_ID,
    share_ppm: int | None = None,
) -> list[MaskGroup]:
    """Judge customers `first` to `last` as of a day by two versions, and count them by what each says.

    With a share only the customers count whom `other` would challenge. Without a live book everybody was clear. The
    kind must be one whose facts are supplied.
    """
    counted = "true"
    if share_ppm is not None:
        counted = challenged_condition(
            row="fact", name=other.name, version=other.version, share_ppm=share_ppm
        )
    return _compare(db, live_book, other, counted=counted, params=_of(on, first, last))


def shadow_of_range(
    db: Connection, now: Running, *, first: int, last: int, on: date
) -> Differences | None:
    """Judge the lines of customers `first` to `last` by the live version and the one in shadow, if there is one.

    Whom a challenger judges does not count: the live version says nothing about them.
    """
    if now.shadow is None:
        return None
    (_, whose), *_ = shares(now)
    groups = _compare(db, now.live, now.shadow, counted=whose, params=_of(on, first, last))
    return group_differences(now.live, now.shadow, groups)


def count_shadow(db: Connection, name: str, differences: Differences, *, on: date) -> None:
    """Keep what a batch showed of the version in shadow; a row of its own, so that batches do not meet."""
    lives, shadows, rows = (
        zip(*differences.outcomes, strict=True) if differences.rows else ((),) * 3
    )
    rules = differences.rules
    sql.run(
        db,
        "count_shadow",
        book=name,
        shadow_version=differences.shadow_version,
        live_version=differences.live_version,
        counted_on=on,
        live_outcomes=arrays.smallints(lives),
        shadow_outcomes=arrays.smallints(shadows),
        outcome_rows=arrays.ints(rows),
        rule_ids=arrays.texts([rule.rule_id for rule in rules]),
        fired_both=arrays.ints([rule.both for rule in rules]),
        fired_live=arrays.ints([rule.only_live for rule in rules]),
        fired_shadow=arrays.ints([rule.only_shadow for rule in rules]),
    )


def count_run(
    db: Connection, book: RuleBook, *, on: date, accounts: int, moved: int, by_event: bool = False
) -> None:
    """Keep how many accounts judged by a part of a run, or by an event, moved to a restriction or a smaller limit."""
    sql.run(
        db,
        "count_run",
        book=book.name + _EVENTS * by_event,
        version=book.version,
        run_on=on,
        accounts=accounts,
        moved=moved,
    )


def trailing_moves(db: Connection, name: str, *, runs: int) -> list[int]:
    """Return how many accounts each of the latest runs moved, the latest first."""
    return [row.moved for row in sql.many(db, "sum_runs", book=name, runs=runs)]


def blast_of_run(db: Connection, book: RuleBook, *, on: date) -> Blast:
    """Count what a version's run of a day moves or would move, and hold it against the runs of the days before.

    The first run of a name has no limit: nothing speaks for it but the people who release it.
    """
    row = sql.one(db, "sum_run", book=book.name, version=book.version, run_on=on)
    guard = blast_guard()
    past = list(row.past or ())[: guard.trailing_runs]
    if not past:
        return Blast(row.accounts, row.moved, None)
    limit = max(guard.least_accounts_a_run, blast_limit(row.accounts, past, guard=guard))
    return Blast(row.accounts, row.moved, limit)


def left_for_events(db: Connection, book: RuleBook, *, on: date) -> int:
    """Return how many more accounts events may move on a day: as many as a run without release, less those moved."""
    guard = blast_guard()
    accounts = int(sql.one(db, "count_last_accounts", book=book.name).accounts)
    row = sql.one(db, "sum_run", book=book.name + _EVENTS, version=book.version, run_on=on)
    past = list(row.past or ())
    return max(guard.least_accounts_a_run, blast_limit(accounts, past, guard=guard)) - int(
        row.moved
    )


_EVENTS = "/events"


def checksum_of(body: str) -> str:
    """Return the SHA-256 of a body, in hex."""
    return sha256(body.encode()).hexdigest()


def _compare(
    db: Connection,
    live_book: RuleBook | None,
    other: RuleBook,
    *,
    counted: str,
    params: Mapping[str, Any],
) -> list[MaskGroup]:
    here = _NOTHING if live_book is None else compile_statement(live_book, row="fact")
    there = compile_statement(other, row="fact")
    query = sql.text("compare_versions")
    for hole, filling in {
        "facts": _facts(live_book, other),
        "live_fired": here.fired_mask,
        "live_outcome": here.outcome,
        "shadow_fired": there.fired_mask,
        "shadow_outcome": there.outcome,
        "counted": counted,
    }.items():
        query = query.replace(f"/* {hole} */", filling)
    with joining_sets(db), db.cursor(row_factory=namedtuple_row) as cursor:
        rows = cursor.execute(query.encode(), params, prepare=True).fetchall()
    return [MaskGroup(*row) for row in rows]


def _facts(live_book: RuleBook | None, other: RuleBook) -> str:
    """Write the query of the facts that either version reads."""
    inputs = (*other.inputs, *(live_book.inputs if live_book else ()))
    return FACTS[other.kind](replace(other, inputs=tuple(dict.fromkeys(inputs))))


def _of(on: date, first: int, last: int) -> dict[str, Any]:
    return {"first": first, "last": last, "customer_ids": None, "as_of": on}


def _versions(db: Connection, name: str) -> tuple[Version, ...]:
    return tuple(
        Version(
            row.version,
            Status(row.status),
            row.checksum,
            tuple(row.authors),
            row.approved_by,
            row.share_ppm,
            row.proposed_ppm,
            row.proposed_moved,
            tuple(row.released_by),
            row.replaced_version,
        )
        for row in sql.many(db, "read_versions", book=name)
    )


def _write(db: Connection, name: str, after: Version, body: str) -> None:
    sql.run(
        db,
        "write_draft",
        book=name,
        version=after.version,
        body=body,
        checksum=after.checksum,
        authors=arrays.texts(after.authors),
    )


def _columns(name: str, change: Change) -> dict[str, Any]:
    after = change.after
    return {
        "book": name,
        "version": after.version,
        "after": after.status,
        "authors": arrays.texts(after.authors),
        "approved_by": after.approved_by,
        "share_ppm": after.share_ppm,
        "proposed_ppm": after.proposed_ppm,
        "proposed_moved": after.proposed_moved,
        "released_by": arrays.texts(after.released_by),
        "replaced_version": after.replaced_version,
    }


def _known(db: Connection, name: str, version: int, checksum: str) -> RuleBook:
    key = (name, version, checksum)
    if (book := _parsed.get(key)) is None:
        body = cast("str", sql.one(db, "read_body", book=name, version=version).body)
        book = _parsed[key] = _parse(*key, body)
    return book


def _parse(name: str, version: int, checksum: str, body: str) -> RuleBook:
    book, problems = read(body, file=f"{name} {version}")
    if book is None or checksum_of(body) != checksum:
        raise InvariantBroken(f"rule book {name} {version} is not as it was published: {problems}")
    return book
