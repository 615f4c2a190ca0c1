"""The words and the arithmetic of the oracle: terms, statements, rows; shared with nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

ONE_DAY = timedelta(days=1)
MILLION = 1_000_000
BUCKETS = ("current", "1-30", "31-60", "61-90", "91-120", "121-150", "151-180", "181+")
LATE_FEE, FEE, PRINCIPAL = 0, 1, 2


class OracleRefusal(Exception):
    """The operation is not allowed in this state; nothing was changed."""


@dataclass(frozen=True, slots=True)
class OracleTerms:
    """The numbers of one product version; rates in parts per million, fees a day or a period."""

    due_days: int = 29
    minimum_ppm: int = 100_000
    revolving_fee_ppm: int = 500
    late_fee_ppm: int = 500
    grace_days: int = 0
    hold_days: int = 7
    smallest_plan_minor: int = 10_000
    restricted_ppm: int = 500_000
    plan_fees_ppm: Mapping[int, int] = field(default_factory=dict[int, int])

    def lost_at(self, level: int, limit_minor: int, temporary_minor: int) -> int:
        """How much less may be used at a restriction level than without; the share that is left is rounded down."""
        if level < 3:
            return 0
        kept = limit_minor * self.restricted_ppm // MILLION if level == 3 else 0
        return limit_minor + temporary_minor - kept


class OracleStatement(NamedTuple):
    """What a statement says; a negative balance is the customer's own money."""

    statement_on: date
    due_on: date
    previous_minor: int
    charged_minor: int
    credited_minor: int
    balance_minor: int
    minimum_minor: int
    pay_later_minor: int
    pay_later_minimum_minor: int


class Owed(NamedTuple):
    """What is owed now, by component, in minor units."""

    principal_minor: int
    fee_minor: int
    late_fee_minor: int


NO_PURCHASE = -1
"""The owner of revolving fees, which belong to no purchase."""


@dataclass(slots=True)
class OracleRow:
    """One installment, holding only what is still owed of it; a settled one is dropped."""

    number: int
    purchase_id: int
    statement_on: date
    due_on: date
    principal: int
    fee: int
    late_fee: int = 0
    plan: bool = False
    revolving: bool = False
    carried_ppm: int = 0
    captured_on: date = date.min

    @property
    def bought(self) -> tuple[date, int, int]:
        """The order of what is due on one day: by day bought, by purchase, by when it was made."""
        return self.captured_on, self.purchase_id, self.number


@dataclass(slots=True)
class OraclePurchase:
    """One purchase from hold to refund."""

    authorized: int
    plan_months: int
    expires_on: date
    captured: int = 0
    released: int = 0
    refunded: int = 0
    status: str = "authorized"

    @property
    def left(self) -> int:
        """What is still on hold."""
        return self.authorized - self.captured - self.released


def nearest(numerator: int, denominator: int) -> int:
    """Divide to the nearest whole number; a tie goes to the even one."""
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1))


def statement_after(day: date, statement_day: int) -> date:
    """Return the first statement date strictly after a day."""
    if day.day < statement_day:
        return day.replace(day=statement_day)
    return date(day.year + day.month // 12, day.month % 12 + 1, statement_day)


def bucket_of(days_past_due: int) -> int:
    """Return the place of days past due in `BUCKETS`."""
    return min(7, (days_past_due + 29) // 30)


def asset_class_of(worst_days: int) -> str:
    """Name the regulator's class of the worst days past due of an episode."""
    if worst_days <= 0:
        return "normal"
    bounds = ((90, "special_mention"), (270, "substandard"), (360, "doubtful"))
    return next((name for most, name in bounds if worst_days <= most), "loss")


def pay_row(row: OracleRow, component: int, amount: int) -> int:
    """Pay one component of a row as far as the amount goes; return how much it took."""
    if component == PRINCIPAL:
        paid = min(amount, row.principal)
        row.principal -= paid
    elif component == FEE:
        paid = min(amount, row.fee)
        row.fee -= paid
    else:
        paid = min(amount, row.late_fee)
        row.late_fee -= paid
    return paid


def demanded(row: OracleRow, on: date) -> int:
    """What the minimum payment asks for beside its share of the pay-later balance."""
    if row.plan or row.due_on < on:
        return row.principal + row.fee + row.late_fee
    return row.fee + row.late_fee


def next_wake(rows: list[OracleRow], terms: OracleTerms, today: date, events: list[date]) -> date:
    """Find the first day whose close can change anything, if nobody acts before."""
    days = list(events)
    for row in rows:
        if row.due_on >= today:
            days.append(row.due_on)
        if row.revolving and terms.revolving_fee_ppm:
            days.append(today)
        if terms.late_fee_ppm:
            days.append(row.due_on + timedelta(days=terms.grace_days))
    return max(today, min(days))


def grow_fee(rows: list[OracleRow], statement_on: date, charge: int) -> bool:
    """Add to the revolving fees that wait for a statement; False when none wait yet."""
    for row in rows:
        if row.purchase_id == NO_PURCHASE and row.statement_on == statement_on:
            row.fee += charge
            return True
    return False
