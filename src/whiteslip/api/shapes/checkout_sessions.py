"""What a session of the checkout page takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from whiteslip.api.bodies import Amount, Body, Currency, LineId, MerchantId, Reference

Goods = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
        description="What is bought, as the customer reads it.",
    ),
]
WayBack = Annotated[
    str,
    Meta(
        max_length=500,
        pattern="^https?://[\\u0021-\\u007e]+$",
        description="Where the page leads back to; the shop then asks for the purchase, and trusts no browser.",
    ),
]


class CheckoutSessionBody(Body, frozen=True):
    """Let a customer choose and confirm on our page how to pay."""

    line_id: LineId
    amount_minor: Amount
    order_ref: Reference
    goods: Goods
    return_url: WayBack | None = None
    merchant_id: MerchantId | None = None
    currency: Currency = "CNY"


class CheckoutSession(Struct, frozen=True):
    """Where to send the customer's browser, on this host; it can be paid once, until `ends_at`."""

    path: str
    ends_at: datetime
