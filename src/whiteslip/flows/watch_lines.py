"""Watch lines: something happened to some customers, so the watch book judges their lines again at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from whiteslip.care.cures.store import judge_again
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.risk.suspensions.model import Change

WATCHED = frozenset(
    {
        "decisioning.facts-learned",
        "money.debit-failed",
        "money.purchase-referred",
        "care.relief-broken",
    }
)
"""The events after which a line is looked at before the day ends."""


def watch_lines(db: Connection, customer_ids: Collection[int], *, at: datetime) -> list[Change]:
    """Judge the lines of some customers, as end of day would; what fires restricts at once and is told."""
    owners = set(customer_ids)
    day = business_day.today(db)
    reached = business_day.days_reached(db, day, owners)
    return judge_again(db, owners, reached, at=at)
