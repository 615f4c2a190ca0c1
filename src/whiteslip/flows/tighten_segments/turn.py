"""What is said of a tightening or loosening that is locked, and what came of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.risk.macro import store as macro
from whiteslip.risk.macro.model import Declared
from whiteslip.risk.macro.model import Standing as Environment
from whiteslip.risk.segments import store as segment_store
from whiteslip.risk.segments.model import Catalog, Direction, Judged, Segment
from whiteslip.risk.tightenings import store
from whiteslip.risk.tightenings.life import Command
from whiteslip.risk.tightenings.model import Tightening
from whiteslip.risk.tightenings.rules import NOUN


class Saying(NamedTuple):
    """What a person says of a tightening or loosening: release, dismiss, lift, keep or undo, and why.

    Of a loosening people may ask for the end themselves.
    """

    tightening_id: int
    command: Command
    by: str
    note: str
    direction: Direction = Direction.TIGHTEN


class Done(NamedTuple):
    """Where it stands, how many people must still agree, and how many restrictions or limits moved."""

    tightening: Tightening
    missing: int
    moved: int


class AdvanceReport(NamedTuple):
    """What a day did: lines restricted by stages, lines that wait, lines freed for a relief, and ends asked for.

    Of loosenings: lines given room, and those whose room ended early.
    """

    restricted: int = 0
    waiting: int = 0
    freed: int = 0
    endings: tuple[int, ...] = ()
    granted: int = 0
    shortened: int = 0

    def plus(self, other: AdvanceReport) -> AdvanceReport:
        """Add what was done of another one."""
        return AdvanceReport(
            self.restricted + other.restricted,
            self.waiting + other.waiting,
            self.freed + other.freed,
            self.endings + other.endings,
            self.granted + other.granted,
            self.shortened + other.shortened,
        )


class Known(NamedTuple):
    """What is known of a segment: its entry in the file, its judged month ends, and its environment."""

    segment: Segment | None
    history: dict[date, list[Judged]]
    environment: Environment | None


class Turn(NamedTuple):
    """A word on a tightening or loosening that is locked: a person's, or the program's at night."""

    db: Connection
    before: Tightening
    command: Command
    actor: str
    note: str
    catalog: Catalog
    declared: Declared | None
    at: datetime

    @property
    def on(self) -> date:
        """The business date."""
        return business_day.today(self.db).current_on

    @property
    def noun(self) -> str:
        """What people call it."""
        return f"{NOUN[self.before.direction]} {self.before.tightening_id}"

    @property
    def next_review_on(self) -> date:
        """By when people must decide again, if it begins or goes on today."""
        return self.on + timedelta(days=self.catalog.rollout.review_days)

    def move(
        self,
        *,
        review_on: date | None = None,
        missing: int = 0,
        moved: int = 0,
    ) -> Tightening:
        """Move it, with a step; while people are missing it stays where it is."""
        return store.move_tightening(
            self.db,
            self.before,
            self.command,
            actor=self.actor,
            note=self.note,
            on=self.on,
            at=self.at,
            facts={"moved": moved, "missing": missing},
            review_on=review_on,
            waits=missing > 0,
        )

    def known(self) -> Known:
        """Read what is known of its segment as of the last closed day."""
        as_of, name = business_day.today(self.db).closed_on, self.before.segment
        segment = self.catalog.segments.get(name)
        judged = segment_store.list_judgments(self.db, version=self.catalog.version, until=as_of)
        if segment is None or segment.macro is None:
            return Known(segment, judged.get(name, {}), None)
        environment = macro.find_known(self.db, known_on=as_of, chosen=self.declared)
        return Known(segment, judged.get(name, {}), environment[segment.macro])
