"""Tighten segments: people release, end or undo a tightening, and each day its stages are rolled out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple

from whiteslip.care.notices.restrictions import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.actor import PROGRAM
from whiteslip.kernel.errors import Conflict, InvariantBroken, WhiteslipError
from whiteslip.risk.macro import store as macro
from whiteslip.risk.macro.model import Declared
from whiteslip.risk.runs import rules as runs
from whiteslip.risk.runs import store as running
from whiteslip.risk.runs.model import Saying as Said
from whiteslip.risk.segments import rules as segments
from whiteslip.risk.segments import store as segment_store
from whiteslip.risk.segments.model import Catalog
from whiteslip.risk.suspensions.life import Command as Move
from whiteslip.risk.suspensions.life import State as Stands
from whiteslip.risk.suspensions.model import Step
from whiteslip.risk.suspensions.store import take_steps
from whiteslip.risk.tightenings import life, rules, store
from whiteslip.risk.tightenings.life import Command
from whiteslip.risk.tightenings.model import State, Tightening
from whiteslip.risk.tightenings.rules import Ending

__all__ = [
    "AdvanceReport",
    "Command",
    "Done",
    "Saying",
    "advance_tightenings",
    "say_of_tightenings",
]


class Saying(NamedTuple):
    """What a person says of a tightening: release, dismiss, lift, keep or undo, and why."""

    tightening_id: int
    command: Command
    by: str
    note: str


class Done(NamedTuple):
    """Where the tightening stands, how many people must still agree, and how many restrictions moved."""

    tightening: Tightening
    missing: int
    moved: int


class AdvanceReport(NamedTuple):
    """What a day did: lines restricted by stages, lines that wait, lines freed for a relief, and ends asked for."""

    restricted: int
    waiting: int
    freed: int
    endings: tuple[int, ...]

    def plus(self, other: AdvanceReport) -> AdvanceReport:
        """Add what was done of another tightening."""
        return AdvanceReport(
            self.restricted + other.restricted,
            self.waiting + other.waiting,
            self.freed + other.freed,
            self.endings + other.endings,
        )


def say_of_tightenings(
    db: Connection, requests: Sequence[Saying], *, at: datetime, chosen: Catalog | None = None
) -> list[Done | WhiteslipError]:
    """Do what people say of tightenings, in order; what they may not say answers why and changes nothing."""
    catalog = chosen or segment_store.catalog()
    answers: list[Done | WhiteslipError] = []
    for one in requests:
        try:
            with db.transaction():
                done = _say(db, one, catalog, at=at)
        except InvariantBroken:
            raise
        except WhiteslipError as error:
            answers.append(error)
        else:
            answers.append(done)
    return answers


def advance_tightenings(
    database: Database,
    *,
    at: datetime,
    chosen: Catalog | None = None,
    declared: Declared | None = None,
) -> AdvanceReport:
    """Do what the calendar and the records ask of every tightening that stands, each in a transaction of its own.

    A stage whose day has come restricts its lines; one that has grown beyond what was released waits for two people.
    Whoever began to keep to a relief is freed. The end is asked for when the trouble has passed or the review is near.
    Run again, it does what is left.
    """
    catalog = chosen or segment_store.catalog()
    done = AdvanceReport(0, 0, 0, ())
    for tightening_id in database.read(store.find_live):
        advance = partial(
            _advance, tightening_id=tightening_id, catalog=catalog, declared=declared, at=at
        )
        done = done.plus(database.write(advance))
    return done


def _say(db: Connection, one: Saying, catalog: Catalog, *, at: datetime) -> Done:
    before = store.take_tightening(db, one.tightening_id)
    act = _ACTS.get(one.command)
    if act is None:
        raise Conflict(f"{one.command} is the program's to say")
    actor = life.check_person(before, one.command, by=one.by, note=one.note)
    return act(_Said(db, before, one.command, actor, one.note, catalog, at))


class _Said(NamedTuple):
    """A person's word on a tightening that is locked."""

    db: Connection
    before: Tightening
    command: Command
    actor: str
    note: str
    catalog: Catalog
    at: datetime

    @property
    def on(self) -> date:
        return business_day.today(self.db).current_on

    def move(
        self, *, review_on: date | None = None, waits: bool = False, moved: int = 0
    ) -> Tightening:
        return store.move_tightening(
            self.db,
            self.before,
            self.command,
            actor=self.actor,
            note=self.note,
            on=self.on,
            at=self.at,
            facts={"restrictions": moved},
            review_on=review_on,
            waits=waits,
        )


