"""What a book's own records say of a world, read once at its end and joined with the labels in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from whiteslip.flows.check_books import check_books
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.calendar import ZONE

sql = Sql(__package__)


class Order(NamedTuple):
    """All requests of a person for one thing: whether a rule on fraud met it, and what became of it.

    `who` is the person's place, -1 of somebody the world does not know.
    """

    who: int
    ref: str
    asked_at: datetime
    amount_minor: int
    captured_minor: int
    was_met: bool
    looks_like_cash_out: bool
    went_to_a_person: bool
    granted_at: datetime | None
    next_sold_at: datetime | None

    @property
    def is_sold(self) -> bool:
        """Tell whether the goods left."""
        return self.captured_minor > 0

    @property
    def was_asked(self) -> bool:
        """Tell whether it was held up by a code alone, and the code came at once."""
        return self.was_met and self.is_sold and not self.went_to_a_person

    @property
    def was_stopped(self) -> bool:
        """Tell whether it was held up by more than a code that comes: a person, a refusal, no code."""
        return self.was_met and not self.was_asked

    @property
    def hours_away(self) -> float | None:
        """Hours until the person had it, or bought something else; None where neither came."""
        back = [at for at in (self.granted_at, self.next_sold_at) if at is not None]
        return (min(back) - self.asked_at) / timedelta(hours=1) if back else None


class Stop(NamedTuple):
    """A restriction for fraud or odd purchases: 2 asks for codes, from 3 on something is taken."""

    who: int
    level: int
    since: date
    lifted: date | None


class RaisedRing(NamedTuple):
    """A ring that was shown to a person."""

    members: frozenset[int]
    on: date
    score: float
    outcome: str | None


class Records(NamedTuple):
    """All that is measured from."""

    orders: tuple[Order, ...]
    orders_a_day: dict[date, int]
    stops: tuple[Stop, ...]
    rings: tuple[RaisedRing, ...]
    colors: dict[date, str]
    problems: tuple[str, ...]


def read_records(
    db: Connection, place: dict[int, int], planted: Sequence[int], *, indicator: str
) -> Records:
    """Read one snapshot; `place` gives a person's place by customer number, `planted` the customers with labels."""
    orders = sql.many(db, "read_orders", customer_ids=arrays.bigints(planted))
    stops, rings = sql.many(db, "read_stops"), sql.many(db, "read_raised_rings")
    return Records(
        tuple(
            Order(place.get(row.customer_id, -1), *row[1:])._replace(
                asked_at=row.asked_at.astimezone(ZONE)
            )
            for row in orders
        ),
        {row.day: row.orders for row in sql.many(db, "count_orders")},
        tuple(Stop(place.get(row.customer_id, -1), *row[1:]) for row in stops),
        tuple(
            RaisedRing(_members(row.evidence, place), row.raised_on, row.score, row.outcome)
            for row in rings
        ),
        {row.day: row.color for row in sql.many(db, "read_colors", indicator=indicator)},
        tuple(check_books(db).problems),
    )


def _members(evidence: dict[str, list[dict[str, int]]], place: dict[int, int]) -> frozenset[int]:
    return frozenset(place[one["customer_id"]] for one in evidence["members"])
