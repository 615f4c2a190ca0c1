"""What the terms of a relief come to on a line as it stands today."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType

from whiteslip.care.hardship.model import Form, FormTerms, Plan, Table, Terms
from whiteslip.kernel import rate
from whiteslip.kernel.calendar import statement_dates
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import Minor, share_out, split
from whiteslip.money.schedules import spreading
from whiteslip.money.schedules.model import Owed, Part, Piece
from whiteslip.money.schedules.rescheduling import defer, divide, extend, is_billed, owed_of
from whiteslip.money.schedules.spreading import Slot


class Position:
    """A line as it stands: what it owes, the day it has reached, and how its dues are dated."""

    def __init__(
        self, owed: Sequence[Owed], *, reached: date, statement_day: int, due_days: int
    ) -> None:
        """Take what `read_owed` returns of one line; days are calendar days."""
        self.owed = owed
        self.reached = reached
        self.statement_day = statement_day
        self.due_days = due_days

    @property
    def billed(self) -> list[Owed]:
        """What a statement has shown and is not paid."""
        return [row for row in self.owed if is_billed(row, reached=self.reached)]

    @property
    def billed_minor(self) -> Minor:
        """All that was billed and is not paid."""
        return sum(map(owed_of, self.billed))

    @property
    def days_past_due(self) -> int:
        """Days since the oldest due missed."""
        oldest = min((row.due_on for row in self.owed), default=self.reached)
        return max(0, (self.reached - oldest).days)

    def next_dues(self, count: int) -> list[date]:
        """The due dates of the next statements."""
        days = timedelta(days=self.due_days)
        return [on + days for on in statement_dates(self.reached, self.statement_day, count)]

    def next_slots(self, count: int) -> list[Slot]:
        """The next statements and their due dates."""
        ons = statement_dates(self.reached, self.statement_day, count)
        return [Slot(*pair) for pair in zip(ons, self.next_dues(count), strict=True)]

    @property
    def overdue(self) -> list[Owed]:
        """What was to be paid before this day."""
        return [row for row in self.owed if spreading.is_overdue(row, reached=self.reached)]


def plan(terms: Terms, position: Position, table: Table) -> Plan | InvalidInput:
    """Work terms out, or say what is wrong with them; a promise changes nothing but what it stops."""
    said = table.forms[terms.form]
    if not (position.owed if terms.form in _OF_WHAT_IS_TO_COME else position.billed):
        return InvalidInput("nothing that was billed is owed", where="form")
    if terms.drops_fees and terms.form not in _DROPPING:
        return InvalidInput("this form drops no fees to come", where="drops_fees")
    if terms.form in _PARTED:
        return _parted(terms, position, said, table)
    return _WORK[terms.form](terms, position, said)


def _promise(terms: Terms, position: Position, said: FormTerms) -> Plan | InvalidInput:
    if terms.until_on is None:
        return InvalidInput("a promise names a day", where="until_on")
    if wrong := _outside((terms.until_on - position.reached).days, said, "until_on", "days ahead"):
        return wrong
    if not 0 < terms.amount_minor <= position.billed_minor:
        text = "what is promised is no more than what was billed and is owed"
        return InvalidInput(text, where="amount_minor")
    part = Part(terms.until_on, terms.amount_minor)
    return Plan((), (part,), terms.amount_minor, 0, terms.until_on)


def _deferral(terms: Terms, position: Position, said: FormTerms) -> Plan | InvalidInput:
    if wrong := _outside(terms.days, said, "days", "days"):
        return wrong
    if terms.due_on is None:
        return InvalidInput("name the due date to be moved", where="due_on")
    pieces = defer(position.owed, due_on=terms.due_on, days=terms.days, reached=position.reached)
    if not pieces:
        return InvalidInput("nothing that was billed is due then", where="due_on")
    if pieces[0].due_on <= position.reached:
        return InvalidInput("the new due date has passed already", where="days")
    return _for_a_fee(pieces, sum(map(_amount, pieces)), terms, said)


def _extension(terms: Terms, position: Position, said: FormTerms) -> Plan | InvalidInput:
    if wrong := _outside(terms.parts, said, "parts", "months"):
        return wrong
    pieces = extend(position.owed, months=terms.parts, reached=position.reached)
    if min(piece.due_on for piece in pieces) <= position.reached:
        return InvalidInput("a due would be overdue still: installments may help", where="parts")
    return _of_pieces(pieces)


def _parted(terms: Terms, position: Position, said: FormTerms, table: Table) -> Plan | InvalidInput:
    if wrong := _outside(terms.parts, said, "parts", "parts"):
        return wrong
    dues = position.next_dues(terms.parts)
    total = position.billed_minor
    if terms.form is Form.INSTALLMENTS:
        amounts = split(total, terms.parts)
    else:
        weights = [_weight(due_on, terms, table) for due_on in dues]
        if len(set(weights)) < 2:
            text = "name lean months, and leave others in which more is paid"
            return InvalidInput(text, where="small_months")
        amounts = share_out(total, weights)
    parts = [Part(on, amount) for on, amount in zip(dues, amounts, strict=True) if amount]
    if len(parts) < 2:
        return InvalidInput("so little is not spread over parts", where="parts")
    pieces = divide(position.owed, parts, reached=position.reached)
    return Plan(tuple(pieces), tuple(parts), total, 0, parts[-1].due_on)


def _holiday(terms: Terms, position: Position, said: FormTerms) -> Plan | InvalidInput:
    """Pause; the fee is of what would have been due until the first due after it."""
    if wrong := _outside(terms.parts, said, "parts", "statements"):
        return wrong
    if position.overdue:
        text = "what is overdue has no holiday: it is paid, or becomes part of new dues, first"
        return InvalidInput(text, where="form")
    pieces = spreading.pause(position.owed, cycles=terms.parts, reached=position.reached)
    first_on = min(piece.due_on for piece in pieces)
    paused = sum(owed_of(row) for row in position.owed if row.due_on < first_on)
    return _for_a_fee(pieces, paused, terms, said)


def _due_day(terms: Terms, position: Position, said: FormTerms) -> Plan | InvalidInput:
    if wrong := _outside(terms.days, said, "days", "as a day of the month"):
        return wrong
    pieces = spreading.to_day(position.owed, day=terms.days, reached=position.reached)
    if not pieces:
        return InvalidInput("no due moves: they are on that day, or overdue", where="days")
    return _of_pieces(pieces)


def _anew(terms: Terms, position: Position, said: FormTerms) -> Plan | InvalidInput:
    """Spread what is overdue, what is left of plans, or everything, over dues to come."""
    remaining = terms.form is Form.RE_AMORTIZE and not terms.parts
    if not remaining and (wrong := _outside(terms.parts, said, "parts", "parts")):
        return wrong
    owed, drops = position.owed, ()
    if terms.drops_fees:
        plans_only = terms.form is Form.RE_AMORTIZE
        owed, drops = spreading.drop_fees(position.owed, plans_only=plans_only)
    slots = position.next_slots(terms.parts)
    match terms.form:
        case Form.RE_AGE:
            pieces = spreading.re_age(owed, slots, reached=position.reached)
        case Form.RE_AMORTIZE:
            pieces = spreading.re_amortize(owed, slots, reached=position.reached)
        case _:
            pieces = spreading.new_terms(owed, slots, reached=position.reached)
    if not pieces:
        return InvalidInput(_NOTHING_TO_SPREAD[terms.form], where="form")
    worked = _of_pieces(pieces, is_waiver=bool(drops))
    return worked._replace(drops=drops, keeps_all=True)


def _for_a_fee(pieces: Sequence[Piece], base_minor: Minor, terms: Terms, said: FormTerms) -> Plan:
    """Charge the table's share of an amount, or less where staff says so, which is a waiver."""
    usual_fee = rate.of(base_minor, said.fee_ppm)
    fee = usual_fee if terms.fee_minor is None else min(terms.fee_minor, usual_fee)
    return _of_pieces(pieces, fee_minor=fee, is_waiver=fee < usual_fee)


