"""From terms and a drawing to rows: one function, whose rows are those of a life in which nothing happened yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from whiteslip.kernel import rate
from whiteslip.kernel.errors import invariant
from whiteslip.kernel.money import Minor
from whiteslip.kernel.rate import Ppm
from whiteslip.money.plans.factors import (
    Bearing,
    bears,
    equal_installment,
    factor,
    periods,
    rounded,
    shared,
    tolerance,
)
from whiteslip.money.plans.model import (
    Amortization,
    Component,
    Interest,
    Period,
    Row,
    RowKind,
    Stretch,
    Terms,
)


def schedule(terms: Terms, principal_minor: Minor, *, drawn_on: date) -> list[Row]:
    """Make the rows of a plan: the down payment, if any, and `count` installments; their principals sum to all of it.

    The last installment carries what rounding left.
    """
    invariant(principal_minor > 0, "a plan is of something")
    down_minor = down_payment(terms, principal_minor)
    rows: list[Row] = []
    if down_minor:
        first = Row(1, drawn_on, drawn_on, RowKind.DOWN_PAYMENT, principal_minor=down_minor)
        first.balance_minor = principal_minor - down_minor
        rows.append(first)
    dated = periods_of(terms, drawn_on=drawn_on)
    installments = [
        Row(len(rows) + number, *period) for number, period in enumerate(dated, start=1)
    ]
    fill(terms, installments, principal_minor - down_minor, annual_ppm=terms.annual_ppm)
    charge_installments(terms, installments)
    return [*rows, *installments]


def periods_of(terms: Terms, *, drawn_on: date) -> Sequence[Period]:
    """Make the periods of a plan, or take them as they were agreed."""
    return terms.dated or periods(
        drawn_on, terms.every, terms.count, first_due_on=terms.first_due_on
    )


def bearing_of(terms: Terms, annual_ppm: Ppm) -> Bearing:
    """Say by what interest is counted at a rate."""
    return Bearing(annual_ppm, terms.day_count, terms.every, terms.by_month)


def down_payment(terms: Terms, principal_minor: Minor) -> Minor:
    """What is paid as the money is drawn."""
    exact = Decimal(principal_minor * terms.down_payment_ppm) / rate.WHOLE_PPM
    return rounded(exact, terms.rounding, terms.multiple_minor)


def fill(terms: Terms, rows: Sequence[Row], balance_minor: Minor, *, annual_ppm: Ppm) -> None:
    """Spread a balance over rows that follow each other, at a rate."""
    for row in rows:
        row.annual_ppm = annual_ppm
    if terms.interest is Interest.FLAT or terms.amortization is Amortization.EQUAL_PRINCIPAL:
        _equal_parts(terms, rows, balance_minor)
    else:
        _equal_installments(terms, rows, balance_minor)


def factor_of(terms: Terms, row: Row) -> Decimal:
    """What a unit of principal bears in the whole period of a row."""
    by = bearing_of(terms, row.annual_ppm)
    return factor(by, (row.from_on, row.due_on), row.from_on, row.due_on)


def charge_interest(terms: Terms, rows: Sequence[Row], *, since: date) -> None:
    """Charge rows of equal principal, due on a day or later, at their own rates; never less than is paid."""
    installments = [row for row in rows if row.kind is RowKind.INSTALLMENT]
    whole = sum(row.principal_minor for row in installments)
    left = whole
    for place, row in enumerate(installments):
        if row.equal_minor is None and row.due_on >= since:
            base = whole if terms.interest is Interest.FLAT else left
            borne = _borne(terms, row, base, place)
            row.interest_minor = max(borne, row.paid[Component.INTEREST])
        left -= row.principal_minor


def charge_installments(terms: Terms, rows: Sequence[Row]) -> None:
    """Put the fee that comes with every installment on rows."""
    if terms.installment_fee is None:
        return
    fee = terms.installment_fee
    for row in rows:
        base = row.principal_minor + row.interest_minor * fee.with_interest
        row.fee_minor += fee.flat_minor + rate.of(base, fee.ppm, terms.rounding)


def _equal_parts(terms: Terms, rows: Sequence[Row], balance_minor: Minor) -> None:
    """Let each row pay the same principal; interest is on all of it when it is flat, else on what is left."""
    paying = len(rows) - terms.principal_grace
    part = shared(balance_minor, paying, terms.rounding, terms.multiple_minor)
    left, kept = balance_minor, 0
    for place, row in enumerate(rows):
        base = balance_minor if terms.interest is Interest.FLAT else left
        interest = _borne(terms, row, base, place) + kept
        principal = min(part, left) if place >= terms.principal_grace else 0
        if row is rows[-1]:
            principal = left
        left, kept = _settle(row, principal, interest, left, is_later=place < terms.interest_grace)


def _equal_installments(terms: Terms, rows: Sequence[Row], balance_minor: Minor) -> None:
    """Try one installment, and another when the last one differs by more than half a minor unit a row."""
    paying = rows[terms.principal_grace :]
    factors = [
        Decimal(0) if place < terms.interest_free else factor_of(terms, row)
        for place, row in enumerate(rows)
    ][terms.principal_grace :]
    equal = equal_installment(balance_minor, factors, terms.rounding, terms.multiple_minor)
    difference = _with(terms, rows, balance_minor, equal)
    if not terms.evened or abs(difference) <= tolerance(len(paying)):
        return
    step = rounded(Decimal(abs(difference)) / len(paying), terms.rounding, 1)
    other = equal + (step if difference > 0 else -step)
    other = rounded(Decimal(other), terms.rounding, terms.multiple_minor)
    if other != equal and abs(_with(terms, rows, balance_minor, other)) >= abs(difference):
        _with(terms, rows, balance_minor, equal)


def _with(terms: Terms, rows: Sequence[Row], balance_minor: Minor, equal: Minor) -> Minor:
    """Fill rows with one installment; returns by how much the last one is more than the others."""
    left, kept = balance_minor, 0
    for place, row in enumerate(rows):
        borne = _borne(terms, row, left, place)
        row.equal_minor = equal
        if row is rows[-1]:
            principal = left
        elif place < terms.principal_grace:
            principal = 0
        else:
            principal = min(max(equal - borne, 0), left)
        left, kept = _settle(
            row, principal, borne + kept, left, is_later=place < terms.interest_grace
        )
    last = rows[-1]
    return last.principal_minor + last.interest_minor - equal


def _borne(terms: Terms, row: Row, balance_minor: Minor, place: int) -> Minor:
    """Count a row's interest on one balance, and keep how."""
    borne = Decimal(0) if place < terms.interest_free else factor_of(terms, row)
    interest_minor = bears(balance_minor, borne, terms.rounding)
    row.stretches = (Stretch(row.from_on, row.due_on, balance_minor, borne, interest_minor),)
    return interest_minor


def _settle(
    row: Row, principal: Minor, interest: Minor, left: Minor, *, is_later: bool
) -> tuple[Minor, Minor]:
    """Write what a row owes; returns what is left of the principal, and interest that is due later."""
    row.principal_minor = principal
    row.interest_minor = 0 if is_later else interest
    row.balance_minor = left - principal
    return row.balance_minor, interest if is_later else 0
