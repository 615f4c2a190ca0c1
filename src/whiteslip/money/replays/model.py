"""The rows of a line while its life is lived again, what moved, and why each row is what it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

from whiteslip.kernel.money import Minor
from whiteslip.kernel.rate import Ppm
from whiteslip.money.ledger.model import MovementKind
from whiteslip.money.schedules.model import Owed


class Origin(StrEnum):
    """What a movement or an allocation comes from: a numbered event, a row, or the use of credit on a day."""

    EVENT = "event"
    ROW = "row"
    CREDIT = "credit"


class Source(NamedTuple):
    """The origin of a movement, and which: an event's number, a row's key, a day."""

    origin: Origin
    name: str


class Move(NamedTuple):
    """A movement of the ledger as the rules make it; amount in minor units, never zero."""

    kind: MovementKind
    on: date
    source: Source
    amount_minor: Minor


class Paid(NamedTuple):
    """What a source paid on a row; amounts in minor units."""

    source: Source
    key: str
    on: date
    principal_minor: Minor
    fee_minor: Minor
    late_fee_minor: Minor


class Act(StrEnum):
    """What happened to a row."""

    MADE = "made"
    ROLLED_IN = "rolled_in"
    ROLLED_OUT = "rolled_out"
    ROLLED_ON = "rolled_on"
    ACCRUED = "accrued"
    REVOLVED = "revolved"
    STATED = "stated"
    BILLED = "billed"
    PAID = "paid"
    REFUNDED = "refunded"
    DROPPED = "dropped"
    WAIVED = "waived"
    SPLIT = "split"
    REDATED = "redated"
    CHARGED_OFF = "charged_off"
    WRITTEN_OFF = "written_off"


class Step(NamedTuple):
    """One step in the life of a row: what each component changed by, and what it was computed from.

    Days of the same base and rate are one step: `days` times `base_minor` times `rate_ppm`, and the fraction carried
    in and out in millionths of a minor unit. What revolves bears a fee that another row gathers: such a step changes
    nothing of its own row, nor does the statement that shows it. `part` is which part of a plan a row became, `due_on`
    when it is due since.
    """

    on: date
    act: Act
    principal_minor: Minor = 0
    fee_minor: Minor = 0
    late_fee_minor: Minor = 0
    source: Source | None = None
    base_minor: Minor = 0
    rate_ppm: Ppm = 0
    days: int = 0
    carried_in_ppm: int = 0
    carried_out_ppm: int = 0
    part: int = 0
    due_on: date | None = None


@dataclass(slots=True)
class Row:
    """One installment: all it is owed and was paid, in minor units, and the steps that led there.

    `key` names it by its descent (capture and number, then how it was parted), the same in every life of the line.
    """

    key: str
    installment_id: int
    purchase_id: int | None
    number: int
    kind: str
    statement_on: date
    due_on: date
    captured_on: date
    principal_minor: Minor
    fee_minor: Minor = 0
    late_fee_minor: Minor = 0
    paid_principal_minor: Minor = 0
    paid_fee_minor: Minor = 0
    paid_late_fee_minor: Minor = 0
    carried_ppm: int = 0
    revolving: bool = False
    status: str = "open"
    split_id: int | None = None
    began_on: date = date.min
    steps: list[Step] = field(default_factory=list[Step])

    @property
    def owed_principal_minor(self) -> Minor:
        """Principal still to be paid."""
        return self.principal_minor - self.paid_principal_minor

    @property
    def all_owed_minor(self) -> Minor:
        """All still to be paid, a fee not billed yet included."""
        fees = self.fee_minor - self.paid_fee_minor + self.late_fee_minor - self.paid_late_fee_minor
        return self.owed_principal_minor + fees

    def is_billed(self, reached: date) -> bool:
        """Tell whether its fee is owed: that of a plan is once its statement has closed."""
        return self.kind != "plan" or self.statement_on <= reached

    def owed(self, terms_of: tuple[int, int], reached: date) -> Owed:
        """Say what is still owed, as the flows read it."""
        fee = self.fee_minor - self.paid_fee_minor
        is_billed = self.is_billed(reached)
        return Owed(
            *terms_of,
            self.installment_id,
            self.purchase_id,
            self.kind,
            self.statement_on,
            self.due_on,
            self.owed_principal_minor,
            fee if is_billed else 0,
            self.late_fee_minor - self.paid_late_fee_minor,
            0 if is_billed else fee,
            self.captured_on,
        )

    def settle(self) -> None:
        """Mark it settled once nothing of it remains, and open otherwise."""
        paid = self.paid_principal_minor, self.paid_fee_minor, self.paid_late_fee_minor
        is_settled = paid == (self.principal_minor, self.fee_minor, self.late_fee_minor)
        if is_settled:
            self.status = "settled"
        elif self.status == "settled":
            self.status = "open"


class Charge(NamedTuple):
    """A late fee charged to a row on a day."""

    on: date
    key: str
    amount_minor: Minor


class Names(Protocol):
    """Gives each new row of a life its number."""

    def name(self, row: Row) -> int:
        """Return the number of a row just made."""
        ...


class Returned(NamedTuple):
    """What a refund owes to the repayment that paid."""

    refund_id: int
    repayment_id: int
    amount_minor: Minor


class Share(NamedTuple):
    """Where money went: what it settled, what became credit, what it took from unbilled plans.

    Of a refund's credit, `recovered_minor` was set off against a claim.
    """

    settled_minor: Minor
    credit_minor: Minor
    unbilled_plan_minor: Minor = 0
    recovered_minor: Minor = 0


class Granted(NamedTuple):
    """Where an amount granted at our expense went; in minor units."""

    principal_minor: Minor
    fee_minor: Minor
    late_fee_minor: Minor
    credit_minor: Minor


class Agreed(NamedTuple):
    """What of a row an agreement made due, and when."""

    key: str
    amount_minor: Minor
    due_on: date


class SplitOff(NamedTuple):
    """What of a statement became a plan: its principal and fees, and what the statement asked for before and after."""

    statement_on: date
    principal_minor: Minor
    fee_minor: Minor
    minimum_before_minor: Minor
    minimum_after_minor: Minor


class Claim(NamedTuple):
    """What was charged off, what of it came in and what was written off; `state` as the claim's."""

    number: int
    principal_minor: Minor
    fee_minor: Minor
    late_fee_minor: Minor
    recovered_minor: Minor
    written_off_minor: Minor
    state: str
