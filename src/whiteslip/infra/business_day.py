"""The business date of the book: who reads it, who rolls it, and which day a customer's lines have reached."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import Conflict, NotFound

sql = Sql("whiteslip.infra")

ONE_DAY = timedelta(days=1)


class Day(NamedTuple):
    """Where the book stands: `closed_on` is the last day wholly closed, yesterday but for an end of day under way."""

    current_on: date
    closed_on: date
    range_size: int

    @property
    def closing(self) -> bool:
        """Tell whether an end of day is under way or was interrupted."""
        return self.closed_on + ONE_DAY < self.current_on

    def range_of(self, customer_id: int) -> int:
        """Number the range of customers that end of day closes together."""
        return customer_id // self.range_size


def begin(db: Connection, *, on: date, range_size: int) -> None:
    """Give an empty book its first business date."""
    if not sql.run(db, "begin_book", current_on=on, closed_on=on - ONE_DAY, range_size=range_size):
        raise Conflict("the book has begun already")


def is_begun(db: Connection) -> bool:
    """Tell whether the book has a business date."""
    return sql.maybe(db, "read_day") is not None


def today(db: Connection) -> Day:
    """Read the business date and hold it: it cannot roll before this transaction ends.

    Two statements, because a statement's snapshot is older than a lock it had to wait for.
    """
    hold(db)
    return read(db)


def hold(db: Connection) -> None:
    """Hold the business date: it cannot roll before this transaction ends."""
    sql.many(db, "hold_day")


def read(db: Connection) -> Day:
    """Read the business date without holding it."""
    row = sql.maybe(db, "read_day")
    if row is None:
        raise NotFound("the book has no business date yet: begin it first")
    return Day(row.current_on, row.closed_on, row.range_size)


def days_reached(db: Connection, day: Day, customer_ids: Iterable[int]) -> dict[int, date]:
    """Tell the day each customer's lines have reached, and hold it.

    While an end of day is under way, customers whose range is not closed yet are still on the day before.
    """
    customers = set(customer_ids)
    if not day.closing:
        return dict.fromkeys(customers, day.current_on)
    ranges = arrays.bigints(sorted({day.range_of(customer_id) for customer_id in customers}))
    before = day.closed_on + ONE_DAY
    sql.many(db, "hold_ranges", range_nos=ranges)
    rows = sql.many(db, "find_closed_ranges", business_date=before, range_nos=ranges)
    closed = {row.range_no for row in rows}
    return {
        customer_id: day.current_on if day.range_of(customer_id) in closed else before
        for customer_id in customers
    }


def day_reached(db: Connection, customer_id: int) -> date:
    """Tell the day a customer's lines have reached, for whoever only looks: it holds nothing."""
    day = read(db)
    if not day.closing:
        return day.current_on
    before = day.closed_on + ONE_DAY
    is_closed = has_closed(db, before, range_no=day.range_of(customer_id))
    return day.current_on if is_closed else before


def bar(db: Connection) -> None:
    """Wait until nobody holds the business date, and let nobody take it before this transaction ends."""
    sql.many(db, "bar_day")


def roll(db: Connection, *, to: date) -> None:
    """Roll the date by one day, once every transaction that holds the old one has ended."""
    sql.many(db, "bar_day")
    if not sql.run(db, "roll_day", current_on=to, before=to - ONE_DAY):
        raise Conflict(f"the business date cannot roll to {to}: it is not the day before")


def enter_range(db: Connection, *, business_date: date, range_no: int) -> bool:
    """Take a range for closing; False when it is closed already."""
    sql.many(db, "bar_range", range_no=range_no)
    return not has_closed(db, business_date, range_no=range_no)


def has_closed(db: Connection, business_date: date, *, range_no: int) -> bool:
    """Tell whether a range has closed a day."""
    ranges = arrays.bigints([range_no])
    return bool(sql.many(db, "find_closed_ranges", business_date=business_date, range_nos=ranges))


def leave_range(db: Connection, *, business_date: date, range_no: int, step_ms: str) -> None:
    """Record that a range is closed; commits with its effects."""
    sql.run(db, "record_range", business_date=business_date, range_no=range_no, step_ms=step_ms)


def finish(db: Connection, *, business_date: date, at: datetime, report: str) -> None:
    """Record that the whole day is closed."""
    sql.run(db, "finish_day", business_date=business_date)
    sql.run(db, "record_report", business_date=business_date, finished_at=at, report=report)
