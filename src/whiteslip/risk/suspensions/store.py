"""Judging lines by the watch book in one statement, and imposing and lifting restrictions in sets."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from psycopg.rows import namedtuple_row

from whiteslip.decisioning.features.store import watch_facts
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.statement import compile_statement
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.planning import joining_sets
from whiteslip.infra.sql import Sql
from whiteslip.kernel.reason import MOST_REASONS, Reason, ReasonCode
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import project_levels, take_turns
from whiteslip.risk.suspensions import rules
from whiteslip.risk.suspensions.model import Change, Finding, NewRestriction

sql = Sql(__package__)

ENGINE = "watch book"


def watch(
    db: Connection,
    book: RuleBook,
    *,
    first: int,
    last: int,
    on: date,
    at: datetime,
    only: Collection[int] | None = None,
) -> list[Change]:
    """Judge the lines of customers `first` to `last` (or `only` those among them) and act on what differs.

    Restrictions are imposed, cured ones lifted and the level projected on the line, all in this transaction;
    what is returned is to be told to the owners before it ends.
    """
    findings = find(db, book, first=first, last=last, on=on, only=only)
    if not findings:
        return []
    imposed, notices = _imposed(db, book, findings)
    _lift(db, book, findings, on=on, at=at)
    impose(db, imposed, on=on, at=at, actor=ENGINE)
    told = _told(imposed)
    after = project(db, [LineKey(finding.customer_id, finding.line_id) for finding in findings])
    return [
        Change(
            finding.customer_id,
            finding.line_id,
            notices[finding.customer_id, finding.line_id],
            finding.level,
            after[finding.customer_id, finding.line_id],
            told.get((finding.customer_id, finding.line_id), ()),
            on,
        )
        for finding in findings
    ]


def find(
    db: Connection,
    book: RuleBook,
    *,
    first: int,
    last: int,
    on: date,
    only: Collection[int] | None = None,
) -> list[Finding]:
    """Find the lines on which fired rules and active restrictions differ."""
    query, rule_ids, bits = _judgment(book)
    params: dict[str, Any] = {
        "first": first,
        "last": last,
        "as_of": on,
        "book": book.name,
        "rule_ids": arrays.texts(rule_ids),
        "bits": arrays.bigints(bits),
        "only": None if only is None else arrays.bigints(sorted(only)),
    }
    with joining_sets(db), db.cursor(row_factory=namedtuple_row) as cursor:
        rows = cursor.execute(query.encode(), params, prepare=True).fetchall()
    return [Finding(*row) for row in rows]


@lru_cache(maxsize=16)
def _judgment(book: RuleBook) -> tuple[str, list[str], list[int]]:
    """Put the facts, the compiled book and the comparison with active restrictions into one statement."""
    verdict = compile_statement(book, row="fact")
    query = (
        sql.text("find_differences")
        .replace("/* facts */", watch_facts())
        .replace("/* fired */", verdict.fired_mask)
    )
    acting = [
        (rule.id, 1 << index)
        for index, rule in enumerate(book.rules)
        if rule.outcome in rules.LEVELS
    ]
    return query, [rule_id for rule_id, _ in acting], [bit for _, bit in acting]


def impose(
    db: Connection, imposed: Sequence[NewRestriction], *, on: date, at: datetime, actor: str
) -> None:
    """Write restrictions and the first step of each; the caller projects the level and sends the notice."""
    if not imposed:
        return
    sql.run(
        db,
        "impose_restrictions",
        customer_ids=arrays.bigints([item.customer_id for item in imposed]),
        restriction_ids=arrays.bigints([item.restriction_id for item in imposed]),
        line_ids=arrays.bigints([item.line_id for item in imposed]),
        levels=arrays.smallints([item.level for item in imposed]),
        books=arrays.texts([item.book for item in imposed]),
        versions=arrays.ints([item.book_version for item in imposed]),
        rule_ids=arrays.texts([item.rule_id for item in imposed]),
        reasons=arrays.jsons([reasons_json(item.reasons) for item in imposed]),
        ways_out=arrays.texts([item.way_out for item in imposed]),
        notice_ids=arrays.bigints([item.notice_id for item in imposed]),
        appeal_route=rules.APPEAL_ROUTE,
        actor=actor,
        since_on=on,
        happened_at=at,
    )


def is_active(db: Connection, key: LineKey, *, book: str, rule_id: str) -> bool:
    """Tell whether a rule restricts a line now."""
    found = sql.maybe(
        db,
        "find_active",
        customer_id=key.customer_id,
        line_id=key.line_id,
        book=book,
        rule_id=rule_id,
    )
    return found is not None


def line_of(db: Connection, customer_id: int, restriction_id: int) -> LineKey | None:
    """Return the line a restriction is on, lifted or not."""
    row = sql.maybe(db, "find_line", customer_id=customer_id, restriction_id=restriction_id)
    return None if row is None else LineKey(row.customer_id, row.line_id)


def lift_one(
    db: Connection,
    customer_id: int,
    restriction_id: int,
    *,
    actor: str,
    on: date,
    at: datetime,
) -> bool:
    """Lift one restriction; False when it is not active."""
    return bool(
        sql.run(
            db,
            "lift_restriction",
            customer_id=customer_id,
            restriction_id=restriction_id,
            actor=actor,
            lifted_on=on,
            happened_at=at,
        )
    )


def project(db: Connection, keys: Sequence[LineKey]) -> dict[tuple[int, int], int]:
    """Set each line's level to that of its strictest active restriction, and return the levels.

    The lines are locked first: a level read before another transaction restricts would undo it.
    """
    ordered = sorted(set(keys))
    take_turns(db, ordered)
    rows = sql.many(
        db,
        "read_levels",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        line_ids=arrays.bigints([key.line_id for key in ordered]),
    )
    levels = {LineKey(row.customer_id, row.line_id): row.level for row in rows}
    project_levels(db, ordered, [levels[key] for key in ordered])
    return {(key.customer_id, key.line_id): levels[key] for key in ordered}


def reasons_against(db: Connection, keys: Iterable[LineKey]) -> dict[LineKey, tuple[Reason, ...]]:
    """Read why lines take no purchase: the reasons of their active restrictions, strictest first."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "read_reasons",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        line_ids=arrays.bigints([key.line_id for key in ordered]),
    )
    found: dict[LineKey, list[Reason]] = {}
    for row in rows:
        kept = found.setdefault(LineKey(row.customer_id, row.line_id), [])
        kept.extend(
            reason
            for reason in reasons_from(row.reasons)
            if reason.code not in {one.code for one in kept}
        )
    return {key: tuple(reasons[:MOST_REASONS]) for key, reasons in found.items()}


