"""Judging lines by the watch book in one statement, and making what differs so."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from whiteslip.decisioning.decisions.rules import Fact
from whiteslip.decisioning.decisions.store import record
from whiteslip.decisioning.features.store import declarations, watch_facts
from whiteslip.decisioning.habits.rules import SCORE_DAYS, SCORE_MODEL
from whiteslip.decisioning.models.model import NoModel
from whiteslip.decisioning.models.store import load, read_evidence
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.statement import compile_seen, compile_statement
from whiteslip.decisioning.rulebooks.store import Running, shares
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.planning import joining_sets, planned_once
from whiteslip.infra.sql import Sql
from whiteslip.kernel.reason import MOST_REASONS, Reason, ReasonCode
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.reviews.store import open_cases
from whiteslip.risk.suspensions.life import State
from whiteslip.risk.suspensions.model import Change, NewRestriction
from whiteslip.risk.suspensions.store import impose, project, reasons_from, ways
from whiteslip.risk.watching import rules
from whiteslip.risk.watching.factors import explain
from whiteslip.risk.watching.model import Action, Cured, Explained, Finding, Found, Watched

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
    proposing: bool = False,
    most: Callable[[RuleBook], int] | None = None,
) -> list[Watched]:
    """Judge the lines of customers `first` to `last` (or `only` those among them) and act on what differs.

    The live version and a challenger judge their own customers each, as of the morning of `on`. Restrictions are
    imposed, cured ones lifted, the level projected on the line and the decision kept, all in this transaction; what
    is returned is to be told to the owners before it ends. A run over the whole book is `proposing`: what would take
    the buying from a line waits until the run is released. A version that would take it from more lines at once than
    `most` allows does nothing.
    """
    done: list[Watched] = []
    for book, whose in shares(now):
        found = find(db, book, whose=whose, first=first, last=last, on=on, only=only)
        acting = rules.actions(book, found.findings)
        taken = sum(map(rules.takes_buying, acting))
        if most is not None and taken > most(book):
            done.append(Watched(book, found.lines, (), 0, held=taken))
            continue
        changes, proposed = _act(db, book, acting, proposing=proposing, on=on, at=at)
        done.append(Watched(book, found.lines, changes, proposed))
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
    with joining_sets(db), planned_once(db), db.cursor() as cursor:
        lines, rows = cursor.execute(query.encode(), given, prepare=True).fetchall()[0]
    findings = [
        Finding(*masks, gone=tuple(gone), seen=tuple(seen)) for *masks, gone, seen in rows or ()
    ]
    return Found(lines, sorted(findings, key=lambda one: (one.customer_id, one.line_id)))


def read_facts(db: Connection, book: RuleBook, key: LineKey, *, on: date) -> dict[str, Fact]:
    """Read what a book sees of one line as of the morning of `on`, by the names of its inputs."""
    query = (
        f"SELECT ({compile_seen(book, row='fact')})\nFROM (\n"
        f"{watch_facts(source.name for source in book.inputs)}\n) AS fact\n"
        "WHERE fact.line_id = %(line_id)s::bigint"
    )
    given = {
        "first": key.customer_id,
        "last": key.customer_id,
        "as_of": on,
        "customer_ids": None,
        "line_id": key.line_id,
    }
    with db.cursor() as cursor:
        row = cursor.execute(query.encode(), given).fetchone()
    seen: Sequence[Fact] = row[0] if row else [None] * len(book.inputs)
    return {source.name: fact for source, fact in zip(book.inputs, seen, strict=True)}


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
        "asking": sum(bit for bit, _ in rules.asking(book)),
        "reviewing": sum(1 << n for n, rule in acting if rule.reviews_unknown),
    }


def _act(
    db: Connection,
    book: RuleBook,
    acting: Sequence[Action],
    *,
    proposing: bool,
    on: date,
    at: datetime,
) -> tuple[list[Change], int]:
    """Write what is to be done: decisions, restrictions ended, back again and imposed, the levels of the lines.

    Returns the changes, and how many lines would lose the buying once the run is released.
    """
    if not acting:
        return [], 0
    numbers = take_numbers(db, rules.numbers_needed(acting))
    explained = explain_scores(db, acting, on=on)
    orders = rules.orders(
        book, acting, numbers, ways(), proposing=proposing, on=on, at=at, explained=explained
    )
    record(db, orders.decisions)
    open_cases(db, orders.cases, on=on, at=at)
    _by_rule(db, "lift_cured", book, orders.cured, on=on, at=at, level=ways().probation_level)
    again = _by_rule(db, "bring_back", book, orders.relapsed, on=on, at=at)
    impose(db, orders.imposed, on=on, at=at, actor=ENGINE)
    found = [one.finding for one in acting]
    told = _told(orders.imposed)
    levels = _levels(orders.imposed)
    for row in again:
        key = row.customer_id, row.line_id
        told.setdefault(key, reasons_from(row.reasons))
        levels[key] = max(levels.get(key, 0), row.in_force)
    after = project(db, [LineKey(one.customer_id, one.line_id) for one in found])
    changes = [
        Change(
            one.customer_id,
            one.line_id,
            notice_id,
            one.level,
            (line := after[LineKey(one.customer_id, one.line_id)]).restriction_level,
            told.get((one.customer_id, one.line_id), ()),
            on,
            line.usable_minor,
            imposed_level=levels.get((one.customer_id, one.line_id), 0),
        )
        for one, notice_id in zip(found, orders.notice_ids, strict=True)
    ]
    proposed = (one for one in orders.imposed if one.state is State.PROPOSED)
    return changes, len({(one.customer_id, one.line_id) for one in proposed})


def explain_scores(
    db: Connection, acting: Sequence[Action], *, on: date
) -> dict[tuple[int, int], Explained]:
    """Take the scores apart on which what is done rests, each by the version that gave it and by what it saw then.

    What cannot be taken apart (its facts were not kept, its model cannot be read) is left out.
    """
    keys = [one.finding[:2] for one in acting if rules.doubts_score(one)]
    if not keys:
        return {}
    found = read_evidence(db, keys, model=SCORE_MODEL, on=on, most_age_days=SCORE_DAYS)
    explained: dict[tuple[int, int], Explained] = {}
    for version in sorted({evidence.version for evidence in found.values()}):
        some = {key: one for key, one in found.items() if one.version == version}
        try:
            model = load(db, SCORE_MODEL, version)
        except NoModel:
            continue
        explained |= explain(model, some, declarations().features)
    return explained


def keep_verifications(
    db: Connection, verified: Sequence[tuple[int, str, str]], *, on: date, at: datetime
) -> None:
    """Keep when people showed who they are: whose, how, and who says so."""
    if not verified:
        return
    customer_ids, methods, actors = zip(*verified, strict=True)
    sql.run(
        db,
        "insert_verifications",
        customer_ids=arrays.bigints(customer_ids),
        verification_ids=arrays.bigints(take_numbers(db, len(verified))),
        methods=arrays.texts(methods),
        actors=arrays.texts(actors),
        on=on,
        at=at,
    )


def _by_rule(
    db: Connection,
    name: str,
    book: RuleBook,
    cured: Sequence[Cured],
    *,
    on: date,
    at: datetime,
    level: int | None = None,
) -> list[Any]:
    """Move restrictions that are named by their rules."""
    if not cured:
        return []
    more = {} if level is None else {"probation_level": level}
    return sql.many(
        db,
        name,
        customer_ids=arrays.bigints([item.customer_id for item in cured]),
        line_ids=arrays.bigints([item.line_id for item in cured]),
        rule_ids=arrays.texts([item.rule_id for item in cured]),
        decision_ids=arrays.bigints([item.decision_id for item in cured]),
        book=book.name,
        actor=ENGINE,
        on=on,
        happened_at=at,
        **more,
    )


def _levels(imposed: Iterable[NewRestriction]) -> dict[tuple[int, int], int]:
    """Give the highest level imposed on each line and in force."""
    levels: dict[tuple[int, int], int] = {}
    for item in imposed:
        if item.state is State.ACTIVE:
            key = item.customer_id, item.line_id
            levels[key] = max(levels.get(key, 0), item.level)
    return levels


def _told(imposed: Iterable[NewRestriction]) -> dict[tuple[int, int], tuple[Reason, ...]]:
    """Collect the reasons of what is imposed on each line, strictest first, each code once."""
    told: dict[tuple[int, int], dict[ReasonCode, Reason]] = {}
    now = (item for item in imposed if item.state is State.ACTIVE)
    for item in sorted(now, key=lambda item: -item.level):
        mine = told.setdefault((item.customer_id, item.line_id), {})
        for reason in item.reasons:
            mine.setdefault(reason.code, reason)
    return {key: tuple(mine.values())[:MOST_REASONS] for key, mine in told.items()}