def _weight(due_on: date, terms: Terms, table: Table) -> int:
    return table.small_weight if due_on.month in terms.small_months else table.large_weight


def _of_pieces(pieces: Sequence[Piece], *, fee_minor: Minor = 0, is_waiver: bool = False) -> Plan:
    sums: dict[date, Minor] = {}
    for piece in pieces:
        sums[piece.due_on] = sums.get(piece.due_on, 0) + _amount(piece)
    first = min(sums)
    amount = sum(sums.values())
    sums[first] += fee_minor
    parts = tuple(Part(on, sums[on]) for on in sorted(sums))
    return Plan(tuple(pieces), parts, amount, fee_minor, max(sums), is_waiver)


def _amount(piece: Piece) -> Minor:
    return piece.principal_minor + piece.fee_minor + piece.late_fee_minor


def _outside(value: int, said: FormTerms, where: str, unit: str) -> InvalidInput | None:
    if said.fewest <= value <= said.most:
        return None
    return InvalidInput(f"between {said.fewest} and {said.most} {unit} are possible", where=where)


_PARTED = frozenset({Form.INSTALLMENTS, Form.SEASONAL})
_WORK: Mapping[Form, Callable[[Terms, Position, FormTerms], Plan | InvalidInput]] = (
    MappingProxyType(
        {
            Form.PROMISE: _promise,
            Form.DEFERRAL: _deferral,
            Form.EXTENSION: _extension,
            Form.HOLIDAY: _holiday,
            Form.DUE_DAY: _due_day,
            Form.RE_AGE: _anew,
            Form.RE_AMORTIZE: _anew,
            Form.NEW_TERMS: _anew,
        }
    )
)
_OF_WHAT_IS_TO_COME = frozenset({Form.DUE_DAY, Form.RE_AMORTIZE, Form.NEW_TERMS})
_DROPPING = frozenset({Form.RE_AMORTIZE, Form.NEW_TERMS})
_NOTHING_TO_SPREAD = {
    Form.RE_AGE: "nothing is overdue",
    Form.RE_AMORTIZE: "there is no plan to spread anew: name a number of months, or another form",
    Form.NEW_TERMS: "nothing is owed but fees that would be dropped",
}
