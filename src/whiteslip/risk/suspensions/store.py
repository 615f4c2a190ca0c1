"""Judging lines by the watch book in one statement, and imposing and lifting restrictions in sets."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from whiteslip.decisioning.decisions.store import record
from whiteslip.decisioning.features.store import watch_facts
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.statement import compile_seen, compile_statement
from whiteslip.decisioning.rulebooks.store import Running, shares
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.planning import joining_sets
from whiteslip.infra.sql import Sql
from whiteslip.kernel.reason import MOST_REASONS, Reason, ReasonCode
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import project_levels, take_turns
from whiteslip.risk.suspensions import rules
from whiteslip.risk.suspensions.model import (
    Change,
    Cured,
    Finding,
    Found,
    NewRestriction,
    Watched,
)

sql = Sql(__package__)

ENGINE = "watch book"


def watch(
    db: Connection,
    now: Running,
    *,
    first: int,
    last: int,
    on: date,
    at: datetime,
    only: Collection[int] | None = None,
) -> list[Watched]:
    """Judge the lines of customers `first` to `last` (or `only` those among them) and act on what differs.

    The live version and a challenger judge their own customers each, as of the morning of `on`. Restrictions are
    imposed, cured ones lifted, the level projected on the line and the decision kept, all in this transaction; what
    is returned is to be told to the owners before it ends.
    """
    done: list[Watched] = []
    for book, whose in shares(now):
        found = find(db, book, whose=whose, first=first, last=last, on=on, only=only)
        done.append(Watched(book, found.lines, _act(db, book, found.findings, on=on, at=at)))
    return done


def find(
    db: Connection,
    book: RuleBook,
    *,
    whose: str,
    first: int,
    last: int,
    on: date,
    only: Collection[int] | None = None,
) -> Found:
    """Find the lines on which what a book says and the restrictions that are active differ.

    `whose` is the condition, over a row `fact`, of the customers who count.
    """
    query, params = _judgment(book, whose)
    given = {
        **params,
        "first": first,
        "last": last,
        "as_of": on,
        "customer_ids": None if only is None else arrays.bigints(sorted(only)),
    }
    with joining_sets(db), db.cursor() as cursor:
        lines, rows = cursor.execute(query.encode(), given, prepare=True).fetchall()[0]
    findings = [
        Finding(*masks, gone=tuple(gone), seen=tuple(seen)) for *masks, gone, seen in rows or ()
    ]
    return Found(lines, sorted(findings, key=lambda one: (one.customer_id, one.line_id)))


@lru_cache(maxsize=16)
def _judgment(book: RuleBook, whose: str) -> tuple[str, dict[str, Any]]:
    """Put the facts, the compiled book and the comparison with active restrictions into one statement."""
    verdict = compile_statement(book, row="fact")
    query = sql.text("find_differences")
    for hole, filling in {
        "facts": watch_facts(source.name for source in book.inputs),
        "fired": verdict.fired_mask,
        "unknown": verdict.unknown_mask,
        "seen": compile_seen(book, row="fact"),
        "whose": whose,
    }.items():
        query = query.replace(f"/* {hole} */", filling)
    acting = [(n, rule) for n, rule in enumerate(book.rules) if rule.outcome in rules.LEVELS]
    return query, {
        "book": book.name,
        "rule_ids": arrays.texts([rule.id for _, rule in acting]),
        "levels": arrays.smallints([rules.LEVELS[rule.outcome] for _, rule in acting]),
        "bits": arrays.bigints([1 << n for n, _ in acting]),
        "acting": sum(1 << n for n, _ in acting),
        "reviewing": sum(1 << n for n, rule in acting if rule.reviews_unknown),
    }


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
        decision_ids=arrays.bigints([item.decision_id for item in imposed]),
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


def _act(
    db: Connection, book: RuleBook, findings: Sequence[Finding], *, on: date, at: datetime
) -> list[Change]:
    """Write what findings lead to: the decisions, the restrictions lifted and imposed, the levels of the lines."""
    acting = rules.actions(book, findings)
    if not acting:
        return []
    numbers = take_numbers(db, rules.numbers_needed(acting))
    orders = rules.orders(book, acting, numbers, on=on, at=at)
    record(db, orders.decisions)
    _lift(db, book, orders.cured, on=on, at=at)
    impose(db, orders.imposed, on=on, at=at, actor=ENGINE)
    told = _told(orders.imposed)
    found = [one.finding for one in acting]
    after = project(db, [LineKey(one.customer_id, one.line_id) for one in found])
    return [
        Change(
            one.customer_id,
            one.line_id,
            notice_id,
            one.level,
            after[one.customer_id, one.line_id],
            told.get((one.customer_id, one.line_id), ()),
            on,
        )
        for one, notice_id in zip(found, orders.notice_ids, strict=True)
    ]


def _lift(
    db: Connection, book: RuleBook, cured: Sequence[Cured], *, on: date, at: datetime
) -> None:
    if not cured:
        return
    sql.run(
        db,
        "lift_cured",
        customer_ids=arrays.bigints([item.customer_id for item in cured]),
        line_ids=arrays.bigints([item.line_id for item in cured]),
        rule_ids=arrays.texts([item.rule_id for item in cured]),
        decision_ids=arrays.bigints([item.decision_id for item in cured]),
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
