"""What is settled early, what it costs on the day, and what is kept of it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

from whiteslip.kernel.money import Minor
from whiteslip.money.schedules.model import Settlement


class Scope(StrEnum):
    """How much of what a line owes is settled."""

    PLAN = "plan"
    STATEMENT = "statement"
    EVERYTHING = "everything"


class Wish(NamedTuple):
    """What is to be settled; a plan is named by its purchase, or by the split of a statement that made it."""

    scope: Scope
    purchase_id: int | None = None
    split_id: int | None = None


class Beginning(NamedTuple):
    """Since when an installment is owed as it is, and which split of a statement made it."""

    began_on: date
    split_id: int | None = None


class Payoff(NamedTuple):
    """What settles a wish today, row by row; `billed` are the fees of (installment, minor units) owed from now on."""

    wish: Wish
    settlements: tuple[Settlement, ...]
    billed: tuple[tuple[int, Minor], ...]

    @property
    def principal_minor(self) -> Minor:
        """Principal paid, that of installments still to come included."""
        return sum(one.principal_minor for one in self.settlements)

    @property
    def fee_minor(self) -> Minor:
        """Fees paid: those billed, and that of the period that runs."""
        return sum(one.fee_minor for one in self.settlements)

    @property
    def late_fee_minor(self) -> Minor:
        """Late fees paid."""
        return sum(one.late_fee_minor for one in self.settlements)

    @property
    def dropped_minor(self) -> Minor:
        """Fees of future periods, which are never owed."""
        return sum(one.fee_dropped_minor for one in self.settlements)

    @property
    def total_minor(self) -> Minor:
        """All that is to be paid."""
        return self.principal_minor + self.fee_minor + self.late_fee_minor

    @property
    def version(self) -> str:
        """A digest of what is paid on every row: another one whenever anything of it has changed."""
        said = repr((self.wish, sorted(self.settlements)))
        return blake2b(said.encode(), digest_size=16).hexdigest()


class KeptPayoff(NamedTuple):
    """An early settlement as it is kept, beside the repayment that paid it."""

    customer_id: int
    repayment_id: int
    line_id: int
    purchase_id: int | None
    principal_minor: Minor
    fee_minor: Minor
    late_fee_minor: Minor
    dropped_minor: Minor
    split_id: int | None
    settled_on: date
    scope: Scope
    version: str