def _release(said: _Said) -> Done:
    """Release a proposal; with the last person needed its first stage comes into force."""
    db, before = said.db, said.before
    run = rules.run_of(before, before.proposed_on)
    if runs.Said(Said.RELEASE, said.actor) in running.read_said(db, run):
        raise Conflict(f"{said.actor} released it already; another person has to")
    running.append_said(db, run, Said.RELEASE, actor=said.actor, note=said.note, at=said.at)
    missing = _missing_releases(db, before)
    if missing:
        return Done(said.move(waits=True), missing, 0)
    return _begin(said)


def _missing_releases(db: Connection, before: Tightening) -> int:
    """Count who must still release a proposal; who made it does not count, in whichever way they said so."""
    spoken = running.read_said(db, rules.run_of(before, before.proposed_on))
    others = [one for one in spoken if one.actor != before.proposed_by]
    return runs.missing_releases(others, needed=rulebooks.blast_guard().releases)


def _begin(said: _Said) -> Done:
    """Let a tightening that was released begin with its first stage, unless its segment grew since."""
    db, before = said.db, said.before
    members = store.read_members_now(db, before, on=said.on)
    rules.check_grown(before, members, guard=rulebooks.blast_guard())
    review_on = said.on + timedelta(days=said.catalog.rollout.review_days)
    released = said.move(review_on=review_on)
    rolled = store.roll_out(db, released, 0, members, actor=said.actor, on=said.on, at=said.at)
    insert_notices(db, notices_of(rolled.changes), at=said.at)
    running.close_case(db, note=f"tightening {before.tightening_id} was released", at=said.at)
    return Done(rolled.tightening, 0, rolled.restricted)


def _dismiss(said: _Said) -> Done:
    """Dismiss a proposal: nobody was told of anything, and nothing is done."""
    dismissed = said.move()
    running.close_case(
        said.db, note=f"tightening {dismissed.tightening_id} was dismissed", at=said.at
    )
    return Done(dismissed, 0, 0)


def _end(said: _Said) -> Done:
    """Agree to the end; with the last person needed all that it imposed is lifted."""
    missing = _missing(said)
    if missing:
        return Done(said.move(waits=True), missing, 0)
    return _taken_back(said)


def _keep(said: _Said) -> Done:
    """Agree that it goes on; with the last person needed it has another review date."""
    missing = _missing(said)
    if missing:
        return Done(said.move(waits=True), missing, 0)
    review_on = said.on + timedelta(days=said.catalog.rollout.review_days)
    store.postpone_reviews(said.db, said.before.tightening_id, review_on=review_on)
    kept = said.move(review_on=review_on)
    running.close_case(said.db, note=f"tightening {kept.tightening_id} goes on", at=said.at)
    return Done(kept, 0, 0)


def _undo(said: _Said) -> Done:
    """Undo a tightening as a whole: what waits is dismissed, what is in force lifted."""
    run = rules.run_of(said.before, said.before.proposed_on)
    running.append_said(said.db, run, Said.UNDO, actor=said.actor, note=said.note, at=said.at)
    return _taken_back(said)


_ACTS: dict[Command, Callable[[_Said], Done]] = {
    Command.RELEASE: _release,
    Command.DISMISS: _dismiss,
    Command.LIFT: _end,
    Command.KEEP: _keep,
    Command.UNDO: _undo,
}


def _missing(said: _Said) -> int:
    spoken = store.list_said(said.db, said.before.tightening_id)
    needed = rulebooks.blast_guard().releases
    return life.still_missing(spoken, said.command, actor=said.actor, needed=needed)


def _taken_back(said: _Said) -> Done:
    """End every restriction of a tightening that still stands, tell the owners, and move it."""
    db, before = said.db, said.before
    left = store.find_standing(db, before.tightening_id, only_relieved=False)
    steps = runs.undone(left, actor=said.actor, note=said.note)
    taken = take_steps(db, steps, on=said.on, at=said.at)
    for answer in taken.answers:
        if isinstance(answer, WhiteslipError):
            raise InvariantBroken(f"a restriction that stands is not ended: {answer}")
    insert_notices(db, notices_of(taken.changes), at=said.at)
    after = said.move(moved=len(left))
    note = f"{said.command} of tightening {before.tightening_id}"
    running.close_case(db, note=note, at=said.at)
    return Done(after, 0, len(left))


