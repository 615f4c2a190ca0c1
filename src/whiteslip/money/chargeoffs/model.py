"""A claim from its proposal to its end, and money that comes in for it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from whiteslip.kernel.money import Minor
from whiteslip.money.schedules.model import Settlement


class Part(StrEnum):
    """What a recovery pays; a cost is that of enforcing, the others are parts of the claim."""

    COST = "cost"
    FEE = "fee"
    LATE_FEE = "late_fee"
    PRINCIPAL = "principal"


class ChargeOffTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters, as `data/chargeoffs.toml` explains them."""

    propose_after_days: Annotated[int, Meta(ge=1, le=3_660)]
    recovery_order: Annotated[tuple[Part, ...], Meta(min_length=4, max_length=4)]


class State(StrEnum):
    """Where a claim stands; `ending` waits for another person to write it off."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    CHARGED_OFF = "charged_off"
    ENDING = "ending"
    RECOVERED = "recovered"
    WRITTEN_OFF = "written_off"


STANDING = frozenset({State.CHARGED_OFF, State.ENDING})
"""The claim is alive: money that comes in is a recovery."""


class Claim(NamedTuple):
    """What a line was charged off for, what of it came in, and what was written off; amounts in minor units."""

    customer_id: int
    charge_off_id: int
    line_id: int
    state: State
    principal_minor: Minor
    fee_minor: Minor
    late_fee_minor: Minor
    recovered_minor: Minor
    written_off_minor: Minor
    oldest_due_on: date
    days_past_due: int
    proposed_by: str
    decided_by: str | None
    ending_by: str | None
    note: str

    @property
    def charged_off_minor(self) -> Minor:
        """All that left the assets."""
        return self.principal_minor + self.fee_minor + self.late_fee_minor

    @property
    def left_minor(self) -> Minor:
        """What of the claim still stands."""
        return self.charged_off_minor - self.recovered_minor - self.written_off_minor


class ClaimRow(NamedTuple):
    """An installment of a claim, and what is still to be paid of it."""

    customer_id: int
    line_id: int
    installment_id: int
    due_on: date
    principal_minor: Minor
    fee_minor: Minor
    late_fee_minor: Minor
    captured_on: date = date.min

    @property
    def left_minor(self) -> Minor:
        """All that is still to be paid of it."""
        return self.principal_minor + self.fee_minor + self.late_fee_minor


class Money(NamedTuple):
    """Money that comes in for a line that is charged off; `cost_minor` is what enforcing it cost.

    What `is_credit` lies in the credit balance already, because a refund put it there under the same number.
    """

    customer_id: int
    line_id: int
    number: int
    amount_minor: Minor
    method: str
    cost_minor: Minor = 0
    is_credit: bool = False


class Recovery(NamedTuple):
    """Where money went: the cost of enforcing, rows of the claim, and an excess, which is the customer's.

    `left_minor` is what of the claim still stands after it.
    """

    cost_minor: Minor
    settlements: tuple[Settlement, ...]
    credit_minor: Minor
    left_minor: Minor = 0

    @property
    def recovered_minor(self) -> Minor:
        """What of the claim was paid."""
        return sum(
            one.principal_minor + one.fee_minor + one.late_fee_minor for one in self.settlements
        )
