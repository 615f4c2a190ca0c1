"""What is kept of a person's habits, and the facts a request is judged by."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from whiteslip.money.merchants.model import UNTOLD, Category


class Asking(NamedTuple):
    """A request to buy and its circumstances; a device or an address of 0 was not told."""

    amount_minor: int
    merchant_id: int
    device: int
    address: int
    category: Category = UNTOLD

    @property
    def category_bit(self) -> int:
        """The bit its category is kept as; 0 for none."""
        return self.category.bit


class Hours(NamedTuple):
    """Sums over purchases of the first three waves of a day, by which the density of any hour of it is known."""

    cos_1: float = 0.0
    sin_1: float = 0.0
    cos_2: float = 0.0
    sin_2: float = 0.0
    cos_3: float = 0.0
    sin_3: float = 0.0


class Habit(NamedTuple):
    """What is usual for a person; the fields of the table, whose schema says what each means."""

    requests: int
    purchases: int
    categories: int
    largest_minor: int
    first_at: datetime | None
    new_device_at: datetime | None
    usual_weight: float
    usual_sum: float
    usual_square_sum: float
    resale_weight: float
    hours: Hours
    recent_at: tuple[datetime, ...]
    recent_minor: tuple[int, ...]
    recent_shops: tuple[int, ...]
    devices: tuple[int, ...]
    addresses: tuple[int, ...]
    merchants: tuple[int, ...]


NO_HABIT = Habit(0, 0, 0, 0, None, None, 0.0, 0.0, 0.0, 0.0, Hours(), (), (), (), (), (), ())
"""Of somebody who never asked for anything."""


class HabitFacts(NamedTuple):
    """How a request compares with a person's habits; None is unknown.

    Amounts are minor units. The last hour and day are the 60 minutes and 24 hours before the request, itself left
    out, and count at most the latest 16 requests; `asked_24h_minor` counts what was refused and is asked again once,
    `same_shop_24h` what was granted. `deviation` is how many spreads of ln(amount) the request lies
    above the usual; `pace_deviation` how many spreads of a count the last day, the request included, lies above the
    person's own day. `hour_share` is how often the person buys at this time of day, 1 being a day without preference.
    """

    requests_1h: int
    requests_24h: int
    asked_24h_minor: int
    same_shop_24h: int
    purchases_before: int
    minutes_since_last: int | None
    hours_since_new_device: int | None
    usual_minor: float | None
    deviation: float | None
    pace_deviation: float | None
    hour_share: float | None
    resale_share: float | None
    largest_minor: int | None
    device_is_known: bool | None
    address_is_known: bool | None
    merchant_is_known: bool
    category_is_known: bool | None


class Background(NamedTuple):
    """What is known behind a request: its comparison with the habit, then the line's arrears and latest score.

    When a limit last rose and what the network knows are None until they are asked.
    """

    requests_1h: int
    requests_24h: int
    asked_24h_minor: int
    same_shop_24h: int
    purchases_before: int
    minutes_since_last: int | None
    hours_since_new_device: int | None
    usual_minor: float | None
    deviation: float | None
    pace_deviation: float | None
    hour_share: float | None
    resale_share: float | None
    largest_minor: int | None
    device_is_known: bool | None
    address_is_known: bool | None
    merchant_is_known: bool
    category_is_known: bool | None
    days_past_due: int
    default_probability: float | None
    days_since_raise: int | None
    links_to_bad: int | None
    ring_score: float | None

    def with_habit(self, facts: HabitFacts) -> Background:
        """Return the same with another comparison."""
        return self._replace(**facts._asdict())

    def alone_if_known(self) -> Background:
        """Return the same without what the network says, where the person comes with nothing new."""
        return self if self.is_met_anew else self._replace(links_to_bad=None, ring_score=None)

    @property
    def is_met_anew(self) -> bool:
        """Whether the person comes with a device or to an address nobody knows of them."""
        return self.device_is_known is False or self.address_is_known is False
