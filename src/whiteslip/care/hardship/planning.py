"""What the terms of a relief come to on a line as it stands today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from whiteslip.care.hardship.model import Form, FormTerms, Plan, Table, Terms
from whiteslip.kernel import rate
from whiteslip.kernel.calendar import statement_dates
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import Minor, share_out, split
from whiteslip.money.schedules.model import Owed, Part, Piece
from whiteslip.money.schedules.rescheduling import defer, divide, extend, is_billed, owed_of


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


def plan(terms: Terms, position: Position, table: Table) -> Plan | InvalidInput:
    """Work terms out, or say what is wrong with them; a promise changes nothing but what it stops."""
    said = table.forms[terms.form]
    if not position.billed:
        return InvalidInput("nothing that was billed is owed", where="form")
    match terms.form:
        case Form.PROMISE:
            return _promise(terms, position, said)
        case Form.DEFERRAL:
            return _deferral(terms, position, said)
        case Form.EXTENSION:
            return _extension(terms, position, said)
        case Form.INSTALLMENTS | Form.SEASONAL:
            return _parted(terms, position, said, table)


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
    amount = sum(map(_amount, pieces))
    usual_fee = rate.of(amount, said.fee_ppm)
    fee = usual_fee if terms.fee_minor is None else min(terms.fee_minor, usual_fee)
    return _of_pieces(pieces, fee_minor=fee, is_waiver=fee < usual_fee)


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
