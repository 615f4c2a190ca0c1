"""Changes of a plan's rows: drawn once more, re-aged, re-amortized, extended, moved. No principal is added or lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from whiteslip.kernel.errors import Conflict
from whiteslip.kernel.money import Minor
from whiteslip.money.plans.events import Drawn, DueMoved, Extended, Graced, ReAged, ReAmortized
from whiteslip.money.plans.factors import after, periods, shared
from whiteslip.money.plans.model import Component, Interest, Row, RowKind, Terms
from whiteslip.money.plans.rules import down_payment, fill

_OTHERS = (Component.INTEREST, Component.FEE, Component.PENALTY)


def row_of(rows: Sequence[Row], day: date) -> Row:
    """Find the row whose period holds a day: after its beginning and up to its due date; the first begins with it."""
    dated = [row for row in rows if row.kind is not RowKind.DOWN_PAYMENT]
    first = dated[0]
    if day == first.from_on:
        return first
    return next((row for row in dated if row.from_on < day <= row.due_on), dated[-1])


def row_to_come(rows: Sequence[Row], day: date) -> Row | None:
    """Find the first row due after a day, or on it."""
    return next((row for row in rows if row.due_on >= day), None)


def draw_again(terms: Terms, rows: list[Row], event: Drawn) -> Minor:
    """Add a drawing to the rows still to come; returns its down payment."""
    is_owed = any(row.open_of(Component.PRINCIPAL) for row in rows)
    if not is_owed or any(row.is_left for row in rows):
        raise Conflict("nothing more is drawn of a plan that was re-aged, or is paid")
    down = down_payment(terms, event.amount_minor)
    if down:
        place = next((at for at, row in enumerate(rows) if row.due_on > event.on), len(rows))
        rows.insert(
            place,
            Row(0, event.on, event.on, RowKind.DOWN_PAYMENT, principal_minor=down),
        )
        _number(rows)
    chosen = [row for row in rows if row.due_on > event.on]
    if not chosen:
        chosen = [_next_row(terms, rows, event.on)]
        rows.extend(chosen)
        fill(terms, chosen, event.amount_minor - down, annual_ppm=terms.annual_ppm)
    elif chosen[0].equal_minor is None:
        left = sum(row.principal_minor for row in chosen) + event.amount_minor - down
        fill(terms, chosen, left, annual_ppm=terms.annual_ppm)
    return down


def re_age(terms: Terms, rows: list[Row], event: ReAged) -> Minor:
    """Move all open principal to new rows; returns how much it was. What else moves goes to the first of them."""
    moved = _take(rows, Component.PRINCIPAL, event.on)
    others = _OTHERS if event.with_fees else _OTHERS[:1]
    open_of = {component: _take(rows, component, event.on) for component in others}
    begin = after(event.first_due_on, event.every, -1)
    dated = periods(begin, event.every, event.installments, first_due_on=event.first_due_on)
    added = [
        Row(len(rows) + number, *period, RowKind.RE_AGED)
        for number, period in enumerate(dated, start=1)
    ]
    fill(terms, added, moved, annual_ppm=terms.annual_ppm)
    added[0].interest_minor += open_of[Component.INTEREST]
    added[0].fee_minor += open_of.get(Component.FEE, 0)
    added[0].penalty_minor += open_of.get(Component.PENALTY, 0)
    for row in rows:
        row.is_left = True
    rows.extend(added)
    return moved


def re_amortize(terms: Terms, rows: Sequence[Row], event: ReAmortized) -> Minor:
    """Spread what is due evenly over the rows due later; returns the principal of it."""
    on = event.on
    due = [row for row in rows if row.due_on <= on]
    ahead = [row for row in _rhythm(rows) if row.due_on > on]
    if not ahead:
        raise Conflict("no row is left that could carry what is due")
    moved = _take(due, Component.PRINCIPAL, on)
    _spread(terms, ahead, moved, Component.PRINCIPAL)
    for component in _OTHERS if event.with_fees else _OTHERS[:1]:
        _spread(terms, ahead, _take(due, component, on), component)
    return moved


def extend(terms: Terms, rows: Sequence[Row], event: Extended) -> list[Row]:
    """Let the rows from one on, and so many more, carry what they owe."""
    chosen = _unpaid(rows, event.from_due_on)
    return _placed(rows, chosen, _remade(terms, chosen, event.extra))


def grace(terms: Terms, rows: Sequence[Row], event: Graced) -> list[Row]:
    """Let rows from one on owe no principal, which moves on by as many rows, or bear no interest until later."""
    chosen = _unpaid(rows, event.from_due_on)
    made = list(chosen)
    if event.principal:
        made = _remade(terms, chosen, event.principal, grace=event.principal)
    spared, later = made[: event.interest], made[event.interest :]
    if spared and not later:
        raise Conflict("no row is left that could carry the interest of the others")
    for row in spared:
        later[0].interest_minor += row.interest_minor
        row.interest_minor = 0
    for row in made:
        if row.due_minor == 0:
            row.completed_on = rows[0].from_on
    return _placed(rows, chosen, made)


def _rhythm(rows: Sequence[Row]) -> list[Row]:
    """Find the rows a plan goes on in: not those it left, nor what was added besides."""
    beside = {RowKind.ADDED, RowKind.DOWN_PAYMENT}
    return [row for row in rows if not row.is_left and row.kind not in beside]


def _unpaid(rows: Sequence[Row], day: date) -> list[Row]:
    """Find the rows of a plan's rhythm that are due from a day on; nothing may be paid of them."""
    chosen = [row for row in _rhythm(rows) if row.due_on >= day]
    if not chosen or any(row.paid_minor for row in chosen):
        raise Conflict("rows that are made anew are open, and nothing is paid of them")
    return chosen


