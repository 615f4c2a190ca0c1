"""What the API gives: structs that encode and write their own part of the OpenAPI."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from whiteslip.kernel.reason import ReasonCode

Currency: TypeAlias = Literal["CNY"]


class Words(Struct, frozen=True):
    """The same in both languages."""

    zh: str
    en: str


class ReasonSaid(Struct, frozen=True):
    """A reason as a person is told it: what it is, what to do next, and the right to object."""

    code: ReasonCode
    says: Words
    next: Words
    right: Words


StillWorks: TypeAlias = Annotated[
    str, Meta(description="What works in spite of it.", examples=["repayment", "smaller_amount"])
]


class Authorized(Struct, frozen=True, tag_field="status", tag="authorized"):
    """The amount is held until it is captured, voided or expires."""

    purchase_id: str
    line_id: str
    amount_minor: int
    available_minor: int
    expires_on: date
    currency: Currency = "CNY"


class OtherWay(Struct, frozen=True):
    """Another way to pay: how much on credit and in how many installments (0: later, at once), and how much otherwise.

    Asked for at once, and with a second factor where it says so, it is granted.
    """

    way: Literal["smaller_amount", "plan", "pay_later", "part_credit", "another_method"]
    credit_minor: int
    other_minor: int
    plan_months: int
    needs_verification: bool


class Declined(Struct, frozen=True, tag_field="status", tag="declined"):
    """Nothing was held; why, what still works, and in which other ways it could be paid."""

    purchase_id: str
    line_id: str
    amount_minor: int
    available_minor: int
    reasons: list[ReasonSaid]
    still_works: list[StillWorks]
    other_ways: list[OtherWay]
    currency: Currency = "CNY"


class Referred(Struct, frozen=True, tag_field="status", tag="referred"):
    """Nothing is held yet: ask again with a second factor checked, or wait for a person's look."""

    purchase_id: str
    line_id: str
    amount_minor: int
    available_minor: int
    needs: Literal["verification", "review"]
    reasons: list[ReasonSaid]
    still_works: list[StillWorks]
    currency: Currency = "CNY"


PurchaseAnswer: TypeAlias = Authorized | Declined | Referred


class BulkAnswer(Struct, frozen=True):
    """What one item would have got as a request of its own: its HTTP status and its body."""

    status: int
    answer: Annotated[msgspec.Raw, Meta(extra_json_schema={"type": "object"})]


class BulkAnswers(Struct, frozen=True):
    """The answers in the order of the items."""

    results: list[BulkAnswer]


class Term(Struct, frozen=True):
    """One installment as agreed."""

    number: int
    principal_minor: int
    fee_minor: int
    statement_on: date
    due_on: date


class Captured(Struct, frozen=True):
    """A capture and the installments it made."""

    capture_id: str
    purchase_id: str
    amount_minor: int
    captured_minor: int
    status: str
    installments: list[Term]
    currency: Currency = "CNY"


class Voided(Struct, frozen=True):
    """What was still held is released."""

    purchase_id: str
    released_minor: int
    status: str
    currency: Currency = "CNY"


class ReturnOwed(Struct, frozen=True):
    """What a refund owes to a source that paid the purchase: the repayment, its method, and how much."""

    repayment_id: str
    method: str
    amount_minor: int


class Refunded(Struct, frozen=True):
    """What the refund offset, what became credit, and the sources it is owed to, latest first."""

    refund_id: str
    purchase_id: str
    amount_minor: int
    offset_minor: int
    credit_minor: int
    returns: list[ReturnOwed]
    currency: Currency = "CNY"


class Purchase(Struct, frozen=True):
    """A purchase from hold to refund."""

    purchase_id: str
    line_id: str
    merchant_id: str
    status: str
    order_ref: str
    plan_months: int
    amount_minor: int
    captured_minor: int
    released_minor: int
    refunded_minor: int
    authorized_at: datetime
    expires_on: date
    reasons: list[ReasonSaid]
    currency: Currency = "CNY"


class Purchases(Struct, frozen=True):
    """A page, newest first; `next` is the cursor of the following page."""

    purchases: list[Purchase]
    next: str | None


class Repaid(Struct, frozen=True):
    """Where the money went; an excess is the customer's credit balance."""

    repayment_id: str
    line_id: str
    amount_minor: int
    allocated_minor: int
    credit_minor: int
    restored: bool
    currency: Currency = "CNY"


class PaidOut(Struct, frozen=True):
    """A credit balance on its way to the customer."""

    payout_id: str
    line_id: str
    amount_minor: int
    credit_minor: int
    currency: Currency = "CNY"


class Created(Struct, frozen=True):
    """The id of what was made."""

    id: str


class Customer(Struct, frozen=True):
    """A person and their lines."""

    customer_id: str
    reference: str
    display_name: str
    language: str
    joined_on: date
    lines: list[str]


class Merchant(Struct, frozen=True):
    """A shop."""

    merchant_id: str
    name: str
    fee_ppm: int
    status: str
    category: str


class Merchants(Struct, frozen=True):
    """A page, newest first."""

    merchants: list[Merchant]
    next: str | None


class Line(Struct, frozen=True):
    """A line today. Outstanding counts fees; available does not."""

    line_id: str
    status: str
    product: str
    fixed_limit_minor: int
    temporary_limit_minor: int
    held_minor: int
    principal_minor: int
    available_minor: int
    outstanding_minor: int
    overdue_minor: int
    days_past_due: int
    credit_minor: int
    restriction_level: int
    statement_day: int
    next_statement_on: date
    opened_on: date
    currency: Currency = "CNY"


class Installment(Struct, frozen=True):
    """What is owed of one installment, and when."""

    installment_id: str
    purchase_id: str
    kind: str
    number: int
    status: str
    principal_minor: int
    fee_minor: int
    late_fee_minor: int
    paid_minor: int
    owed_minor: int
    statement_on: date
    due_on: date
    revolving: bool


class Installments(Struct, frozen=True):
    """The open installments of a line, earliest due first."""

    installments: list[Installment]


class Repayment(Struct, frozen=True):
    """Money received, and how it was used; taken back by whoever sent it since `reversed_on`."""

    repayment_id: str
    line_id: str
    amount_minor: int
    allocated_minor: int
    credit_minor: int
    method: str
    repaid_on: date
    reversed_on: date | None
    currency: Currency = "CNY"


class Repayments(Struct, frozen=True):
    """A page, newest first."""

    repayments: list[Repayment]
    next: str | None


class Clock(Struct, frozen=True):
    """The book's business date, and the last day that was closed."""

    current_on: date
    closed_on: date
    sandbox: bool


class Applied(Struct, frozen=True):
    """The application is taken in, or withdrawn."""

    application_id: str
    customer_id: str
    status: str


class Application(Struct, frozen=True):
    """Where an application stands; `notice` is what its person was told last; what is not approved has reasons."""

    application_id: str
    customer_id: str
    status: str
    product: str
    requested_limit_minor: int
    limit_minor: int | None
    line_id: str | None
    reasons: list[ReasonSaid]
    notice: Words | None
    received_at: datetime
    decided_at: datetime | None
    expires_on: date
    currency: Currency = "CNY"


class Reviewed(Struct, frozen=True):
    """What a person decided; the line is open when it is approved."""

    application_id: str
    status: str
    line_id: str | None
    limit_minor: int | None
    currency: Currency = "CNY"
