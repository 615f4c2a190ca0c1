"""What the API takes: structs that decode strictly and write their own part of the OpenAPI."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from whiteslip.kernel.money import MAX_MINOR
from whiteslip.kernel.reason import ReasonCode

_NUMBER = "[0-9]{1,19}"
CustomerId: TypeAlias = Annotated[str, Meta(pattern=f"^cus_{_NUMBER}$", examples=["cus_7"])]
MerchantId: TypeAlias = Annotated[str, Meta(pattern=f"^mer_{_NUMBER}$", examples=["mer_3"])]
LineId: TypeAlias = Annotated[
    str, Meta(pattern=f"^lin_{_NUMBER}_{_NUMBER}$", examples=["lin_7_12"])
]
RepaymentId: TypeAlias = Annotated[
    str, Meta(pattern=f"^rep_{_NUMBER}_{_NUMBER}$", examples=["rep_7_43"])
]
Amount: TypeAlias = Annotated[
    int, Meta(ge=1, le=MAX_MINOR, description="Minor units: 1 yuan is 100.", examples=[12900])
]
Limit: TypeAlias = Annotated[int, Meta(ge=0, le=20_000_000_000, description="Minor units.")]
Name: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=80, pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]+$")
]
Reference: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=64, pattern="^[\\u0020-\\u007e]+$", examples=["A-1001"])
]
Key: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255, pattern="^[\\u0020-\\u007e]+$")]
Method: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{0,39}$", examples=["bank"])]
Months: TypeAlias = Annotated[
    int, Meta(ge=0, le=60, description="0: pay later; else a plan of so many installments.")
]
Seen: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        description="The shop's own name for the device or the address; kept as a hash only.",
    ),
]
Verified: TypeAlias = Annotated[
    bool, Meta(description="The shop has just checked a second factor of the person.")
]
FeePpm: TypeAlias = Annotated[int, Meta(ge=0, le=500_000, description="Parts per million.")]
QuoteVersion: TypeAlias = Annotated[
    str,
    Meta(
        pattern="^[0-9a-f]{44}$",
        description="The version of the quote that is confirmed: if anything of it has changed, nothing is bought.",
    ),
]
ShownAt: TypeAlias = Annotated[
    datetime, Meta(tz=True, description="When the quote was shown to the person.")
]
Category: TypeAlias = Annotated[
    str,
    Meta(
        pattern="^[a-z]{3,40}$",
        description="What the shop mainly sells: one of the list of categories.",
        examples=["electronics"],
    ),
]
Currency: TypeAlias = Literal["CNY"]
Language: TypeAlias = Literal["zh", "en"]
Monthly: TypeAlias = Annotated[
    int, Meta(ge=0, le=10_000_000_000, description="Minor units a month.", examples=[800000])
]
Hashed: TypeAlias = Annotated[str, Meta(pattern="^[0-9a-f]{16,128}$")]
Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]
Product: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,39}$")]
StatementDay: TypeAlias = Annotated[int, Meta(ge=1, le=28)]
AgreementVersion: TypeAlias = Annotated[
    int,
    Meta(
        ge=1,
        le=10_000,
        description="The version the person was shown; the one in force if not set.",
    ),
]
Level: TypeAlias = Annotated[int, Meta(ge=1, le=5)]


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    """What a request says; a field nobody knows is refused rather than ignored."""


class NoWords(Body, frozen=True):
    """Nothing needs to be said: `{}`."""


class PurchaseBody(Body, frozen=True):
    """Buy on credit. A merchant's key sells for its own merchant; an operator's names one."""

    line_id: LineId
    amount_minor: Amount
    order_ref: Reference
    plan_months: Months = 0
    merchant_id: MerchantId | None = None
    device: Seen | None = None
    address: Seen | None = None
    is_verified: Verified = False
    quote_version: QuoteVersion | None = None
    shown_at: ShownAt | None = None
    currency: Currency = "CNY"


class BulkPurchase(PurchaseBody, frozen=True, kw_only=True):
    """One purchase of a bulk request, under a key of its own."""

    idempotency_key: Key


class BulkPurchaseBody(Body, frozen=True):
    """Up to 1,000 purchases; each succeeds or fails by itself."""

    items: Annotated[list[BulkPurchase], Meta(min_length=1, max_length=1000)]


class QuoteBody(Body, frozen=True):
    """Ask what a purchase would cost."""

    line_id: LineId
    amount_minor: Amount
    plan_months: Months = 0
    currency: Currency = "CNY"


class CaptureBody(Body, frozen=True):
    """Capture an amount, or without one all that is left; `final` releases the rest."""

    amount_minor: Amount | None = None
    final: bool = False
    currency: Currency = "CNY"


class RefundBody(Body, frozen=True):
    """Refund a part or all of what was captured."""

    amount_minor: Amount
    currency: Currency = "CNY"


class RepaymentBody(Body, frozen=True):
    """Record money received for a line."""

    line_id: LineId
    amount_minor: Amount
    method: Method = "bank"
    currency: Currency = "CNY"


class BulkRepayment(RepaymentBody, frozen=True, kw_only=True):
    """One repayment of a bulk request, under a key of its own."""

    idempotency_key: Key


class BulkRepaymentBody(Body, frozen=True):
    """Up to 1,000 repayments; each succeeds or fails by itself."""

    items: Annotated[list[BulkRepayment], Meta(min_length=1, max_length=1000)]


class CustomerBody(Body, frozen=True):
    """A person who may hold a line; `reference` is the shop's own and opaque to us."""

    reference: Reference
    display_name: Name
    language: Language = "zh"