def odd_restrictions(db: Connection) -> list[Any]:
    """Find active restrictions without a notice, and lines whose level is not their strictest one's."""
    with joining_sets(db):
        return sql.many(db, "find_odd_restrictions")


def reasons_json(reasons: Iterable[Reason]) -> str:
    """Write reasons as they are stored."""
    return json.dumps(
        [{"code": reason.code, "facts": dict(reason.facts)} for reason in reasons],
        separators=(",", ":"),
    )


def reasons_from(stored: Iterable[dict[str, Any]]) -> tuple[Reason, ...]:
    """Read reasons as they are stored."""
    return tuple(Reason(ReasonCode(one["code"]), one["facts"]) for one in stored)


def _imposed(
    db: Connection, book: RuleBook, findings: Sequence[Finding]
) -> tuple[list[NewRestriction], dict[tuple[int, int], int]]:
    """Number what the findings impose; every line that changes has one notice."""
    fired = [(finding, rule) for finding in findings for rule in rules.newly_fired(book, finding)]
    numbers = take_numbers(db, len(findings) + len(fired))
    notices = {
        (finding.customer_id, finding.line_id): number
        for finding, number in zip(findings, numbers, strict=False)
    }
    imposed = [
        NewRestriction(
            finding.customer_id,
            number,
            finding.line_id,
            rules.LEVELS[rule.outcome],
            book.name,
            book.version,
            rule.id,
            rules.reasons(rule, finding),
            rules.way_out(rule.reasons[0]),
            notices[finding.customer_id, finding.line_id],
        )
        for (finding, rule), number in zip(fired, numbers[len(findings) :], strict=True)
    ]
    return imposed, notices


def _lift(
    db: Connection, book: RuleBook, findings: Sequence[Finding], *, on: date, at: datetime
) -> None:
    cured = [
        (finding, rule) for finding in findings for rule in rules.no_longer_fired(book, finding)
    ]
    if not cured:
        return
    sql.run(
        db,
        "lift_cured",
        customer_ids=arrays.bigints([finding.customer_id for finding, _ in cured]),
        line_ids=arrays.bigints([finding.line_id for finding, _ in cured]),
        rule_ids=arrays.texts([rule.id for _, rule in cured]),
        book=book.name,
        actor=ENGINE,
        lifted_on=on,
        happened_at=at,
    )


def _told(imposed: Iterable[NewRestriction]) -> dict[tuple[int, int], tuple[Reason, ...]]:
    """Collect the reasons of what is imposed on each line, strictest first, each code once."""
    told: dict[tuple[int, int], dict[ReasonCode, Reason]] = {}
    for item in sorted(imposed, key=lambda item: -item.level):
        mine = told.setdefault((item.customer_id, item.line_id), {})
        for reason in item.reasons:
            mine.setdefault(reason.code, reason)
    return {key: tuple(mine.values())[:MOST_REASONS] for key, mine in told.items()}
