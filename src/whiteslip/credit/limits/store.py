"""The shipped parameters, reviews and their runs as kept, and applying cuts whose day has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from whiteslip.credit.limits import life, reading
from whiteslip.credit.limits.known import Known, Reviewed, known_from
from whiteslip.credit.limits.life import (
    FREE,
    Command,
    Hindrance,
    Review,
    ReviewKey,
    State,
    Step,
    people_among,
)
from whiteslip.credit.limits.model import Table
from whiteslip.credit.limits.reviewing import (
    Direction,
    Policy,
    Trigger,
    next_review_on,
    read_policy,
)
from whiteslip.credit.limits.runs import Counted, Run, RunState
from whiteslip.credit.limits.tiers import Tiers, read_tiers
from whiteslip.infra import arrays, outbox
from whiteslip.infra.database import Connection
from whiteslip.infra.planning import joining_sets
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import NotFound, invariant
from whiteslip.kernel.reason import Reason, ReasonCode
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LimitChange, Line, LineKey
from whiteslip.money.lines.store import change_limits, take_turns
from whiteslip.money.products import store as products

sql = Sql(__package__)


@cache
def table() -> Table:
    """Read the shipped assignment table, once."""
    return reading.read(_shipped("assignment"))


@cache
def policy() -> Policy:
    """Read the shipped parameters of reviews, once."""
    return read_policy(_shipped("review"), table())


@cache
def tiers() -> Tiers:
    """Read the shipped tiers of customers, once."""
    return read_tiers(_shipped("tiers"))


def _shipped(name: str) -> str:
    return (resources.files(__package__ or "") / "data" / f"{name}.toml").read_text("utf-8")


def find_due_lines(
    db: Connection, *, first: int, last: int, on: date, policy: Policy
) -> list[LineKey]:
    """Find the lines whose turn has come, in key order; a turn that was missed is caught up with."""
    rows = sql.many(
        db,
        "find_due_lines",
        first=first,
        last=last,
        on_date=on,
        period_days=policy.period_days,
        catch_up_days=policy.catch_up_days,
        first_days=policy.first_days,
    )
    return [LineKey(*row) for row in rows]


def find_climbing_lines(db: Connection, *, first: int, last: int, as_of: date) -> list[LineKey]:
    """Find the lines whose due paid on time leads to a rung of the ladder."""
    rungs = arrays.ints([rung.on_time_dues for rung in table().rungs if rung.on_time_dues])
    rows = sql.many(db, "find_climbing_lines", first=first, last=last, as_of=as_of, rungs=rungs)
    return [LineKey(*row) for row in rows]


def read_subjects(
    db: Connection,
    keys: Sequence[LineKey],
    *,
    as_of: date,
    policy: Policy,
) -> list[Known]:
    """Read what is kept of lines, in key order; those that do not exist are left out."""
    with joining_sets(db):
        rows = sql.many(
            db,
            "read_subjects",
            customer_ids=arrays.bigints([key.customer_id for key in keys]),
            line_ids=arrays.bigints([key.line_id for key in keys]),
            as_of=as_of,
            model=policy.score_model,
            score_age_days=policy.score_age_days,
        )
    offered = products.by_id(db, {row.product_id for row in rows})
    return [known_from(row, offered[row.product_id]) for row in rows]


def insert_reviews(
    db: Connection, run: Run, reviews: Sequence[Reviewed], *, on: date, at: datetime
) -> set[int]:
    """Keep reviews; return the numbers of those kept: a line is reviewed once a day, whoever comes first."""
    if not reviews:
        return set()
    proposals = [one.proposal for one in reviews]
    days = policy().period_days
    rows = sql.many(
        db,
        "insert_reviews",
        customer_ids=arrays.bigints([one.key.customer_id for one in reviews]),
        review_ids=arrays.bigints([one.review_id for one in reviews]),
        line_ids=arrays.bigints([one.key.line_id for one in reviews]),
        befores_minor=arrays.bigints([one.before_minor for one in reviews]),
        proposed_minor=arrays.bigints([one.after_minor for one in proposals]),
        next_ons=arrays.dates(
            [next_review_on(one.key.line_id, on=on, period_days=days) for one in reviews]
        ),
        immediate=arrays.bools([one.is_immediate for one in proposals]),
        directions=arrays.texts([one.direction for one in proposals]),
        bounds=arrays.texts([one.bound for one in proposals]),
        tiers=arrays.texts([one.tier for one in reviews]),
        states=arrays.texts(
            [State.KEPT if one.direction is Direction.KEEP else State.PROPOSED for one in proposals]
        ),
        reasons=arrays.jsons([_written(one.reasons) for one in proposals]),
        people=arrays.texts(sorted(people_among([run.requested_by]))),
        run_id=run.run_id,
        trigger=run.trigger,
        actor=run.requested_by,
        on_date=on,
        at=at,
    )
    return {row.review_id for row in rows}


def find_review_lines(db: Connection, keys: Iterable[ReviewKey]) -> dict[ReviewKey, LineKey]:
    """Find the lines that reviews are about."""
    ordered = sorted(set(keys))
    rows = _of_reviews(db, "find_review_lines", ordered)
    return {
        ReviewKey(row.customer_id, row.review_id): LineKey(row.customer_id, row.line_id)
        for row in rows
    }


def find_reviews_behind(
    db: Connection, changes: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], ReviewKey]:
    """Find the reviews that made changes of limits, by customer and number of the change."""
    ordered = sorted(set(changes))
    rows = sql.many(
        db,
        "find_reviews_behind",
        customer_ids=arrays.bigints([customer_id for customer_id, _ in ordered]),
        change_ids=arrays.bigints([change_id for _, change_id in ordered]),
    )
    return {
        (row.customer_id, row.change_id): ReviewKey(row.customer_id, row.review_id) for row in rows
    }


def _of_reviews(db: Connection, name: str, keys: Sequence[ReviewKey]) -> list[Any]:
    return sql.many(
        db,
        name,
        customer_ids=arrays.bigints([key.customer_id for key in keys]),
        review_ids=arrays.bigints([key.review_id for key in keys]),
    )


def take_reviews(
    db: Connection, keys: Iterable[ReviewKey]
) -> tuple[dict[LineKey, Line], dict[ReviewKey, Review]]:
    """Lock the lines of reviews, then the reviews, each in key order, and read both as they are."""
    about = find_review_lines(db, keys)
    lines = take_turns(db, about.values())
    ordered = sorted(about)
    rows = _of_reviews(db, "take_reviews", ordered)
    return lines, {ReviewKey(row.customer_id, row.review_id): _review(row) for row in rows}


def _review(row: Any) -> Review:
    return Review(*row)._replace(
        direction=Direction(row.direction),
        state=State(row.state),
        reasons=tuple(Reason(ReasonCode(one["code"]), one["facts"]) for one in row.reasons),
        people=frozenset(row.people),
    )


def find_unanswered(db: Connection, keys: Iterable[ReviewKey]) -> set[ReviewKey]:
    """Tell which reviews wait for a person to answer an objection."""
    return {ReviewKey(*row) for row in _of_reviews(db, "find_unanswered", sorted(set(keys)))}


def move_reviews(db: Connection, steps: Sequence[Step], *, on: date, at: datetime) -> None:
    """Move reviews taken before in this transaction, each with its event; limits that change now are changed."""
    if not steps:
        return
    numbers = _change_limits(db, steps, on=on, at=at)
    moved = sql.many(
        db,
        "move_reviews",
        customer_ids=arrays.bigints([step.review.customer_id for step in steps]),
        review_ids=arrays.bigints([step.review.review_id for step in steps]),
        before=arrays.texts([step.review.state for step in steps]),
        after=arrays.texts([step.after for step in steps]),
        commands=arrays.texts([step.command for step in steps]),
        actors=arrays.texts([step.actor for step in steps]),
        persons=arrays.texts([next(iter(people_among([step.actor])), None) for step in steps]),
        limits_minor=arrays.bigints([step.limit_minor for step in steps]),
        effective_ons=arrays.dates([step.effective_on for step in steps]),
        change_ids=arrays.bigints(numbers),
        notes=arrays.texts([step.note for step in steps]),
        on_date=on,
        at=at,
    )
    invariant(len(moved) == len(steps), "what was taken is moved")


def _change_limits(
    db: Connection, steps: Sequence[Step], *, on: date, at: datetime
) -> list[int | None]:
    """Change the limits of those that hold from now on; return the number of each step's change."""
    numbers: list[int | None] = [None] * len(steps)
    holding = [
        place
        for place, step in enumerate(steps)
        if step.after in {State.APPLIED, State.REVERSED} and step.command not in _CHANGE_NOTHING
    ]
    drawn = take_numbers(db, len(holding))
    for place, number in zip(holding, drawn, strict=True):
        numbers[place] = number
    changes = [_change(steps[place]) for place in holding]
    if changes:
        change_limits(db, changes, drawn, at=at, on=on)
        outbox.append(
            db,
            "money.limit-changed",
            customer_ids=[change.customer_id for change in changes],
            subject_ids=[change.line_id for change in changes],
            at=at,
        )
    return numbers