def _placed(rows: Sequence[Row], chosen: Sequence[Row], made: Sequence[Row]) -> list[Row]:
    """Put other rows in the place of the chosen ones; what was added besides stands among them by its due date."""
    gone = {id(row) for row in chosen}
    place = next(at for at, row in enumerate(rows) if id(row) in gone)
    others = [row for row in rows[place:] if id(row) not in gone]
    whole = [*rows[:place], *sorted([*made, *others], key=lambda row: row.due_on)]
    _number(whole)
    return whole


def _number(rows: Sequence[Row]) -> None:
    for number, row in enumerate(rows, start=1):
        row.number = number


def _remade(terms: Terms, chosen: Sequence[Row], extra: int, *, grace: int = 0) -> list[Row]:
    """Make rows for the same principal and so many more, the first without any of it.

    What was charged stays in its place, and flat interest, with grace, is as it was on each.
    """
    first, count = chosen[0], len(chosen) + extra
    dated = periods(first.from_on, terms.every, count, first_due_on=first.due_on)
    made = [Row(first.number + number, *period) for number, period in enumerate(dated)]
    left = sum(row.principal_minor for row in chosen)
    fill(replace(terms, principal_grace=grace), made, left, annual_ppm=first.annual_ppm)
    for old, new in zip(chosen, made, strict=False):
        new.fee_minor, new.penalty_minor = old.fee_minor, old.penalty_minor
        new.is_charged_late = old.is_charged_late
    if grace and terms.interest is Interest.FLAT:
        for row in made:
            row.interest_minor = first.interest_minor
    return made


def add_row(rows: list[Row], due_on: date) -> Row:
    """Add a row after the last, for what is owed besides the plan."""
    row = Row(len(rows) + 1, rows[-1].due_on, due_on, RowKind.ADDED)
    rows.append(row)
    return row


def _next_row(terms: Terms, rows: Sequence[Row], on: date) -> Row:
    """Make the row that goes on in the rhythm after the last and is due after a day."""
    begin, times = rows[-1].due_on, 1
    while after(begin, terms.every, times) <= on:
        times += 1
    period = after(begin, terms.every, times - 1), after(begin, terms.every, times)
    return Row(len(rows) + 1, *period)


def move_due(terms: Terms, rows: Sequence[Row], event: DueMoved) -> list[Row]:
    """Let a row be due on another day, and those after it in their rhythm from there."""
    chosen = [row for row in _rhythm(rows) if row.due_on >= event.from_due_on]
    if not chosen or not chosen[0].open_minor:
        raise Conflict("a due date is moved of what is still owed")
    if event.to_due_on <= chosen[0].from_on:
        raise Conflict("a due date is moved to a day after its period begins")
    begin = chosen[0].from_on
    for number, row in enumerate(chosen):
        row.from_on, row.due_on = begin, after(event.to_due_on, terms.every, number)
        begin = row.due_on
    return _placed(rows, chosen, chosen)


def _take(rows: Sequence[Row], component: Component, on: date) -> Minor:
    """Take what is open of a component off rows; a row with nothing open any more is done."""
    taken = 0
    for row in rows:
        part = row.open_of(component)
        if not part:
            continue
        taken += part
        match component:
            case Component.PRINCIPAL:
                row.principal_minor -= part
                row.equal_minor = None
            case Component.INTEREST:
                row.interest_minor -= part
            case Component.FEE:
                row.fee_minor -= part
            case Component.PENALTY:
                row.penalty_minor -= part
        if row.open_minor == 0:
            row.completed_on = on
    return taken


def _spread(terms: Terms, rows: Sequence[Row], amount: Minor, component: Component) -> None:
    part = shared(amount, len(rows), terms.rounding, terms.multiple_minor)
    left = amount
    for row in rows:
        share = left if row is rows[-1] else min(part, left)
        left -= share
        match component:
            case Component.PRINCIPAL:
                row.principal_minor += share
                row.equal_minor = None if row.equal_minor is None else row.equal_minor + share
            case Component.INTEREST:
                row.interest_minor += share
            case Component.FEE:
                row.fee_minor += share
            case Component.PENALTY:
                row.penalty_minor += share
