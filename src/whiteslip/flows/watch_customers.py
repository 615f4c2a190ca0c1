"""Watch customers now: what was learned in the middle of a day has its effect at once, not at its end."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from typing import NamedTuple

from whiteslip.care.notices.restrictions import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.decisioning.features.model import FACTS_LEARNED
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.planning import plan_afresh
from whiteslip.kernel.errors import Conflict
from whiteslip.money.ledger.store import last_customer
from whiteslip.risk.runs.model import Run
from whiteslip.risk.runs.store import propose
from whiteslip.risk.watching.store import watch

WATCHED = frozenset(
    {
        FACTS_LEARNED,
        "money.debit-failed",
        "money.purchase-referred",
        "care.relief-broken",
    }
)
"""The events after which a person's lines are judged before the day ends."""


class WatchReport(NamedTuple):
    """How many lines were judged, of how many the restrictions changed, and how many are left to the end of the day."""

    lines: int
    changed: int
    held: int = 0

    def plus(self, other: WatchReport) -> WatchReport:
        """Add what another part of the same work did."""
        return WatchReport(*(mine + more for mine, more in zip(self, other, strict=True)))


def watch_customers(db: Connection, customers: Collection[int], *, at: datetime) -> WatchReport:
    """Judge every line of some customers by the watch book, as end of day does, and tell them what changes.

    Whoever learns something of a customer (a bureau's news, a debit that failed, a purchase unlike the others) records
    it first. Judging again without news changes nothing. News that would take the buying from more lines on a day than
    a run might without release is left to the end of the day, whose run then waits for people.
    """
    if not customers:
        return WatchReport(0, 0)
    reached = business_day.days_reached(db, business_day.today(db), customers)
    found = WatchReport(0, 0)
    for on in sorted(set(reached.values())):
        some = {customer_id for customer_id in customers if reached[customer_id] == on}
        found = found.plus(_watch(db, (min(some), max(some)), only=some, on=on, at=at))
    return found


def watch_everybody(
    database: Database,
    *,
    at: datetime,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> WatchReport:
    """Judge every line now, range by range in transactions of their own: after news of many, or new scores.

    What would take the buying from a line is only proposed; outside of end of day two people must always release it.
    While a day is closing it is `Conflict`: the end of that day judges everybody itself.
    """
    size = database.read(business_day.read).range_size
    most = database.read(last_customer)
    firsts = range(0, most + 1, size)

    def one(first: int) -> WatchReport:
        return database.write(lambda db: _watch_range(db, first, first + size - 1, at=at))

    whole = WatchReport(0, 0)
    on = database.read(business_day.read).current_on
    with ThreadPoolExecutor(workers) as pool:
        for first, found in zip(firsts, pool.map(one, firsts), strict=True):
            whole = whole.plus(found)
            if progress:
                progress(min(first + size - 1, most), most)
    database.write(lambda db: _propose(db, on=on, at=at))
    return whole


def _propose(db: Connection, *, on: date, at: datetime) -> None:
    for book, _ in rulebooks.shares(rulebooks.running(db, "watch")):
        run = Run(book.name, book.version, on)
        note = "judged outside of end of day"
        propose(db, run, note=note, on=on, at=at)


def _watch_range(db: Connection, first: int, last: int, *, at: datetime) -> WatchReport:
    day = business_day.today(db)
    if day.closing:
        raise Conflict("a day is being closed; its end judges every line")
    plan_afresh(db)
    return _watch(db, (first, last), only=None, on=day.current_on, at=at)


def _watch(
    db: Connection, between: tuple[int, int], *, only: set[int] | None, on: date, at: datetime
) -> WatchReport:
    now = rulebooks.running(db, "watch")
    first, last = between
    everybody = only is None
    most = None if everybody else partial(rulebooks.left_for_events, db, on=on)
    done = watch(
        db, now, first=first, last=last, only=only, on=on, at=at, proposing=everybody, most=most
    )
    for one in done:
        if not everybody and one.moved:
            moved = one.moved
            rulebooks.count_run(db, one.book, on=on, accounts=moved, moved=moved, by_event=True)
    changes = [change for one in done for change in one.changes]
    insert_notices(db, notices_of(changes), at=at)
    held = sum(one.held for one in done)
    return WatchReport(sum(one.lines for one in done), len(changes), held)
