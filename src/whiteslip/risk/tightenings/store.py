"""Tightenings and their steps, the lines that are in them, and what became of these."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any, Final

from whiteslip.decisioning.rulebooks.blast import still_released
from whiteslip.decisioning.rulebooks.store import blast_guard
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.calendar import ONE_DAY
from whiteslip.kernel.errors import Conflict, NotFound, invariant
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import take_turns
from whiteslip.risk.portfolio.loss import LossTerms, read_loss_terms
from whiteslip.risk.runs.model import Left
from whiteslip.risk.runs.store import propose
from whiteslip.risk.segments.model import Direction, Offer, Outcome, Segment, Stage
from whiteslip.risk.segments.store import conditions, find_month_ends, read_members
from whiteslip.risk.suspensions.life import State as Stands
from whiteslip.risk.suspensions.model import Change
from whiteslip.risk.suspensions.store import impose, impose_at_once, ways
from whiteslip.risk.tightenings import effects, life, rules
from whiteslip.risk.tightenings.life import Command, Said
from whiteslip.risk.tightenings.model import (
    TOUCHED,
    Arm,
    ArmFigures,
    Effect,
    Member,
    RolledOut,
    State,
    Tightening,
)

sql = Sql(__package__)
MOST_LISTED: Final = 1_000


@cache
def loss_terms() -> LossTerms:
    """Read the shipped figures of losses, once."""
    file = resources.files("whiteslip.risk.portfolio") / "data" / "loss.toml"
    return read_loss_terms(file.read_text("utf-8"))


def find_exempt(db: Connection, keys: Sequence[LineKey]) -> set[LineKey]:
    """Find those of some lines whose owners keep to an agreed relief, or that are not open."""
    return {LineKey(*row) for row in sql.many(db, "find_exempt", **_keys(keys))}


def insert_tightening(
    db: Connection,
    segment: Segment,
    direction: Direction = Direction.TIGHTEN,
    *,
    version: int,
    holdout_ppm: int,
    stages: Sequence[Stage],
    evidence: Mapping[str, object],
    note: str,
    actor: str,
    on: date,
    at: datetime,
) -> Tightening:
    """Propose to move a segment; raises `Conflict` where one of the direction stands already."""
    loosens = direction is Direction.LOOSEN
    invariant(not loosens or segment.offer is not None, "only what is offered is proposed")
    row = sql.maybe(
        db,
        "insert_tightening",
        segment=segment.name,
        version=version,
        condition=segment.when,
        outcome=Outcome.ROOM if loosens else segment.outcome,
        direction=direction,
        offer=json.dumps(segment.offer._asdict()) if loosens and segment.offer else None,
        holdout_ppm=holdout_ppm,
        stages=json.dumps([one._asdict() for one in stages]),
        evidence=json.dumps(evidence, default=str),
        actor=actor,
        on=on,
    )
    if row is None:
        raise Conflict(f"a {rules.NOUN[direction]} of {segment.name} stands already")
    number = int(row.tightening_id)
    sql.run(db, "append_first_step", tightening_id=number, note=note, actor=actor, on=on, at=at)
    return take_tightening(db, number)


def take_tightening(db: Connection, tightening_id: int) -> Tightening:
    """Lock a tightening until the transaction ends; taken before any line."""
    row = sql.maybe(db, "take_tightening", tightening_id=tightening_id)
    if row is None:
        raise NotFound(f"there is no tightening {tightening_id}")
    return _tightening(row)


def list_tightenings(
    db: Connection,
    *,
    segment: str | None = None,
    tightening_id: int | None = None,
    direction: Direction | None = None,
    most: int = MOST_LISTED,
) -> list[Tightening]:
    """List tightenings and loosenings, the latest first; of one segment or direction, or one of them, where named."""
    rows = sql.many(
        db,
        "list_tightenings",
        segment=segment,
        tightening_id=tightening_id,
        direction=direction,
        most=most,
    )
    return [_tightening(row) for row in rows]


def find_live(db: Connection) -> list[int]:
    """Find the tightenings that stand, the oldest first."""
    return [int(row.tightening_id) for row in sql.many(db, "find_live")]


def move_tightening(
    db: Connection,
    before: Tightening,
    command: Command,
    *,
    actor: str,
    note: str,
    on: date,
    at: datetime,
    facts: Mapping[str, object] | None = None,
    review_on: date | None = None,
    stages_done: int | None = None,
    waits: bool = False,
) -> Tightening:
    """Move a tightening that is locked, with its step; one that still `waits` for another person stays where it is."""
    state = before.state if waits else life.moved(before.state, command)
    released_on = on if state is State.RELEASED and before.released_on is None else None
    ended_on = on if state in life.OVER else None
    after = before._replace(
        state=state,
        released_on=released_on or before.released_on,
        review_on=review_on or before.review_on,
        ended_on=ended_on,
        stages_done=before.stages_done if stages_done is None else stages_done,
        steps=before.steps + 1,
    )
    moved = sql.run(
        db,
        "move_tightening",
        tightening_id=before.tightening_id,
        steps=before.steps,
        state=state,
        released_on=released_on,
        review_on=review_on,
        ended_on=ended_on,
        stages_done=after.stages_done,
        command=command,
        actor=actor,
        note=note,
        facts=json.dumps(facts or {}, default=str),
        on=on,
        at=at,
    )
    invariant(moved == 1, "a tightening that is locked moves")
    return after


def list_steps(db: Connection, tightening_id: int) -> list[Any]:
    """List the steps of a tightening as they are kept, in order."""
    return sql.many(db, "list_steps", tightening_id=tightening_id)


def list_said(db: Connection, tightening_id: int) -> list[Said]:
    """List who said what of a tightening, in order."""
    return [
        Said(row.step, Command(row.command), row.actor) for row in list_steps(db, tightening_id)
    ]


def insert_members(
    db: Connection, tightening_id: int, members: Sequence[Member], *, on: date
) -> None:
    """Let lines join a tightening; who joined before stays as they joined."""
    sql.run(
        db,
        "insert_members",
        tightening_id=tightening_id,
        **_keys([LineKey(one.customer_id, one.line_id) for one in members]),
        days_past_due=arrays.ints([one.days_past_due for one in members]),
        stages=arrays.smallints([one.stage for one in members]),
        arms=arrays.texts([one.arm for one in members]),
        are_exempt=arrays.bools([one.is_exempt for one in members]),
        on=on,
    )


def find_untouched(db: Connection, tightening_id: int, *, stage: int) -> list[LineKey]:
    """Find the lines a stage is to restrict that no stage has."""
    rows = sql.many(db, "find_untouched", tightening_id=tightening_id, stage=stage)
    return [LineKey(*row) for row in rows]


def count_touched(db: Connection, tightening_id: int) -> int:
    """Count the lines a tightening restricted."""
    return int(sql.one(db, "count_touched", tightening_id=tightening_id).lines)


def note_restrictions(
    db: Connection, tightening_id: int, keys: Sequence[LineKey], restriction_ids: Sequence[int]
) -> None:
    """Note beside members the restrictions that were imposed or proposed for them."""
    noted = sql.run(
        db,
        "note_restrictions",
        tightening_id=tightening_id,
        **_keys(keys),
        restriction_ids=arrays.bigints(restriction_ids),
    )
    invariant(noted == len(keys), "only members are restricted")


def find_standing(db: Connection, tightening_id: int, *, only_relieved: bool) -> list[Left]:
    """Find what a tightening imposed or proposed that still stands; of lines under a relief alone, where asked for."""
    rows = sql.many(db, "find_standing", tightening_id=tightening_id, only_relieved=only_relieved)
    return [Left(row.customer_id, row.restriction_id, Stands(row.state)) for row in rows]


def postpone_reviews(db: Connection, tightening_id: int, *, review_on: date) -> None:
    """Let the restrictions of a tightening that people kept be looked at again on its new review date."""
    sql.run(db, "postpone_reviews", tightening_id=tightening_id, review_on=review_on)


def sum_arms(db: Connection, tightening: Tightening, *, month_end: date) -> dict[Arm, ArmFigures]:
    """Sum what became of the arms by a month end, of the lines that joined with the release."""
    rows = sql.many(
        db,
        "sum_arms",
        tightening_id=tightening.tightening_id,
        joined_on=tightening.released_on,
        stages_done=tightening.stages_done,
        month_end=month_end,
    )
    found = (ArmFigures(*row)._replace(arm=Arm(row.arm)) for row in rows)
    return {one.arm: one for one in found}


def measure_effect(db: Connection, tightening: Tightening, *, confidence_ppm: int) -> Effect | None:
    """Measure a tightening against its hold-out at the last month end after its release; None before there is one."""
    ends = find_month_ends(db)
    if tightening.released_on is None or not ends or ends[-1] <= tightening.released_on:
        return None
    found = sum_arms(db, tightening, month_end=ends[-1])
    nobody = (rules.nobody(arm) for arm in (TOUCHED[tightening.direction], Arm.HELD_OUT))
    touched, held_out = (found.get(one.arm, one) for one in nobody)
    return effects.measure(ends[-1], touched, held_out, confidence_ppm=confidence_ppm)


def read_members_now(db: Connection, tightening: Tightening, *, on: date) -> list[Member]:
    """Read who is in the segment as of the morning of a day, by the condition that was proposed."""
    name = tightening.segment
    (book,) = conditions([(name, tightening.condition)]).values()
    found = read_members(db, book, as_of=on - ONE_DAY, names=("days_past_due",))
    owners, lines = found["customer_id"].tolist(), found["line_id"].tolist()
    keys = [LineKey(*pair) for pair in zip(owners, lines, strict=True)]
    cohort = rules.cohort_of(
        found,
        name,
        exempt=find_exempt(db, keys),
        holdout_ppm=tightening.holdout_ppm,
        stages=tightening.stages,
        drawn_on=tightening.proposed_on,
    )
    return rules.members_of(cohort)


def roll_out(
    db: Connection,
    before: Tightening,
    place: int,
    members: Sequence[Member],
    *,
    actor: str,
    on: date,
    at: datetime,
) -> RolledOut:
    """Restrict the lines of a stage; what is returned is to be told before the transaction ends.

    The lines are locked, and whoever keeps to a relief by now is left out. A later stage that has grown beyond what was
    released is only proposed, as a run of its own that waits for two people.
    """
    number = before.tightening_id
    insert_members(db, number, members, on=on)
    turns = take_turns(db, find_untouched(db, number, stage=place))
    keys = [key for key, line in turns.items() if not line.credit_barred and line.status == "open"]
    moved = count_touched(db, number) + len(keys)
    waits = place > 0 and not still_released(before.touched, moved, guard=blast_guard())
    changes = _restrict(db, before, keys, waits=waits, actor=actor, on=on, at=at)
    if waits:
        note = (
            f"stage {place + 1} of {before.segment}: {moved} lines, {before.touched} were released"
        )
        propose(db, rules.run_of(before, on), note=note, on=on, at=at)
    after = move_tightening(
        db,
        before,
        Command.ROLL_OUT,
        actor=actor,
        note=f"stage {place + 1}",
        on=on,
        at=at,
        facts={"stage": place, "lines": len(keys), "waits": waits},
        stages_done=place + 1,
    )
    count = len(keys)
    return RolledOut(after, 0 if waits else count, count if waits else 0, tuple(changes))


def _restrict(
    db: Connection,
    tightening: Tightening,
    keys: Sequence[LineKey],
    *,
    waits: bool,
    actor: str,
    on: date,
    at: datetime,
) -> list[Change]:
    """Impose a stage's restrictions, or only propose them."""
    if not keys:
        return []
    numbers = take_numbers(db, 2 * len(keys))
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    state = Stands.PROPOSED if waits else Stands.ACTIVE
    new = [
        rules.restriction(tightening, key, pair, ways(), on=on, state=state)
        for key, pair in zip(keys, pairs, strict=True)
    ]
    changes: list[Change] = []
    if waits:
        impose(db, new, on=on, at=at, actor=actor)
    else:
        changes = impose_at_once(db, new, on=on, at=at, actor=actor)
    note_restrictions(db, tightening.tightening_id, keys, [one.restriction_id for one in new])
    return changes


def find_unspared(db: Connection) -> list[Any]:
    """Find members that were to be spared and whom their tightening restricts all the same."""
    return sql.many(db, "find_unspared")


def count_lines(db: Connection) -> int:
    """Count the lines of the book that are open."""
    return int(sql.one(db, "count_lines").lines)


def _keys(keys: Sequence[LineKey]) -> dict[str, Any]:
    return {
        "customer_ids": arrays.bigints([key.customer_id for key in keys]),
        "line_ids": arrays.bigints([key.line_id for key in keys]),
    }


def _tightening(row: Any) -> Tightening:
    return Tightening(*row)._replace(
        outcome=Outcome(row.outcome),
        stages=tuple(Stage(one["after_days"], one["share_ppm"]) for one in row.stages),
        state=State(row.state),
        direction=Direction(row.direction),
        offer=None if row.offer is None else Offer(**row.offer),
    )
