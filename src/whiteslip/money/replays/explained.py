"""Why an installment is what it is: line by line, each with its numbers and the movements that booked it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple, TypeAlias

from whiteslip.kernel.money import Minor, Rounding
from whiteslip.kernel.rate import Ppm

Terms: TypeAlias = Mapping[str, int]
"""The numbers of a formula: `_minor` in minor units, `_micro` in millionths of one, `_ppm` a rate."""


class Entry(NamedTuple):
    """A movement of the ledger, the day it counts from, and the day it was booked: later if by a correction."""

    movement_id: int
    kind: str
    amount_minor: Minor
    value_on: date
    booked_on: date


class Accrual(NamedTuple):
    """A fee by days on one base: base × rate × days + carried in = charged + carried on.

    What is carried is in millionths of a minor unit; `installment_id` is the row whose principal is the base.
    """

    installment_id: int
    base_minor: Minor
    rate_ppm: Ppm
    days: int
    carried_in_micro: int
    charged_minor: Minor
    carried_out_micro: int


class Line(NamedTuple):
    """One thing that happened: what each component changed by, what is owed after it, and from which numbers.

    A payment has what it paid as negative amounts. `until` is the last day of what went on for days. `source_id` is
    the repayment, refund, split, relief or waiver it came from; `due_on` is when the row is due since.
    """

    on: date
    until: date
    what: str
    principal_minor: Minor
    fee_minor: Minor
    late_fee_minor: Minor
    owed_minor: Minor
    is_payment: bool
    source_id: int | None
    due_on: date | None
    terms: Terms
    accruals: tuple[Accrual, ...]
    journal: tuple[Entry, ...]


class Explanation(NamedTuple):
    """An installment and every line that led to it; its lines sum to what it owes and was paid."""

    installment_id: int
    purchase_id: int | None
    kind: str
    number: int
    parts: int
    status: str
    due_on: date
    principal_minor: Minor
    fee_minor: Minor
    late_fee_minor: Minor
    paid_minor: Minor
    rounding: Rounding
    lines: tuple[Line, ...]

    @property
    def total_minor(self) -> Minor:
        """All it came to, paid or not."""
        return self.principal_minor + self.fee_minor + self.late_fee_minor

    @property
    def owed_minor(self) -> Minor:
        """What is still to be paid."""
        return self.total_minor - self.paid_minor
