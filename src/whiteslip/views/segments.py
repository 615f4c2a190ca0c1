"""How the segments of the book stand, and their tightenings: what was expected, who said what, and what they did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from whiteslip.decisioning.rulebooks.store import blast_guard
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import NotFound
from whiteslip.risk.loosenings.store import count_granted
from whiteslip.risk.macro.model import Standing
from whiteslip.risk.macro.store import find_known
from whiteslip.risk.runs.rules import missing_releases
from whiteslip.risk.runs.store import read_said
from whiteslip.risk.segments import rules, store
from whiteslip.risk.segments.model import Catalog, Direction, Judged, Segment
from whiteslip.risk.segments.rules import Spoken
from whiteslip.risk.tightenings import life
from whiteslip.risk.tightenings import store as tightenings
from whiteslip.risk.tightenings.life import Command
from whiteslip.risk.tightenings.model import ArmFigures, Effect, State, Tightening
from whiteslip.risk.tightenings.rules import NOUN, run_of

__all__ = [
    "NOUN",
    "ArmFigures",
    "SegmentView",
    "StepView",
    "TighteningView",
    "history",
    "latest",
    "shipped_catalog",
    "show",
    "standing",
]


class SegmentView(NamedTuple):
    """A segment: what was judged at the last month end, what that asks for, and what stands in each direction."""

    segment: Segment
    month_end: date | None
    judged: tuple[Judged, ...]
    macro: Standing | None
    spoken: Spoken
    tightening: Tightening | None
    loosening: Tightening | None


class StepView(NamedTuple):
    """A step of a tightening: what, by whom, and where it led."""

    step: int
    command: str
    state: str
    actor: str
    note: str
    happened_on: date
    happened_at: datetime
    facts: dict[str, Any]


class TighteningView(NamedTuple):
    """A tightening or loosening, its steps, how many people it waits for, and its effect so far.

    `standing` are the lines it restricts now or that may use its room, `room_minor` is that room.
    """

    tightening: Tightening
    steps: tuple[StepView, ...]
    missing: int
    standing: int
    effect: Effect | None
    room_minor: int = 0


def shipped_catalog() -> Catalog:
    """Return the segments that come with the program."""
    return store.catalog()


def standing(db: Connection, *, chosen: Catalog | None = None) -> list[SegmentView]:
    """Show how every segment stands."""
    catalog = chosen or store.catalog()
    on = business_day.read(db).closed_on
    judged = store.list_judgments(db, version=catalog.version, until=on)
    environment = find_known(db, known_on=on)
    live = {
        (one.segment, one.direction): one
        for one in tightenings.list_tightenings(db)
        if one.ended_on is None
    }
    views: list[SegmentView] = []
    for segment in catalog.segments.values():
        found = judged.get(segment.name, {})
        last = max(found, default=None)
        rows = () if last is None else tuple(found[last])
        macro = None if segment.macro is None else environment[segment.macro]
        spoken = rules.speak_of(segment, found, macro, catalog.loosening, until=last)
        standing = (live.get((segment.name, way)) for way in Direction)
        views.append(SegmentView(segment, last, rows, macro, spoken, *standing))
    return views


def history(db: Connection, name: str, *, most: int, chosen: Catalog | None = None) -> list[Judged]:
    """Show what was judged of a segment, the latest month end first."""
    catalog = chosen or store.catalog()
    if name not in catalog.segments:
        raise NotFound(f"there is no segment {name}")
    on = business_day.read(db).closed_on
    found = store.list_judgments(db, version=catalog.version, until=on).get(name, {})
    ends = sorted(found, reverse=True)[:most]
    return [one for end in ends for one in found[end]]


def latest(
    db: Connection, *, most: int, direction: Direction = Direction.TIGHTEN
) -> list[Tightening]:
    """List the latest tightenings, or loosenings."""
    return tightenings.list_tightenings(db, direction=direction, most=most)


def show(
    db: Connection,
    tightening_id: int,
    *,
    direction: Direction = Direction.TIGHTEN,
    chosen: Catalog | None = None,
) -> TighteningView:
    """Show a tightening, or a loosening; `NotFound` if there is none of the number."""
    catalog = chosen or store.catalog()
    found = tightenings.list_tightenings(
        db, tightening_id=tightening_id, direction=direction, most=1
    )
    if not found:
        raise NotFound(f"there is no {NOUN[direction]} {tightening_id}")
    (one,) = found
    steps = tuple(StepView(*row) for row in tightenings.list_steps(db, tightening_id))
    left = len(tightenings.find_standing(db, tightening_id, only_relieved=False))
    given = count_granted(db, tightening_id)
    confidence_ppm = catalog.rollout.confidence_ppm
    effect = tightenings.measure_effect(db, one, confidence_ppm=confidence_ppm)
    standing = given.active_lines if direction is Direction.LOOSEN else left
    missing = _missing(db, one, steps)
    return TighteningView(one, steps, missing, standing, effect, given.active_minor)


def _missing(db: Connection, one: Tightening, steps: Sequence[StepView]) -> int:
    needed = blast_guard().releases
    if one.state is State.PROPOSED:
        return missing_releases(read_said(db, run_of(one, one.proposed_on)), needed=needed)
    if one.state is not State.LIFTING:
        return 0
    said = [life.Said(step.step, Command(step.command), step.actor) for step in steps]
    return needed - len(life.agreed(said, Command.LIFT))
