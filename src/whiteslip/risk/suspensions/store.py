"""Judging lines by the watch book in one statement, and imposing, moving and lifting restrictions in sets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any, TypeAlias

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.planning import joining_sets
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.kernel.reason import MOST_REASONS, Reason, ReasonCode, at_most
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.lines.store import project_levels, take_turns
from whiteslip.risk.reviews.store import open_cases
from whiteslip.risk.suspensions import rules
from whiteslip.risk.suspensions import ways as reading
from whiteslip.risk.suspensions.life import Command, State
from whiteslip.risk.suspensions.model import (
    RESTRICTING,
    Change,
    NewRestriction,
    Scope,
    Standing,
    Step,
    Taken,
)
from whiteslip.risk.suspensions.ways import Cure, Ways

sql = Sql(__package__)

ENGINE = "watch book"
_Ids = tuple[int, int]
_Said = tuple[str, str]
_Taking: TypeAlias = tuple[Standing, Step, rules.Course]


@cache
def ways() -> Ways:
    """Read how restrictions end, once."""
    text = (resources.files(__package__ or "") / "data" / "ways.toml").read_text("utf-8")
    return reading.read(text)


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
        states=arrays.texts([item.state for item in imposed]),
        books=arrays.texts([item.book for item in imposed]),
        versions=arrays.ints([item.book_version for item in imposed]),
        rule_ids=arrays.texts([item.rule_id for item in imposed]),
        reasons=arrays.jsons([reasons_json(item.reasons) for item in imposed]),
        ways_out=arrays.texts([item.way_out for item in imposed]),
        notice_ids=arrays.bigints([item.notice_id for item in imposed]),
        decision_ids=arrays.bigints([item.decision_id for item in imposed]),
        cures=arrays.texts([item.cure for item in imposed]),
        probation_days=arrays.smallints([item.probation_days for item in imposed]),
        review_days=arrays.smallints([item.review_days for item in imposed]),
        scopes=arrays.texts([item.scope for item in imposed]),
        until_ons=arrays.dates([item.until_on for item in imposed]),
        appeal_route=rules.APPEAL_ROUTE,
        actor=actor,
        since_on=on,
        happened_at=at,
    )


def impose_at_once(
    db: Connection, imposed: Sequence[NewRestriction], *, on: date, at: datetime, actor: str
) -> list[Change]:
    """Impose restrictions and project the levels; returns what is to be told, one change a restriction."""
    turns = take_turns(db, (LineKey(one.customer_id, one.line_id) for one in imposed))
    impose(db, imposed, on=on, at=at, actor=actor)
    after = project(db, list(turns))
    return [
        Change(
            *(key := LineKey(one.customer_id, one.line_id)),
            one.notice_id,
            turns[key].restriction_level,
            after[key].restriction_level,
            one.reasons,
            on,
            after[key].usable_minor,
            turns[key].plans_barred,
            after[key].plans_barred,
            0 if one.scope is Scope.PLANS else one.level,
        )
        for one in imposed
    ]


def cover_opened(
    db: Connection, keys: Sequence[LineKey], *, on: date, at: datetime, actor: str
) -> list[Change]:
    """Let what restricts customers on all of their lines hold for lines just opened; returns what is to be told.

    What is overridden now comes into force for such a line, too, on the day its override ends.
    """
    if not keys:
        return []
    sql.many(db, "hold_openings")
    wanted = arrays.bigints(sorted({key.customer_id for key in keys}))
    rows = sql.many(db, "find_customer_wide", customer_ids=wanted)
    if not rows:
        return []
    wide = read(db, [(row.customer_id, row.restriction_id) for row in rows]).values()
    pairs = [(one, key) for key in keys for one in wide if one.customer_id == key.customer_id]
    numbers = iter(take_numbers(db, 2 * len(pairs)))
    new = [rules.one_more(one, key, (next(numbers), next(numbers)), ways()) for one, key in pairs]
    changes = impose_at_once(db, new, on=on, at=at, actor=actor)
    return [
        change
        for one, change in zip(new, changes, strict=True)
        if one.state is not State.OVERRIDDEN
    ]


def stop_openings(db: Connection) -> None:
    """Let no line be opened before this transaction ends: a customer is about to be restricted on all of theirs."""
    sql.many(db, "stop_openings")


def standing_of(
    db: Connection, key: LineKey, *, book: str, rule_id: str, scope: Scope = Scope.LINE
) -> int | None:
    """Return the number of the restriction of a rule and a scope that stands on a line, if there is one."""
    wanted = {"customer_id": key.customer_id, "line_id": key.line_id}
    row = sql.maybe(db, "find_standing", **wanted, book=book, rule_id=rule_id, scope=scope)
    return None if row is None else int(row.restriction_id)


def standing_on(db: Connection, key: LineKey) -> list[Standing]:
    """Read every restriction that stands on a line."""
    rows = sql.many(db, "find_on_line", customer_id=key.customer_id, line_id=key.line_id)
    found = read(db, [(row.customer_id, row.restriction_id) for row in rows])
    return list(found.values())


def read(db: Connection, ids: Iterable[_Ids]) -> dict[_Ids, Standing]:
    """Read restrictions by customer and number."""
    ordered = sorted(set(ids))
    rows = sql.many(
        db,
        "read_restrictions",
        customer_ids=arrays.bigints([customer_id for customer_id, _ in ordered]),
        restriction_ids=arrays.bigints([number for _, number in ordered]),
    )
    found = (
        Standing(*row)._replace(
            state=State(row.state),
            reasons=reasons_from(row.reasons),
            cure=Cure(row.cure),
            scope=Scope(row.scope),
        )
        for row in rows
    )
    return {(one.customer_id, one.restriction_id): one for one in found}


def take_steps(db: Connection, asked: Sequence[Step], *, on: date, at: datetime) -> Taken:
    """Take steps, at most one a restriction, in one transaction with the levels of the lines.

    A step that is not legal answers `Conflict` and changes nothing. What is done to one row of a restriction for a
    customer is done to all of them, where it is legal. The changes returned are to be told to the owners before the
    transaction ends. What now waits for a person opens a case, or joins the open one.
    """
    steps = _together(db, asked)
    ids = [(one.customer_id, one.restriction_id) for one in steps]
    turns = take_turns(db, (one.line for one in read(db, ids).values()))
    standing = read(db, ids)
    answers: list[Standing | WhiteslipError] = []
    legal: list[_Taking] = []
    for step, key in zip(steps, ids, strict=True):
        before = standing.pop(key, None)
        try:
            if before is None:
                raise NotFound(
                    f"there is no restriction {step.restriction_id}, or it moved already"
                )
            course = rules.course_of(before, step, on=on, probation_level=ways().probation_level)
        except WhiteslipError as error:
            answers.append(error)
        else:
            legal.append((before, step, course))
            answers.append(
                before._replace(
                    state=course.to,
                    until_on=course.until_on,
                    eased_to=course.eased_to,
                    in_force=course.in_force,
                )
            )
    _move(db, legal, on=on, at=at)
    looked = (
        rules.case_of(one, course.to, step.actor)
        for one, step, course in legal
        if course.to is not one.state
    )
    if cases := [case for case in looked if case]:
        open_cases(db, cases, on=on, at=at)
    moved = [
        (one, rules.is_untold(one) and course.in_force > 0, course.in_force)
        for one, _, course in legal
    ]
    return Taken(answers[: len(asked)], _changes(db, moved, turns, on))


def _together(db: Connection, asked: Sequence[Step]) -> list[Step]:
    """Add what is done to a restriction for a customer to its other rows; what lifts it goes before all else."""
    wanted = {(one.customer_id, one.restriction_id): one for one in asked}
    rows = sql.many(
        db,
        "find_together",
        customer_ids=arrays.bigints([customer_id for customer_id, _ in wanted]),
        restriction_ids=arrays.bigints([number for _, number in wanted]),
    )
    added: dict[_Ids, Step] = {}
    for row in rows:
        key, step = (row.customer_id, row.restriction_id), wanted[row.customer_id, row.beside_id]
        if step.command is Command.LIFT or key not in {*wanted, *added}:
            added[key] = step._replace(restriction_id=row.restriction_id)
    named = [added.pop((one.customer_id, one.restriction_id), one) for one in asked]
    return [*named, *added.values()]


def due_steps(db: Connection, *, first: int, last: int, on: date) -> list[Step]:
    """Find what the calendar alone moves: probations and overrides that end, and restrictions to be looked at again."""
    rows = sql.many(db, "find_due_moves", first=first, last=last, on=on)
    return [
        Step(row.customer_id, row.restriction_id, Command(row.command), "calendar") for row in rows
    ]


def of_customers(
    db: Connection, customer_ids: Iterable[int], *, cures: Iterable[Cure]
) -> list[_Ids]:
    """Find what stands against customers and is cured in one of some ways."""
    wanted = arrays.bigints(sorted(set(customer_ids)))
    rows = sql.many(db, "find_of_customer", customer_ids=wanted, cures=arrays.texts(list(cures)))
    return [(row.customer_id, row.restriction_id) for row in rows]


def project(db: Connection, keys: Sequence[LineKey]) -> dict[LineKey, Line]:
    """Set each line's level to that of its strictest active restriction, and return the lines as they are then.

    The lines are locked first: a level read before another transaction restricts would undo it.
    """
    ordered = sorted(set(keys))
    turns = take_turns(db, ordered)
    rows = sql.many(
        db,
        "read_levels",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        line_ids=arrays.bigints([key.line_id for key in ordered]),
    )
    after = {
        key: turns[key]._replace(restriction_level=row.level, plans_barred=row.plans_barred)
        for row in rows
        if (key := LineKey(row.customer_id, row.line_id)) in turns
    }
    project_levels(
        db,
        list(after),
        [line.restriction_level for line in after.values()],
        [line.plans_barred for line in after.values()],
    )
    return after


def reasons_against(
    db: Connection,
    keys: Iterable[LineKey],
    *,
    least_level: int = RESTRICTING,
    in_plan: bool = False,
) -> dict[LineKey, tuple[Reason, ...]]:
    """Read why lines are restricted at some level or above: the reasons of what is in force, strictest first.

    What stops plans alone counts for a purchase in installments only.
    """
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "read_reasons",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        line_ids=arrays.bigints([key.line_id for key in ordered]),
        least_level=least_level,
        in_plan=in_plan,
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


def _move(db: Connection, legal: Sequence[_Taking], *, on: date, at: datetime) -> None:
    if not legal:
        return
    moved = sql.many(
        db,
        "move_restrictions",
        customer_ids=arrays.bigints([one.customer_id for one, _, _ in legal]),
        restriction_ids=arrays.bigints([one.restriction_id for one, _, _ in legal]),
        from_states=arrays.texts([one.state for one, _, _ in legal]),
        to_states=arrays.texts([course.to for _, _, course in legal]),
        in_force=arrays.smallints([course.in_force for _, _, course in legal]),
        until_on=arrays.dates([course.until_on for _, _, course in legal]),
        eased_to=arrays.smallints([course.eased_to for _, _, course in legal]),
        actors=arrays.texts([step.actor for _, step, _ in legal]),
        notes=arrays.texts([step.note for _, step, _ in legal]),
        on=on,
        happened_at=at,
    )
    if len(moved) < len(legal):
        raise Conflict("a restriction moved meanwhile: read it again")


def _changes(
    db: Connection,
    moved: Sequence[tuple[Standing, bool, int]],
    before: Mapping[LineKey, Line],
    on: date,
) -> list[Change]:
    """Project the levels of the lines of restrictions that moved, and say what is to be told, once a line.

    A restriction in force for the first time is told by the notice it names.
    """
    by_line: dict[LineKey, list[tuple[Standing, bool, int]]] = {}
    for one in sorted(moved, key=lambda one: -one[2]):
        by_line.setdefault(one[0].line, []).append(one)
    after = project(db, list(by_line))
    numbers = iter(take_numbers(db, len(by_line)))
    changes: list[Change] = []
    for key, these in sorted(by_line.items()):
        fresh = next(numbers)
        named = [one.notice_id for one, is_first, _ in these if is_first]
        imposed = max((one.level for one, is_first, _ in these if is_first), default=0)
        risen = [reason for one, _, force in these if force for reason in one.reasons]
        was, line = before[key], after[key]
        for notice_id in dict.fromkeys(named) or [fresh]:
            one = Change(
                *key,
                notice_id,
                was.restriction_level,
                line.restriction_level,
                at_most(*risen),
                on,
                line.usable_minor,
                was.plans_barred,
                line.plans_barred,
                imposed,
            )
            changes.append(one if named or one.says_why else one._replace(reasons=()))
    return changes
