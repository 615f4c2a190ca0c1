"""A checkout session: what is to be paid to whom, and how it stands."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """How a session stands; only an open one can still be paid."""

    OPEN = "open"
    BOUGHT = "bought"
    WAITING = "waiting"
    CANCELED = "canceled"
    LAPSED = "lapsed"


class NewSession(NamedTuple):
    """A session wanted by a shop, whose own caller's keys it acts under; `goods` is what the customer reads."""

    customer_id: int
    line_id: int
    merchant_id: int
    caller_id: int
    amount_minor: int
    order_ref: str
    goods: str
    return_url: str | None


class Session(NamedTuple):
    """A session as it is kept; `attempt` counts the tries that were declined."""

    customer_id: int
    line_id: int
    merchant_id: int
    caller_id: int
    amount_minor: int
    order_ref: str
    goods: str
    return_url: str | None
    ends_at: datetime
    attempt: int
    purchase_id: int | None
    is_waiting: bool
    canceled_at: datetime | None
    merchant: str

    def state(self, at: datetime) -> State:
        """Tell how it stands at an instant."""
        if self.purchase_id is not None:
            return State.WAITING if self.is_waiting else State.BOUGHT
        if self.canceled_at is not None:
            return State.CANCELED
        return State.OPEN if at < self.ends_at else State.LAPSED
