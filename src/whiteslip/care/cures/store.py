"""Judging lines again after money came in, and letting what restricts a person hold for a line just opened."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from whiteslip.care.notices.restrictions import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import PROGRAM
from whiteslip.money.arrears.store import age_lines
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.schedules.model import Owed
from whiteslip.risk.suspensions import store as suspensions
from whiteslip.risk.suspensions.model import Change
from whiteslip.risk.watching.store import watch


def in_trouble(
    lines: Iterable[Line], owed: Iterable[Owed], reached: Mapping[int, date]
) -> set[int]:
    """Name the customers of lines that are restricted or owe something overdue: those a payment may cure."""
    restricted = {line.customer_id for line in lines if line.restriction_level}
    return restricted | {row.customer_id for row in owed if row.due_on < reached[row.customer_id]}


def cure(
    db: Connection, customers: Collection[int], reached: Mapping[int, date], *, at: datetime
) -> set[LineKey]:
    """Bring the arrears of customers up to date and judge their lines; return those that may buy again."""
    changes = judge_again(db, customers, reached, at=at)
    return {LineKey(*one[:2]) for one in changes if one.kind == "restored"}


def judge_again(
    db: Connection, customers: Collection[int], reached: Mapping[int, date], *, at: datetime
) -> list[Change]:
    """Bring the arrears of customers up to date, judge their lines, and tell their owners what changed."""
    changed: list[Change] = []
    for on in sorted({reached[customer_id] for customer_id in customers}):
        some = {customer_id for customer_id in customers if reached[customer_id] == on}
        age_lines(db, some, on=on)
        now = rulebooks.running(db, "watch")
        done = watch(db, now, first=min(some), last=max(some), only=some, on=on, at=at)
        changes = [change for one in done for change in one.changes]
        insert_notices(db, notices_of(changes), at=at)
        changed += changes
    return changed


def cover_opened(db: Connection, keys: Sequence[LineKey], *, on: date, at: datetime) -> None:
    """Restrict lines just opened as far as their customers are restricted on all of theirs, and tell them."""
    changes = suspensions.cover_opened(db, keys, on=on, at=at, actor=PROGRAM)
    insert_notices(db, notices_of(changes), at=at)
