"""Interest stretch by stretch: as agreed, or on what was really owed each day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from whiteslip.kernel.money import Minor
from whiteslip.money.plans.factors import (
    bears,
    equal_installment,
    factor,
    rounded,
    tolerance,
)
from whiteslip.money.plans.model import Component, Row, Stretch, Terms
from whiteslip.money.plans.rules import bearing_of, factor_of


class Move(NamedTuple):
    """Principal that was drawn or is owed again (positive), or was paid (negative), on a day."""

    on: date
    amount_minor: Minor


@dataclass(frozen=True, slots=True)
class Ledger:
    """What interest is counted from: how principal moved, and what is assumed of the days to come.

    When the terms are recalculated, what was really owed bears interest until `on`: what is overdue goes on bearing,
    what was paid in advance bears no more. After `on` bears what is owed if the overdue is paid then and the rest when
    due, or nothing when the plan is `ending`. Of other terms, what the rows say is owed bears, whatever was paid.
    """

    terms: Terms
    moves: Sequence[Move]
    on: date
    ending: bool = False

    def owed(self, on: date) -> Minor:
        """What was really owed on a day."""
        return sum(move.amount_minor for move in self.moves if move.on <= on)


def recount(book: Ledger, rows: Sequence[Row]) -> None:
    """Count the interest of every row of equal installments anew; its principal is the rest of its installment.

    The last row takes what principal is left; the others leave those after them as much as is paid of them. Of a row
    that is paid in full the interest stays as it was paid; what it bore besides is due with the next.
    """
    left: Minor = 0
    kept: Minor = 0
    ahead = sum(row.paid[Component.PRINCIPAL] for row in rows)
    last = next((row for row in reversed(rows) if row.equal_minor is not None), None)
    for row, added in _drawn(book.moves, rows):
        whole = left + sum(move.amount_minor for move in added)
        if row is last:  # rows that follow say themselves what they owe
            others = sum(one.principal_minor for one in rows if one is not row)
            whole = sum(max(move.amount_minor, 0) for move in book.moves) - others
        if row.equal_minor is not None:
            held = left - (ahead if book.terms.recalculated else 0)
            row.stretches = tuple(_stretches(book, row, held, added))
            interest = sum(one.interest_minor for one in row.stretches) + kept
            later = 0 if row is last else ahead - row.paid[Component.PRINCIPAL]
            kept = _fill(row, whole - later, interest, is_last=row is last)
        ahead -= row.paid[Component.PRINCIPAL]
        left = whole - row.principal_minor
    balance(rows, book.moves)


def balance(rows: Sequence[Row], moves: Sequence[Move]) -> None:
    """Write what principal is left after each row."""
    left: Minor = 0
    for row, added in _drawn(moves, rows):
        left += sum(move.amount_minor for move in added) - row.principal_minor
        row.balance_minor = left


def even_out(book: Ledger, rows: Sequence[Row], *, since: date) -> None:
    """Find a new equal installment for the rows due after a day, and count them anew.

    Another one is tried when the last differs by more than half a minor unit a row, and kept when it is nearer.
    """
    recount(book, rows)
    chosen = [row for row in rows if row.equal_minor is not None and row.due_on > since]
    if not chosen:
        return
    terms = book.terms
    before = chosen[0].balance_minor + chosen[0].principal_minor
    factors = [factor_of(terms, row) for row in chosen]
    equal = equal_installment(before, factors, terms.rounding, terms.multiple_minor)
    difference = _difference(book, rows, chosen, equal)
    if not terms.evened or abs(difference) <= tolerance(len(chosen)):
        return
    step = rounded(Decimal(abs(difference)) / len(chosen), terms.rounding)
    tried = Decimal(max(equal + (step if difference > 0 else -step), 0))
    other = rounded(tried, terms.rounding, terms.multiple_minor)
    if abs(_difference(book, rows, chosen, other)) >= abs(difference):
        _difference(book, rows, chosen, equal)


def _drawn(moves: Sequence[Move], rows: Sequence[Row]) -> Iterator[tuple[Row, list[Move]]]:
    """Go over rows with what was drawn in the period of each.

    What is drawn on a due date belongs to the period that begins, but for a row that is due at once.
    """
    to_come = sorted((one for one in moves if one.amount_minor > 0), key=lambda one: one.on)
    for row in rows:
        added = [
            move
            for move in to_come
            if move.on < row.due_on or (move.on == row.due_on and row.is_due_at_once)
        ]
        to_come = to_come[len(added) :]
        yield row, added


def _difference(book: Ledger, rows: Sequence[Row], chosen: Sequence[Row], equal: Minor) -> Minor:
    """Set one installment for rows; returns by how much the last is more than it."""
    for row in chosen:
        row.equal_minor = equal
    recount(book, rows)
    last = chosen[-1]
    return last.principal_minor - last.added_minor + last.interest_minor - equal


def _fill(row: Row, whole: Minor, interest: Minor, *, is_last: bool) -> Minor:
    """Write a row's interest and principal; returns the interest that is due with the next row."""
    equal, paid = row.equal_minor or 0, row.paid
    if is_last:
        row.interest_minor = max(interest, paid[Component.INTEREST])
        row.principal_minor = whole
        return 0
    most = max(equal - paid[Component.PRINCIPAL] + row.added_minor, 0)
    row.interest_minor = max(min(interest, most), paid[Component.INTEREST])
    rest = max(equal - row.interest_minor, 0) + row.added_minor
    row.principal_minor = max(min(rest, whole), paid[Component.PRINCIPAL])
    return max(interest - row.interest_minor, 0)


def _stretches(book: Ledger, row: Row, left: Minor, added: Sequence[Move]) -> Iterator[Stretch]:
    """Cut a period where the balance changes; each stretch is rounded by itself."""
    terms = book.terms
    by = bearing_of(terms, row.annual_ppm)
    cuts = {row.from_on, row.due_on}
    cuts.update(move.on for move in added if row.from_on < move.on < row.due_on)
    if terms.recalculated:
        cuts.update(move.on for move in book.moves if row.from_on < move.on < row.due_on)
        cuts.update({book.on} if row.from_on < book.on < row.due_on else ())
    days = sorted(cuts)
    for begin, end in pairwise(days):
        balance = left + sum(move.amount_minor for move in added if move.on <= begin)
        if terms.recalculated and begin < book.on:
            balance = book.owed(begin)
        elif book.ending:
            balance = 0
        borne = factor(by, (row.from_on, row.due_on), begin, end)
        yield Stretch(begin, end, balance, borne, bears(balance, borne, terms.rounding))
