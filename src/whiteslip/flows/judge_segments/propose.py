"""Propose to move a segment, as its charts or people ask, with what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.decisioning.features.store import Columns
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.blast import blast_limit
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import PROGRAM, actor_of
from whiteslip.kernel.errors import (
    Conflict,
    InvalidInput,
    InvariantBroken,
    NotFound,
    WhiteslipError,
)
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import use
from whiteslip.risk.loosenings import rules as loosening
from whiteslip.risk.loosenings import store as loosenings
from whiteslip.risk.loosenings.model import ExpectedRoom
from whiteslip.risk.runs import rules as runs
from whiteslip.risk.runs import store as running
from whiteslip.risk.runs.model import Saying
from whiteslip.risk.segments import store
from whiteslip.risk.segments.model import (
    Catalog,
    Direction,
    Judged,
    Measure,
    Month,
    Segment,
)
from whiteslip.risk.segments.rules import Asks, Spoken
from whiteslip.risk.tightenings import effects
from whiteslip.risk.tightenings import rules as tightening
from whiteslip.risk.tightenings import store as tightenings
from whiteslip.risk.tightenings.model import Expected, Tightening


class Proposal(NamedTuple):
    """A tightening a person proposes for a segment, whatever its charts say, or a loosening; the note says why."""

    segment: str
    by: str
    note: str
    direction: Direction = Direction.TIGHTEN


def propose_tightenings(
    db: Connection,
    requests: Sequence[Proposal],
    *,
    at: datetime,
    chosen: Catalog | None = None,
) -> list[Tightening | WhiteslipError]:
    """Propose to move segments as people, in order; two others release what they proposed.

    What is not offered cannot be given, and nothing is loosened while it is tightened.
    """
    catalog = chosen or store.catalog()
    answers: list[Tightening | WhiteslipError] = []
    for one in requests:
        segment = catalog.segments.get(one.segment)
        if segment is None:
            answers.append(NotFound(f"there is no segment {one.segment}"))
        elif not one.note.strip():
            answers.append(InvalidInput("say why", where="note"))
        elif error := _refusal(db, segment, one.direction):
            answers.append(error)
        else:
            asked = _Asked(segment, one.direction, {}, actor_of(one.by), one.note)
            answers.append(_propose(db, asked, catalog, at=at))
    return answers


def propose_asked(
    db: Connection,
    *,
    catalog: Catalog,
    spoken: Mapping[str, Spoken],
    judged: Mapping[str, Sequence[Judged]],
    at: datetime,
) -> list[Tightening]:
    """Propose for each segment whose charts ask for it, unless one stands or people said no a short while ago."""
    on = business_day.today(db).current_on
    found: list[Tightening] = []
    for name, one in spoken.items():
        direction = _DIRECTIONS.get(one.asks)
        if direction is None or not _may_propose(db, name, direction, catalog, on=on):
            continue
        evidence = {
            "measures": [each._asdict() for each in judged[name]],
            "out" if direction is Direction.TIGHTEN else "low": list(one.measures),
            "macro": one.macro,
        }
        where = "beyond" if direction is Direction.TIGHTEN else "for months below"
        note = f"{name}: {', '.join(one.measures)} {where} the control limits"
        asked = _Asked(catalog.segments[name], direction, evidence, PROGRAM, note)
        found.append(_propose(db, asked, catalog, at=at))
    return found


_DIRECTIONS = {Asks.TIGHTEN: Direction.TIGHTEN, Asks.LOOSEN: Direction.LOOSEN}


def _may_propose(
    db: Connection, name: str, direction: Direction, catalog: Catalog, *, on: date
) -> bool:
    """Tell whether the charts may propose: a tightening waits for no loosening, a loosening for both."""
    ways = {direction, Direction.TIGHTEN}
    earlier = [
        one
        for way in ways
        for one in tightenings.list_tightenings(db, segment=name, direction=way, most=1)
    ]
    return all(
        one.ended_on is not None
        and tightening.may_propose_again(one.ended_on, catalog.rollout, on=on)
        for one in earlier
    )


class _Asked(NamedTuple):
    """What is to be proposed for a segment, on what evidence, and by whom."""

    segment: Segment
    direction: Direction
    evidence: Mapping[str, object]
    by: str
    note: str


def _propose(db: Connection, asked: _Asked, catalog: Catalog, *, at: datetime) -> Tightening:
    """Write a proposal with what is expected of it; it waits in the queue of runs for two people."""
    day = business_day.today(db)
    expect = _expect if asked.direction is Direction.TIGHTEN else _expect_room
    expected = expect(db, asked.segment, catalog, as_of=day.closed_on, on=day.current_on)
    accounts, guard = tightenings.count_lines(db), rulebooks.blast_guard()
    limit = max(guard.least_accounts_a_run, blast_limit(accounts, (), guard=guard))
    proposed = tightenings.insert_tightening(
        db,
        asked.segment,
        asked.direction,
        version=catalog.version,
        holdout_ppm=catalog.rollout.holdout_ppm,
        stages=catalog.rollout.stages,
        evidence={
            **asked.evidence,
            "expected": expected._asdict(),
            "blast": {"accounts": accounts, "moved": expected.touched, "limit": limit},
        },
        note=asked.note,
        actor=asked.by,
        on=day.current_on,
        at=at,
    )
    run = tightening.run_of(proposed, day.current_on)
    running.append_said(db, run, Saying.PROPOSE, actor=PROGRAM, note=asked.note, at=at)
    restrictions = expected.touched if asked.direction is Direction.TIGHTEN else 0
    case = runs.case_of(run, asked.note, restrictions=restrictions, lines=expected.touched)
    running.open_case(db, case, on=day.current_on, at=at)
    _announce(db, proposed, at=at)
    return proposed


def _expect(
    db: Connection, segment: Segment, catalog: Catalog, *, as_of: date, on: date
) -> Expected:
    """Reckon what a tightening of a segment would do."""
    (book,) = store.conditions([(segment.name, segment.when)]).values()
    members = store.read_members(db, book, as_of=as_of, names=effects.NEEDED)
    exempt = tightenings.find_exempt(db, _keys(members))
    return effects.expect(
        _cohort(members, segment, catalog, exempt=exempt, on=on),
        segment.outcome,
        _recent(db, segment, catalog, as_of=as_of),
        catalog.rollout,
        tightenings.loss_terms(),
        restricted_share_ppm=use().restricted_share_ppm,
    )


def _expect_room(
    db: Connection, segment: Segment, catalog: Catalog, *, as_of: date, on: date
) -> ExpectedRoom:
    """Reckon what a loosening of a segment would do."""
    if segment.offer is None:
        raise InvariantBroken("only what is offered is proposed")
    (book,) = store.conditions([(segment.name, segment.when)]).values()
    names = (*loosening.NEEDED, loosening.INCOME, loosening.BURDEN)
    members = store.read_members(db, book, as_of=as_of, names=names)
    level = catalog.loosening.highest_level
    rooms = loosenings.read_rooms(db, members, segment.offer, highest_level=level, on=on)
    exempt = set(_keys(members)) - rooms.keys()
    return loosening.expect(
        _cohort(members, segment, catalog, exempt=exempt, on=on),
        {(key.customer_id, key.line_id): room for key, room in rooms.items()},
        _recent(db, segment, catalog, as_of=as_of),
        catalog.rollout,
        tightenings.loss_terms(),
        fee_share=loosenings.sum_fees(db, list(rooms), on=on),
    )


def _cohort(
    members: Columns, segment: Segment, catalog: Catalog, *, exempt: set[LineKey], on: date
) -> effects.Cohort:
    return tightening.cohort_of(
        members,
        segment.name,
        exempt=exempt,
        holdout_ppm=catalog.rollout.holdout_ppm,
        stages=catalog.rollout.stages,
        drawn_on=on,
    )


def _recent(
    db: Connection, segment: Segment, catalog: Catalog, *, as_of: date
) -> dict[Measure, list[Month]]:
    months = store.list_months(db, version=catalog.version, until=as_of)
    return {
        measure: months.get((segment.name, measure), [])[-catalog.rollout.recent_months :]
        for measure in Measure
    }


def _keys(members: Columns) -> list[LineKey]:
    pairs = zip(members["customer_id"].tolist(), members["line_id"].tolist(), strict=True)
    return [LineKey(*pair) for pair in pairs]


def _announce(db: Connection, proposed: Tightening, *, at: datetime) -> None:
    outbox.append(
        db,
        f"risk.{tightening.NOUN[proposed.direction]}-proposed",
        customer_ids=[runs.NOBODY],
        subject_ids=[proposed.tightening_id],
        at=at,
    )


def _refusal(db: Connection, segment: Segment, direction: Direction) -> WhiteslipError | None:
    """Say why a person cannot propose to move a segment that way now."""
    if direction is Direction.LOOSEN and segment.offer is None:
        return Conflict(f"nothing is offered to {segment.name}: a loosening needs an offer")
    for way in sorted({direction, Direction.TIGHTEN}):
        earlier = tightenings.list_tightenings(db, segment=segment.name, direction=way, most=1)
        if earlier and earlier[0].ended_on is None:
            return Conflict(f"a {tightening.NOUN[way]} of {segment.name} stands already")
    return None
