"""Watch some customers now: what was learned of them in the middle of a day has its effect at once, not at its end."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from whiteslip.care.notices.restrictions import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.risk.suspensions.store import watch


class WatchReport(NamedTuple):
    """How many lines were judged, and of how many the restrictions changed."""

    lines: int
    changed: int


def watch_customers(db: Connection, customers: Collection[int], *, at: datetime) -> WatchReport:
    """Judge every line of some customers by the watch book, as end of day does, and tell them what changes.

    Whoever learns something of a customer (a bureau's news, a debit that failed, a purchase unlike the others) records
    it first. Judging again without news changes nothing.
    """
    if not customers:
        return WatchReport(0, 0)
    on = business_day.read(db).current_on
    now = rulebooks.running(db, "watch")
    some = set(customers)
    done = watch(db, now, first=min(some), last=max(some), only=some, on=on, at=at)
    changes = [change for one in done for change in one.changes]
    insert_notices(db, notices_of(changes), at=at)
    return WatchReport(sum(one.lines for one in done), len(changes))
