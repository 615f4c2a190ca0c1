"""What is kept of a person's habits, and the facts a request is judged by."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Asking(NamedTuple):
    """A request to buy and its circumstances; a device or an address of 0 was not told."""

    amount_minor: int
    merchant_id: int
    device: int
    address: int


class Habit(NamedTuple):
    """What is usual for a person; the fields of the table, whose schema says what each means."""

    requests: int
    purchases: int
    usual_at: datetime
    usual_weight: float
    usual_sum: float
    usual_square_sum: float
    recent_at: tuple[datetime, ...]
    recent_minor: tuple[int, ...]
    devices: tuple[int, ...]
    addresses: tuple[int, ...]
    merchants: tuple[int, ...]


class HabitFacts(NamedTuple):
    """How a request compares with a person's habits; None is unknown.

    Amounts are minor units. The last hour and day are the 60 minutes and 24 hours before the request, itself left
    out, and count at most the latest 16 requests. `deviation` is how many spreads of ln(amount) the request lies
    above the usual.
    """

    requests_1h: int
    requests_24h: int
    asked_24h_minor: int
    purchases_before: int
    minutes_since_last: int | None
    usual_minor: float | None
    deviation: float | None
    device_is_known: bool | None
    address_is_known: bool | None
    merchant_is_known: bool


class Background(NamedTuple):
    """What is known behind a request: its comparison with the habit, then the line's arrears and the latest score."""

    requests_1h: int
    requests_24h: int
    asked_24h_minor: int
    purchases_before: int
    minutes_since_last: int | None
    usual_minor: float | None
    deviation: float | None
    device_is_known: bool | None
    address_is_known: bool | None
    merchant_is_known: bool
    days_past_due: int
    default_probability: float | None

    def with_habit(self, facts: HabitFacts) -> Background:
        """Return the same with another comparison."""
        return Background(*facts, self.days_past_due, self.default_probability)
