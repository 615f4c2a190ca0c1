"""What a link to a customer's own pages takes and gives."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from whiteslip.api.bodies import Body, CustomerId


class PageSessionBody(Body, frozen=True):
    """Open the pages as this customer."""

    customer_id: CustomerId


class PageSession(Struct, frozen=True):
    """Where to send the customer's browser, on this host: it works once, until `ends_at`."""

    customer_id: str
    path: str
    ends_at: datetime
