"""How the segments of the book stand, and their tightenings: what was expected, who said what, and what they did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from whiteslip.decisioning.rulebooks.store import blast_guard
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import NotFound
from whiteslip.risk.macro.model import Standing
from whiteslip.risk.macro.store import find_known
from whiteslip.risk.runs.rules import missing_releases
from whiteslip.risk.runs.store import read_said
from whiteslip.risk.segments import rules, store
from whiteslip.risk.segments.model import Catalog, Judged, Segment
from whiteslip.risk.segments.rules import Spoken
from whiteslip.risk.tightenings import life
from whiteslip.risk.tightenings import store as tightenings
from whiteslip.risk.tightenings.life import Command
from whiteslip.risk.tightenings.model import ArmFigures, Effect, State, Tightening
from whiteslip.risk.tightenings.rules import run_of

__all__ = [
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
    """A segment: what was judged at the last month end, what that asks for, and the tightening that stands."""

    segment: Segment
    month_end: date | None
    judged: tuple[Judged, ...]
    macro: Standing | None
    spoken: Spoken
    tightening: Tightening | None


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
    """A tightening, its steps, how many people it waits for, the lines it restricts now, and its effect so far."""

    tightening: Tightening
    steps: tuple[StepView, ...]
    missing: int
    standing: int
    effect: Effect | None


def shipped_catalog() -> Catalog:
    """Return the segments that come with the program."""
    return store.catalog()


def standing(db: Connection, *, chosen: Catalog | None = None) -> list[SegmentView]:
    """Show how every segment stands."""
    catalog = chosen or store.catalog()
    on = business_day.read(db).closed_on
    judged = store.list_judgments(db, version=catalog.version, until=on)
    environment = find_known(db, known_on=on)
    live = {one.segment: one for one in tightenings.list_tightenings(db) if one.ended_on is None}
    views: list[SegmentView] = []
    for segment in catalog.segments.values():
        found = judged.get(segment.name, {})
        last = max(found, default=None)
        rows = () if last is None else tuple(found[last])
        macro = None if segment.macro is None else environment[segment.macro]
        spoken = rules.speak(rows, macro)
        views.append(SegmentView(segment, last, rows, macro, spoken, live.get(segment.name)))
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


def latest(db: Connection, *, most: int) -> list[Tightening]:
    """List the latest tightenings."""
    return tightenings.list_tightenings(db, most=most)


def show(db: Connection, tightening_id: int, *, chosen: Catalog | None = None) -> TighteningView:
    """Show a tightening; `NotFound` if there is none of the number."""
    catalog = chosen or store.catalog()
    found = tightenings.list_tightenings(db, tightening_id=tightening_id, most=1)
    if not found:
        raise NotFound(f"there is no tightening {tightening_id}")
    (one,) = found
    steps = tuple(StepView(*row) for row in tightenings.list_steps(db, tightening_id))
    left = tightenings.find_standing(db, tightening_id, only_relieved=False)
    confidence_ppm = catalog.rollout.confidence_ppm
    effect = tightenings.measure_effect(db, one, confidence_ppm=confidence_ppm)
    return TighteningView(one, steps, _missing(db, one, steps), len(left), effect)


def _missing(db: Connection, one: Tightening, steps: Sequence[StepView]) -> int:
    needed = blast_guard().releases
    if one.state is State.PROPOSED:
        return missing_releases(read_said(db, run_of(one, one.proposed_on)), needed=needed)
    if one.state is not State.LIFTING:
        return 0
    said = [life.Said(step.step, Command(step.command), step.actor) for step in steps]
    return needed - len(life.agreed(said, Command.LIFT))