class MerchantBody(Body, frozen=True):
    """A shop, what we keep of each of its sales, and what it mainly sells."""

    name: Name
    fee_ppm: FeePpm = 0
    category: Category = "other"


class LineBody(Body, frozen=True):
    """Open a credit line for somebody who accepts the credit agreement."""

    customer_id: CustomerId
    fixed_limit_minor: Limit
    statement_day: StatementDay
    product: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,39}$")] = "pay-later"
    agreement_version: AgreementVersion | None = None
    currency: Currency = "CNY"


class LimitBody(Body, frozen=True):
    """Change the fixed limit; a cut has a reason of the catalog, which is told, and is announced before it holds."""

    fixed_limit_minor: Limit
    reason: ReasonCode | None = None
    currency: Currency = "CNY"


class TemporaryLimitBody(Body, frozen=True):
    """Grant an extra limit that is returned on a date."""

    amount_minor: Annotated[int, Meta(ge=1, le=20_000_000_000)]
    ends_on: date
    currency: Currency = "CNY"


class RestrictionBody(Body, frozen=True):
    """Restrict a line: level 2 asks for a second factor, 3 lets a part of the limit be used, 4 nothing new be bought.

    Repaying always works. A restriction for the customer holds on every line of theirs, also one opened later; one
    for plans stops buying in installments alone, at level 4.
    """

    level: Level
    reason: ReasonCode
    scope: Literal["line", "customer", "plans"] = "line"


class PayoutBody(Body, frozen=True):
    """Pay out the credit balance, or a part of it; with a repayment, back to its source, what refunds owe it."""

    amount_minor: Amount | None = None
    repayment_id: RepaymentId | None = None
    currency: Currency = "CNY"


class AdvanceBody(Body, frozen=True):
    """Close business days until this one is current."""

    to: date


class IdentityBody(Body, frozen=True):
    """The declared identity; of the number only a keyed hash and its last four characters are kept."""

    name: Name
    id_number: Annotated[str, Meta(pattern="^[0-9]{17}[0-9Xx]$", examples=["110101199003079008"])]
    birth_on: date


class ConsentBody(Body, frozen=True):
    """A yes or no of the person to one purpose; no to `automated_decision` means that a person decides."""

    purpose: Literal["bureau_inquiry", "automated_decision"]
    is_given: bool
    said_at: Instant


class ApplicationBody(Body, frozen=True):
    """Apply for a line; what is declared is a month's. Hashes are the caller's own, in hexadecimal."""

    reference: Reference
    display_name: Name
    identity: IdentityBody
    monthly_income_minor: Monthly
    requested_limit_minor: Amount
    consents: Annotated[list[ConsentBody], Meta(min_length=2, max_length=2)]
    monthly_obligations_minor: Monthly = 0
    monthly_rent_minor: Monthly = 0
    language: Language = "zh"
    statement_day: StatementDay = 5
    product: Product = "pay-later"
    device_hash: Hashed | None = None
    phone_hash: Hashed | None = None
    address_hash: Hashed | None = None
    card_hash: Hashed | None = None
    ip_hash: Hashed | None = None
    agreement_version: AgreementVersion | None = None
    currency: Currency = "CNY"


class ReviewBody(Body, frozen=True):
    """Approve with a limit, or decline with reasons of the catalog: one of the two."""

    limit_minor: Amount | None = None
    reasons: Annotated[list[ReasonCode], Meta(max_length=4)] = []
    currency: Currency = "CNY"
