"""Purchases: requests, verdicts and what is kept."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal, NamedTuple, TypeAlias

from whiteslip.kernel.reason import Reason
from whiteslip.money.lines.model import Line


class PurchaseRequest(NamedTuple):
    """A shopper wants to buy on credit; `plan_months` is 0 for pay later.

    `device` and `address` are hashes of what the shop calls them, 0 when it does not tell; `is_verified` says that it
    has just checked a second factor. `quote_version` is what was confirmed, `shown_at` when it was shown.
    """

    customer_id: int
    line_id: int
    merchant_id: int
    amount_minor: int
    plan_months: int
    order_ref: str
    device: int = 0
    address: int = 0
    is_verified: bool = False
    quote_version: str | None = None
    shown_at: datetime | None = None


class Standing(NamedTuple):
    """What one request is judged by; the fields from `customer_id` on are those of `Line`, None without a line."""

    number: int
    current_on: date
    merchant_status: str | None
    merchant_category: str | None
    customer_id: int | None
    line_id: int
    product_id: int
    status: str
    restriction_level: int
    statement_day: int
    fixed_limit_minor: int
    temporary_limit_minor: int
    principal_minor: int
    held_minor: int
    credit_minor: int
    opened_on: date
    credit_barred: bool
    plans_barred: bool
    restricted_share_ppm: int

    @property
    def line(self) -> Line | None:
        """The line that is to pay, if it exists."""
        return None if self.customer_id is None else Line._make(self[4:])


class Imported(NamedTuple):
    """A purchase of another system, captured in full and to be paid later."""

    customer_id: int
    purchase_id: int
    line_id: int
    amount_minor: int


class Way(StrEnum):
    """Another way to pay than the one that was refused."""

    SMALLER_AMOUNT = "smaller_amount"
    PLAN = "plan"
    PAY_LATER = "pay_later"
    PART_CREDIT = "part_credit"
    ANOTHER_METHOD = "another_method"


class OtherWay(NamedTuple):
    """Another way to pay: how much on credit, in how many installments (0: later, at once), and how much otherwise."""

    way: Way
    credit_minor: int
    other_minor: int
    plan_months: int = 0
    needs_verification: bool = False


class Authorized(NamedTuple):
    """The amount is held until captured, voided or expired."""

    customer_id: int
    purchase_id: int
    line_id: int
    amount_minor: int
    available_minor: int
    expires_on: date


class Declined(NamedTuple):
    """Refused, for these reasons; kept so that it can be explained and appealed."""

    customer_id: int
    purchase_id: int
    line_id: int
    amount_minor: int
    reasons: tuple[Reason, ...]
    available_minor: int
    other_ways: tuple[OtherWay, ...] = ()


class Referred(NamedTuple):
    """Neither granted nor refused: it needs a second factor or a person's look; nothing is held."""

    customer_id: int
    purchase_id: int
    line_id: int
    amount_minor: int
    reasons: tuple[Reason, ...]
    available_minor: int
    needs: Literal["verification", "review"]


Outcome: TypeAlias = Authorized | Declined | Referred


class Purchase(NamedTuple):
    """A purchase as it stands."""

    customer_id: int
    purchase_id: int
    line_id: int
    merchant_id: int
    authorized_minor: int
    captured_minor: int
    released_minor: int
    refunded_minor: int
    plan_months: int
    status: str
    imported: bool

    @property
    def held_minor(self) -> int:
        """What of the hold is neither captured nor released."""
        return self.authorized_minor - self.captured_minor - self.released_minor

    @property
    def refundable_minor(self) -> int:
        """What was captured and not refunded."""
        return self.captured_minor - self.refunded_minor

    def after(self, step: Step) -> Purchase:
        """Return the purchase as a step leaves it."""
        return self._replace(
            captured_minor=self.captured_minor + step.captured_minor,
            released_minor=self.released_minor + step.released_minor,
            refunded_minor=self.refunded_minor + step.refunded_minor,
            status=step.status,
        )


class Step(NamedTuple):
    """By how much a journey moves a purchase on, and the status it leaves it in."""

    customer_id: int
    purchase_id: int
    captured_minor: int
    released_minor: int
    refunded_minor: int
    status: str


class Refund(NamedTuple):
    """A refund and where it went: against what is owed, the rest to the customer's credit balance."""

    customer_id: int
    refund_id: int
    purchase_id: int | None
    line_id: int
    amount_minor: int
    offset_minor: int
    credit_minor: int
    unbilled_plan_minor: int
    refunded_on: date