def _advance(
    db: Connection,
    *,
    tightening_id: int,
    catalog: Catalog,
    declared: Declared | None,
    at: datetime,
) -> AdvanceReport:
    day = business_day.today(db)
    now = store.take_tightening(db, tightening_id)
    restricted = waiting = 0
    if now.state is State.PROPOSED and not _missing_releases(db, now):
        # Both released it as a run of the book, where nobody asks whether the segment grew.
        now, restricted = _begin_at_last(db, now, catalog, at=at)
    place = rules.due_stage(now, on=day.current_on)
    if place is not None:
        members = store.read_members_now(db, now, on=day.current_on)
        rolled = store.roll_out(db, now, place, members, actor=PROGRAM, on=day.current_on, at=at)
        insert_notices(db, notices_of(rolled.changes), at=at)
        now, restricted, waiting, _ = rolled
    freed = _free(db, now, at=at)
    ending = _ask_end(db, now, catalog, declared, at=at)
    return AdvanceReport(restricted, waiting, freed, (tightening_id,) if ending else ())


def _begin_at_last(
    db: Connection, now: Tightening, catalog: Catalog, *, at: datetime
) -> tuple[Tightening, int]:
    said = _Said(db, now, Command.RELEASE, PROGRAM, "released as a run", catalog, at)
    try:
        done = _begin(said)
    except Conflict:
        return now, 0  # it grew since: people dismiss it
    return done.tightening, done.moved


def _free(db: Connection, tightening: Tightening, *, at: datetime) -> int:
    """Free whoever began to keep to a relief since a stage restricted them."""
    left = store.find_standing(db, tightening.tightening_id, only_relieved=True)
    waiting = (Stands.PROPOSED, Stands.PENDING_REVIEW)
    steps = [
        Step(
            one.customer_id,
            one.restriction_id,
            Move.DISMISS if one.state in waiting else Move.LIFT,
            PROGRAM,
            "keeps to an agreed relief",
        )
        for one in left
    ]
    if steps:
        taken = take_steps(db, steps, on=business_day.today(db).current_on, at=at)
        insert_notices(db, notices_of(taken.changes), at=at)
    return len(steps)


def _ask_end(
    db: Connection,
    now: Tightening,
    catalog: Catalog,
    declared: Declared | None,
    *,
    at: datetime,
) -> Ending | None:
    """Ask people whether a tightening is to end, with what it did so far."""
    day = business_day.today(db)
    if now.state is not State.RELEASED or now.released_on is None:
        return None
    passed = _has_passed(db, now, catalog, declared, since=now.released_on, as_of=day.closed_on)
    ending = rules.asks_end(now, catalog.rollout, passed=passed, on=day.current_on)
    if ending is None:
        return None
    effect = store.measure_effect(db, now, confidence_ppm=catalog.rollout.confidence_ppm)
    facts = {"why": ending, "effect": rules.effect_facts(effect)}
    store.move_tightening(
        db, now, Command.ASK_END, actor=PROGRAM, note=ending, on=day.current_on, at=at, facts=facts
    )
    touched = store.count_touched(db, now.tightening_id)
    note = f"{now.segment}: {ending}; it is to end, or to be kept"
    case = runs.case_of(
        rules.run_of(now, day.current_on), note, restrictions=touched, lines=touched
    )
    running.open_case(db, case, on=day.current_on, at=at)
    outbox.append(
        db,
        "risk.tightening-end-asked",
        customer_ids=[runs.NOBODY],
        subject_ids=[now.tightening_id],
        at=at,
    )
    return ending


def _has_passed(
    db: Connection,
    now: Tightening,
    catalog: Catalog,
    declared: Declared | None,
    *,
    since: date,
    as_of: date,
) -> bool:
    """A segment that is no longer in the file is not known to have passed: its review date ends it."""
    segment = catalog.segments.get(now.segment)
    if segment is None:
        return False
    judged = segment_store.list_judgments(db, version=catalog.version, until=as_of)
    environment = macro.find_known(db, known_on=as_of, chosen=declared)
    standing = None if segment.macro is None else environment[segment.macro]
    history = judged.get(segment.name, {})
    return segments.has_passed(segment, history, catalog.rollout, standing, since=since)
