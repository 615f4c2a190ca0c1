"""An entry of cash, of a commitment or of the floor, and what a business date moved."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from whiteslip.kernel.money import Minor


class EntryKind(StrEnum):
    """What an entry says."""

    CASH = "cash"
    COMMITMENT = "commitment"
    FLOOR = "floor"


class NewEntry(NamedTuple):
    """An amount a person enters.

    Cash is what the account held at the end of `from_on`. A commitment has a name, and may be drawn from `from_on` up
    to but without `until_on`; another of the name takes its place, 0 ends it. The floor holds from `from_on` on.
    """

    kind: EntryKind
    amount_minor: Minor
    from_on: date
    by: str
    note: str
    name: str = ""
    until_on: date | None = None


class Entry(NamedTuple):
    """An entry as it is kept; of two the one with the higher number was entered later."""

    entry_id: int
    kind: EntryKind
    name: str
    amount_minor: Minor
    from_on: date
    until_on: date | None
    entered_by: str
    entered_at: datetime
    note: str


class CashDay(NamedTuple):
    """What a business date moved: through the bank account, and in what shops are owed for it."""

    day: date
    bank_in_minor: Minor
    bank_out_minor: Minor
    captured_minor: Minor
    merchant_fee_minor: Minor
    refunded_minor: Minor
    fee_returned_minor: Minor

    @property
    def bank_minor(self) -> Minor:
        """What came in less what went out."""
        return self.bank_in_minor - self.bank_out_minor

    @property
    def payable_minor(self) -> Minor:
        """What shops are to be paid for the day, refunds netted; below 0 when more came back than was sold."""
        sold = self.captured_minor - self.merchant_fee_minor
        return sold - (self.refunded_minor - self.fee_returned_minor)
