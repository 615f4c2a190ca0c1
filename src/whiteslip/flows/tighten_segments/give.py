"""The way of a loosening: stages give room, trouble asks for the end, and undone, what is not in use ends early."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from whiteslip.care.notices.model import Kind, NewNotice
from whiteslip.care.notices.store import insert_notices
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.flows.tighten_segments.turn import AdvanceReport, Turn
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict
from whiteslip.kernel.money import decimal_text
from whiteslip.kernel.reason import Reason, ReasonCode
from whiteslip.money.ledger.store import take_numbers
from whiteslip.risk.loosenings import store
from whiteslip.risk.loosenings.model import Ending as GrantEnding
from whiteslip.risk.loosenings.model import Grant, Now
from whiteslip.risk.segments import rules as segments
from whiteslip.risk.segments.model import Catalog, Direction
from whiteslip.risk.segments.rules import Trouble
from whiteslip.risk.tightenings import rules
from whiteslip.risk.tightenings.life import Command
from whiteslip.risk.tightenings.model import State, Tightening
from whiteslip.risk.tightenings.rules import Ending
from whiteslip.risk.tightenings.store import list_tightenings


class Rolled(NamedTuple):
    """A stage rolled out: where it stands after it, what was done, and how many lines it grew to where it was held."""

    tightening: Tightening
    report: AdvanceReport
    grew_to: int | None = None


def begin(turn: Turn) -> Rolled:
    """Begin with the first stage, unless trouble came or the segment grew since it was proposed."""
    if trouble := trouble_of(turn):
        raise Conflict(
            f"{turn.before.segment} may be given no more room, for {trouble}: dismiss it"
        )
    now = _now(turn)
    rules.check_grown(turn.before, now.members, guard=rulebooks.blast_guard())
    released = turn.move(review_on=turn.next_review_on)
    return _roll_out(turn._replace(before=released), 0, now)


def roll_out(turn: Turn, place: int) -> Rolled:
    """Give the lines of a stage their room and tell their owners; a stage that grew too much is held."""
    return _roll_out(turn, place, _now(turn))


def _now(turn: Turn) -> Now:
    level = turn.catalog.loosening.highest_level
    return store.read_now(turn.db, turn.before, highest_level=level, on=turn.on)


def _roll_out(turn: Turn, place: int, now: Now) -> Rolled:
    db, on, level = turn.db, turn.on, turn.catalog.loosening.highest_level
    done = store.roll_out(
        db, turn.before, place, now, highest_level=level, actor=turn.actor, on=on, at=turn.at
    )
    _tell_granted(turn, done.grants)
    granted = len(done.grants)
    return Rolled(done.tightening, AdvanceReport(granted=granted), done.grew_to)


def take_back(turn: Turn) -> int:
    """Lifted, nothing more is given and what was runs to its promised end; undone, what is not in use ends early.

    Owners are told at once, the agreed days ahead. Returns for how many limits an early end was announced.
    """
    if turn.command is not Command.UNDO:
        return 0
    early_on = turn.on + timedelta(days=turn.catalog.loosening.notice_days)
    called = store.call_in_grants(turn.db, turn.before.tightening_id, early_on=early_on, on=turn.on)
    _tell_endings(turn.db, called, Kind.TEMPORARY_LIMIT_SHORTENED, at=turn.at)
    return len(called)


def keep(_: Turn) -> None:
    """Leave what was given as it is: it runs to its promised end and is given anew to those who are still good."""


def look_after(turn: Turn) -> AdvanceReport:
    """Give those whose room ran to its end another, while people keep the loosening beyond it."""
    if turn.before.state is not State.RELEASED or not turn.before.stages_done:
        return AdvanceReport()
    level = turn.catalog.loosening.highest_level
    grants = store.renew(turn.db, turn.before, highest_level=level, on=turn.on)
    _tell_granted(turn, grants)
    return AdvanceReport(granted=len(grants))


def ending(turn: Turn) -> Ending | None:
    """Say why its end is to be asked for: trouble, or the review date is near."""
    now = turn.before
    if now.state is not State.RELEASED:
        return None
    if trouble_of(turn):
        return Ending.TROUBLE
    return rules.asks_end(now, turn.catalog.rollout, passed=False, on=turn.on)


def trouble_of(turn: Turn) -> Trouble | None:
    """Name what speaks against giving more room by now; a tightening that stands does, too."""
    now, known = turn.before, turn.known()
    tightened = list_tightenings(turn.db, segment=now.segment, direction=Direction.TIGHTEN, most=1)
    if tightened and tightened[0].ended_on is None:
        return Trouble.TIGHTENED
    return segments.trouble_of(
        known.segment, known.history, known.environment, since=now.proposed_on
    )


def keep_promises(db: Connection, *, catalog: Catalog, at: datetime) -> AdvanceReport:
    """End early what was announced to, and tell of what ends by itself; run again, it does nothing."""
    on = business_day.today(db).current_on
    shortened = store.end_called_in(db, on=on)
    _announce(db, [one.grant for one in shortened], at=at)
    days = catalog.loosening.notice_days
    ending = store.take_endings(db, on=on, days=days)
    _tell_endings(db, ending, Kind.TEMPORARY_LIMIT_ENDING, at=at)
    return AdvanceReport(shortened=len(shortened))


def _tell_granted(turn: Turn, grants: Sequence[Grant]) -> None:
    db, on = turn.db, turn.on
    notices = [
        NewNotice(
            customer_id=one.customer_id,
            notice_id=number,
            line_id=one.line_id,
            kind=Kind.TEMPORARY_LIMIT_GRANTED,
            reasons=(),
            noticed_on=on,
            facts={
                "amount": decimal_text(one.amount_minor),
                "date": one.ends_on.isoformat(),
                "days": turn.catalog.loosening.notice_days,
            },
        )
        for one, number in zip(grants, take_numbers(db, len(grants)), strict=True)
    ]
    insert_notices(db, notices, at=turn.at)
    _announce(db, grants, at=turn.at)


def _tell_endings(
    db: Connection, endings: Sequence[GrantEnding], kind: Kind, *, at: datetime
) -> None:
    on = business_day.today(db).current_on
    notices = [
        NewNotice(
            customer_id=one.customer_id,
            notice_id=number,
            line_id=one.line_id,
            kind=kind,
            reasons=(Reason(ReasonCode.PROMOTION_ENDED),),
            noticed_on=on,
            facts={
                "amount": decimal_text(one.amount_minor),
                "date": one.ends_on.isoformat(),
                "limit": decimal_text(one.limit_minor),
            },
        )
        for one, number in zip(endings, take_numbers(db, len(endings)), strict=True)
    ]
    insert_notices(db, notices, at=at)


def _announce(db: Connection, grants: Sequence[Grant], *, at: datetime) -> None:
    outbox.append(
        db,
        "money.limit-changed",
        customer_ids=[one.customer_id for one in grants],
        subject_ids=[one.line_id for one in grants],
        at=at,
    )
