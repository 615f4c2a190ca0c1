"""The figures of a statement; the pure twin of what end of day computes in sets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from whiteslip.kernel import rate
from whiteslip.kernel.money import Minor
from whiteslip.kernel.rate import Ppm
from whiteslip.money.schedules.model import Owed


class Figures(NamedTuple):
    """A statement's balance (negative: the customer's own money) and minimum, in minor units."""

    balance_minor: Minor
    minimum_minor: Minor
    pay_later_minor: Minor
    pay_later_minimum_minor: Minor


def close(
    owed: Iterable[Owed],
    *,
    credit_minor: Minor,
    minimum_ppm: Ppm,
    statement_on: date,
    due_on: date,
) -> Figures:
    """Bill what has been reached: a share of the new pay-later part, and all of fees, plans and arrears.

    What is due only after this statement's due date, because it was put off, is billed but not demanded.
    """
    billed = [row for row in owed if row.statement_on <= statement_on]
    balance = sum(row.principal_minor + row.fee_minor + row.late_fee_minor for row in billed)
    pay_later = sum(
        row.principal_minor
        for row in billed
        if row.kind == "pay_later" and row.statement_on == statement_on
    )
    share = rate.of(pay_later, minimum_ppm)
    demanded = share + sum(_demanded(row, statement_on) for row in billed if row.due_on <= due_on)
    balance -= credit_minor
    return Figures(balance, max(0, min(balance, demanded)), pay_later, share)


def _demanded(row: Owed, statement_on: date) -> Minor:
    """Demand fees in full, and the principal of a plan or of arrears."""
    in_full = row.kind == "plan" or row.due_on < statement_on
    return row.fee_minor + row.late_fee_minor + (row.principal_minor if in_full else 0)