_CHANGE_NOTHING = frozenset({Command.OBJECT, Command.UPHOLD})


def _change(step: Step) -> LimitChange:
    review = step.review
    before = review.after_minor if step.after is State.REVERSED else review.before_minor
    code = review.reasons[0].code.value if review.reasons else RAISED
    return LimitChange(*review.line, before, step.limit_minor, code)


RAISED = "earned"
"""What the history of limits says of a raise: nobody needs a reason against them for it."""


def apply_due_limits(
    db: Connection, *, first: int, last: int, on: date, at: datetime
) -> list[Step]:
    """Let announced cuts hold whose day has come, for customers `first` to `last`; return what became of each.

    Idempotent: what was applied is no longer announced. A limit that somebody moved meanwhile stays, and so does one
    on whose line a relief runs; its owner is to be told.
    """
    rows = sql.many(db, "find_announced", first=first, last=last, on_date=on)
    if not rows:
        return []
    lines, taken = take_reviews(db, (ReviewKey(*row) for row in rows))
    hindered = find_hindrances(db, lines)
    steps = [
        life.fall_due(review, lines.get(review.line), hindered.get(review.line, FREE), on=on)
        for review in taken.values()
        if review.state is State.ANNOUNCED and review.effective_on and review.effective_on <= on
    ]
    move_reviews(db, steps, on=on, at=at)
    return steps


