"""A plan's life: its terms and what happened, replayed in order to the rows, the payments and the balances they leave.

To take an event back is to replay without it: what came after falls where it would have fallen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from whiteslip.kernel import rate
from whiteslip.kernel.errors import Conflict
from whiteslip.kernel.money import Minor
from whiteslip.money.plans import changing
from whiteslip.money.plans.allocating import Parts, allocate, pay
from whiteslip.money.plans.counting import Ledger, Move, balance, even_out, recount
from whiteslip.money.plans.events import (
    Charged,
    ChargedBack,
    ChargedOff,
    CreditRefunded,
    Drawn,
    DueMoved,
    Event,
    Extended,
    Graced,
    Paid,
    PaidOff,
    RateChanged,
    ReAged,
    ReAmortized,
    Waived,
)
from whiteslip.money.plans.model import Component, Kind, Row, Terms
from whiteslip.money.plans.rules import charge_interest, down_payment, schedule

_NOTHING: Final[Parts] = dict.fromkeys(Component, 0)
_PAYMENTS: Final = frozenset(kind.value for kind in Kind)


class Entry(NamedTuple):
    """What an event did: how much of it went to each component, and what principal is owed after it."""

    on: date
    what: str
    amount_minor: Minor
    parts: Parts
    balance_minor: Minor


@dataclass(slots=True)
class Life:
    """A plan as it stands on a day."""

    terms: Terms
    rows: list[Row] = field(default_factory=list[Row])
    moves: list[Move] = field(default_factory=list[Move])
    entries: list[Entry] = field(default_factory=list[Entry])
    credit_minor: Minor = 0
    is_charged_off: bool = False
    on: date = date.min

    @property
    def principal_minor(self) -> Minor:
        """The principal that is owed."""
        return max(sum(move.amount_minor for move in self.moves), 0)

    @property
    def open_minor(self) -> Minor:
        """All that is still to be paid."""
        return sum(row.open_minor for row in self.rows)

    def note(self, what: str, on: date, amount_minor: Minor, parts: Parts) -> None:
        """Keep what an event did."""
        self.entries.append(Entry(on, what, amount_minor, parts, self.principal_minor))

    def recount(self, on: date, *, ending: bool = False) -> None:
        """Count interest anew as of a day, if the terms say so."""
        if self.terms.recalculated:
            recount(Ledger(self.terms, self.moves, on, ending), self.rows)


def replay(terms: Terms, events: Iterable[Event], *, on: date) -> Life:
    """Play what happened up to a day, in the order of their days; of one day, in the order given.

    Raises `Conflict` for what cannot have happened, such as a payment before the money was drawn.
    """
    life = Life(terms)
    for event in sorted(events, key=lambda event: event.on):
        if event.on > on:
            break
        _come_to(life, event.on)
        _HANDLERS[type(event)](life, event)
    _come_to(life, on)
    life.recount(on)
    return life


def _come_to(life: Life, on: date) -> None:
    """Charge what became late before a day, and count interest as of it."""
    late = life.terms.late_charge
    if late is not None and not life.is_charged_off:
        for row in life.rows:
            is_late = row.due_on + timedelta(days=late.grace_days) < on
            unpaid = row.open_of(Component.PRINCIPAL)
            unpaid += row.open_of(Component.INTEREST) * late.with_interest
            if is_late and not row.is_charged_late and unpaid:
                row.is_charged_late = True
                row.penalty_minor += rate.of(unpaid, late.ppm, life.terms.rounding)
                row.completed_on = None
    life.on = on
    life.recount(on)


def _draw(life: Life, event: Drawn) -> None:
    life.moves.append(Move(event.on, event.amount_minor))
    life.note("drawn", event.on, event.amount_minor, _NOTHING)
    down = 0
    if not life.rows:
        life.rows = schedule(life.terms, event.amount_minor, drawn_on=event.on)
        down = down_payment(life.terms, event.amount_minor)
    else:
        down = changing.draw_again(life.terms, life.rows, event)
        balance(life.rows, life.moves)
    begins = min(row.from_on for row in life.rows)
    if (len(life.entries) > 1 or begins < event.on) and _is_equal(life):
        book = Ledger(life.terms, life.moves, event.on)
        even_out(book, life.rows, since=event.on)
    for row in life.rows:
        if row.open_minor:
            row.completed_on = None
    if down and life.terms.down_payment_at_once and event.pays_down:
        _pay(life, Paid(event.on, down, Kind.DOWN_PAYMENT))


def _is_equal(life: Life) -> bool:
    return any(row.equal_minor is not None for row in life.rows)


def _pay(life: Life, event: Paid) -> None:
    _need_rows(life, event.on)
    ahead = life.terms.recalculated and any(
        row.open_minor and row.from_on < event.on < row.due_on for row in life.rows
    )
    if ahead:  # whoever pays now owes the interest of the days until now, and no other
        life.recount(event.on, ending=True)
    _take_payment(life, event)


def _take_payment(life: Life, event: Paid) -> None:
    gone = allocate(life.rows, event.amount_minor, life.terms.allocation(event.kind), on=event.on)
    if gone[Component.PRINCIPAL]:
        life.moves.append(Move(event.on, -gone[Component.PRINCIPAL]))
    life.credit_minor += event.amount_minor - sum(gone.values())
    life.note(event.kind.value, event.on, event.amount_minor, gone)
    life.recount(event.on)


def _pay_off(life: Life, event: PaidOff) -> None:
    _need_rows(life, event.on)
    _end(life, event.on)
    _take_payment(life, Paid(event.on, life.open_minor))


def _end(life: Life, on: date) -> None:
    """Count what interest is owed if the plan ends on a day."""
    row = changing.row_to_come(life.rows, on)
    until = row.due_on if row is not None and life.terms.payoff_until_due else on
    life.recount(until, ending=True)


def payoff_minor(terms: Terms, events: Sequence[Event], *, on: date) -> Minor:
    """What would end the plan on a day: principal, what is charged, and interest until then."""
    life = replay(terms, events, on=on)
    _end(life, on)
    return life.open_minor


def _charge(life: Life, event: Charged) -> None:
    _need_rows(life, event.on)
    row = changing.row_of(life.rows, event.due_on)
    if event.due_on > row.due_on:
        row = changing.add_row(life.rows, event.due_on)
    if event.component is Component.PENALTY:
        row.penalty_minor += event.amount_minor
    else:
        row.fee_minor += event.amount_minor
    row.completed_on = None


def _charge_back(life: Life, event: ChargedBack) -> None:
    """Take back what was credit, and owe the rest again by the order of credits, in the row whose period it is."""
    paid = next((one for one in reversed(life.entries) if one.what in _PAYMENTS), None)
    if paid is None or event.amount_minor > paid.amount_minor:
        raise Conflict("no payment of that much was made that could be taken back")
    credit = min(event.amount_minor, life.credit_minor)
    life.credit_minor -= credit
    again = _again(life.terms, paid.parts, event.amount_minor - credit)
    if credit < event.amount_minor:
        _owe_again(life, event.on, again)
    balance(life.rows, life.moves)
    life.note("charged back", event.on, event.amount_minor, again)
    life.recount(event.on)


def _again(terms: Terms, paid: Parts, left: Minor) -> Parts:
    """Spread what is owed again over what was paid, by the order of credits; what is more than it is principal."""
    again: Parts = dict.fromkeys(Component, 0)
    for component in terms.credit_order:
        again[component] = min(left, paid[component])
        left -= again[component]
    again[Component.PRINCIPAL] += left
    return again


def _owe_again(life: Life, on: date, again: Parts) -> None:
    row = changing.row_to_come(life.rows, on)
    if row is None:
        row = changing.add_row(life.rows, on)
    row.penalty_minor += again[Component.PENALTY]
    row.fee_minor += again[Component.FEE]
    row.interest_minor += again[Component.INTEREST]
    row.principal_minor += again[Component.PRINCIPAL]
    row.added_minor += again[Component.PRINCIPAL]
    row.completed_on = None
    if again[Component.PRINCIPAL]:
        life.moves.append(Move(on, again[Component.PRINCIPAL]))


def _refund_credit(life: Life, event: CreditRefunded) -> None:
    if event.amount_minor > life.credit_minor:
        raise Conflict(f"the credit is {life.credit_minor}, not {event.amount_minor}")
    life.credit_minor -= event.amount_minor
    life.note("credit refunded", event.on, event.amount_minor, _NOTHING)


def _re_age(life: Life, event: ReAged) -> None:
    moved = changing.re_age(life.terms, life.rows, event)
    life.note("re-aged", event.on, moved, _of_principal(moved))
    balance(life.rows, life.moves)


def _re_amortize(life: Life, event: ReAmortized) -> None:
    moved = changing.re_amortize(life.terms, life.rows, event)
    life.note("re-amortized", event.on, moved, _of_principal(moved))
    balance(life.rows, life.moves)


def _extend(life: Life, event: Extended) -> None:
    life.rows = changing.extend(life.terms, life.rows, event)
    balance(life.rows, life.moves)


def _grace(life: Life, event: Graced) -> None:
    life.rows = changing.grace(life.terms, life.rows, event)
    balance(life.rows, life.moves)


def _move_due(life: Life, event: DueMoved) -> None:
    life.rows = changing.move_due(life.terms, life.rows, event)
    _even(life, event.on, event.from_due_on)


def _change_rate(life: Life, event: RateChanged) -> None:
    chosen = [row for row in life.rows if row.due_on >= event.from_due_on]
    if not any(row.open_minor for row in chosen):
        raise Conflict("no row is left that could bear another rate")
    for row in chosen:
        row.annual_ppm = event.annual_ppm
    charge_interest(life.terms, life.rows, since=event.from_due_on)
    _even(life, event.on, event.from_due_on)


def _even(life: Life, on: date, from_due_on: date) -> None:
    """Find the installment of the rows due from a day on anew."""
    if _is_equal(life):
        book = Ledger(life.terms, life.moves, on)
        even_out(book, life.rows, since=from_due_on - timedelta(days=1))


def _waive(life: Life, event: Waived) -> None:
    left = event.amount_minor
    gone: Parts = dict.fromkeys(Component, 0)
    for row in life.rows:
        left -= pay(row, event.component, left, gone, on=event.on)
    if gone[Component.PRINCIPAL]:
        life.moves.append(Move(event.on, -gone[Component.PRINCIPAL]))
    life.note("waived", event.on, event.amount_minor - left, gone)


def _charge_off(life: Life, event: ChargedOff) -> None:
    life.is_charged_off = True
    life.note("charged off", event.on, life.principal_minor, _NOTHING)


def _of_principal(amount_minor: Minor) -> Parts:
    return {**_NOTHING, Component.PRINCIPAL: amount_minor}


def _need_rows(life: Life, on: date) -> None:
    if not life.rows or on < life.moves[0].on:
        raise Conflict("nothing was drawn before that day")


_HANDLERS: dict[type[Any], Callable[[Life, Any], None]] = {
    Drawn: _draw,
    Charged: _charge,
    Paid: _pay,
    PaidOff: _pay_off,
    ChargedBack: _charge_back,
    CreditRefunded: _refund_credit,
    ReAged: _re_age,
    ReAmortized: _re_amortize,
    Extended: _extend,
    Graced: _grace,
    DueMoved: _move_due,
    RateChanged: _change_rate,
    Waived: _waive,
    ChargedOff: _charge_off,
}
