"""Foresee relief: what terms would change of a line's dues, day by day, before anybody agrees; nothing is written."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from whiteslip.care.hardship import rules, store
from whiteslip.care.hardship.model import Form, Plan, Terms
from whiteslip.care.hardship.planning import Position, plan
from whiteslip.care.hardship.store import read_terms
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.money import Minor
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import read_line_today
from whiteslip.money.schedules.rescheduling import owed_of

__all__ = ["Foreseen", "NewDue", "foresee_relief", "read_terms"]


class NewDue(NamedTuple):
    """What is due on a day as things stand, and what would be; minor units, fees to come included."""

    due_on: date
    now_minor: Minor
    then_minor: Minor


class Foreseen(NamedTuple):
    """What terms would change: dues, a fee, fees that fall away, what is stopped, and who must look first."""

    dues: tuple[NewDue, ...]
    now_minor: Minor
    then_minor: Minor
    fee_minor: Minor
    dropped_minor: Minor
    ends_on: date
    needs_person: bool
    stops_fees: bool
    pauses_reminders: bool
    bars_credit: bool


def foresee_relief(db: Connection, key: LineKey, terms: Terms) -> Foreseen | WhiteslipError:
    """Work terms out on a line as it stands today, or say what is wrong with them."""
    found = read_line_today(db, key)
    if found is None:
        return NotFound(f"customer {key.customer_id} has no line {key.line_id}")
    line, on = found
    position = store.read_positions(db, {key: line}, {key.customer_id: on})[key]
    table = store.table()
    worked = plan(terms, position, table)
    if isinstance(worked, InvalidInput):
        return worked
    _, begun = store.read_past(db, [key], since_on=on - store.YEAR)
    eligible = rules.is_eligible(terms, position, table, this_year=begun.get((key, terms.form), 0))
    said = table.forms[terms.form]
    dues = _dues(terms.form, worked, position)
    return Foreseen(
        dues=dues,
        now_minor=sum(due.now_minor for due in dues),
        then_minor=sum(due.then_minor for due in dues),
        fee_minor=worked.fee_minor,
        dropped_minor=worked.dropped_minor,
        ends_on=worked.ends_on,
        needs_person=not eligible or rules.needs_approval(terms, worked, table),
        stops_fees=said.stops_fees,
        pauses_reminders=said.pauses_reminders,
        bars_credit=said.bars_credit,
    )


def _dues(form: Form, worked: Plan, position: Position) -> tuple[NewDue, ...]:
    """Compare what is due by day; a promise moves nothing, so its one day is what it asks."""
    if form is Form.PROMISE:
        return tuple(NewDue(part.due_on, 0, part.amount_minor) for part in worked.parts)
    now: dict[date, Minor] = {}
    then: dict[date, Minor] = {}
    moved = {piece.installment_id for piece in worked.pieces}
    gone = {drop.installment_id: drop.fee_dropped_minor for drop in worked.drops}
    for row in position.owed:
        now[row.due_on] = now.get(row.due_on, 0) + owed_of(row)
        if row.installment_id not in moved:
            left = owed_of(row) - gone.get(row.installment_id, 0)
            then[row.due_on] = then.get(row.due_on, 0) + left
    for piece in worked.pieces:
        then[piece.due_on] = then.get(piece.due_on, 0) + sum(piece[4:7])
    if worked.fee_minor:
        then[worked.parts[0].due_on] += worked.fee_minor
    return tuple(NewDue(on, now.get(on, 0), then.get(on, 0)) for on in sorted({*now, *then}))