def find_proposed(db: Connection, run_id: int, *, first: int, last: int) -> list[ReviewKey]:
    """Find what a run has proposed and not settled."""
    rows = sql.many(db, "find_proposed", run_id=run_id, first=first, last=last)
    return [ReviewKey(*row) for row in rows]


def find_hindrances(db: Connection, keys: Iterable[LineKey]) -> dict[LineKey, Hindrance]:
    """Say of lines what keeps a limit from moving today; to be read after the lines are locked."""
    ordered = sorted(set(keys))
    rows = _of_lines(db, "find_hindrances", ordered)
    return {LineKey(*row[:2]): Hindrance(*row[2:]) for row in rows}


def _of_lines(db: Connection, name: str, keys: Sequence[LineKey]) -> list[Any]:
    return sql.many(
        db,
        name,
        customer_ids=arrays.bigints([key.customer_id for key in keys]),
        line_ids=arrays.bigints([key.line_id for key in keys]),
    )


def begin_run(
    db: Connection, trigger: Trigger, *, requested_by: str, on: date, at: datetime
) -> Run:
    """Begin a run of reviews."""
    (run_id,) = take_numbers(db, 1)
    sql.run(
        db,
        "begin_run",
        run_id=run_id,
        trigger=trigger,
        requested_by=requested_by,
        on_date=on,
        at=at,
    )
    return take_run(db, run_id)


def find_open_run(db: Connection, trigger: Trigger) -> int | None:
    """Find the run of a kind that was interrupted."""
    row = sql.maybe(db, "find_open_run", trigger=trigger)
    return None if row is None else int(row.run_id)


def take_run(db: Connection, run_id: int) -> Run:
    """Lock a run until the transaction ends."""
    row = sql.maybe(db, "take_run", run_id=run_id)
    if row is None:
        raise NotFound(f"there is no run {run_id}")
    return Run(*row)._replace(
        trigger=Trigger(row.trigger), state=RunState(row.state), released_by=tuple(row.released_by)
    )


def move_run(db: Connection, run: Run, *, at: datetime) -> None:
    """Write where a run stands that was taken before in this transaction."""
    sql.run(
        db,
        "move_run",
        run_id=run.run_id,
        state=run.state,
        judged=run.judged,
        cuts=run.cuts,
        allowed=run.allowed,
        released_by=arrays.texts(run.released_by),
        at=at,
    )


def count_reviews(db: Connection, run: Run) -> Counted:
    """Count what a run proposed, and the cuts of the day before it."""
    return Counted(*sql.one(db, "count_reviews", run_id=run.run_id, on_date=run.begun_on))


def trailing_cuts(db: Connection, *, before: date, days: int) -> list[int]:
    """Return how many cuts the runs of each of the latest days made, the latest first."""
    return [row.cuts for row in sql.many(db, "sum_cuts", on_date=before, runs=days)]


def _written(codes: Iterable[ReasonCode]) -> bytes:
    return msgspec.json.encode([{"code": code, "facts": {}} for code in codes])
