"""Rolling unpaid statements, charging daily fees and keeping episodes of arrears, in sets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.planning import joining_sets
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


def roll_unpaid_statements(
    db: Connection,
    *,
    first: int,
    last: int,
    business_date: date,
    at: datetime,  # noqa: ARG001 - the shape of every step
) -> int:
    """Part what statements due on the day still owe: the missing minimum stays overdue, the rest revolves."""
    return sql.run(
        db, "roll_unpaid_statements", first=first, last=last, business_date=business_date
    )


def charge_daily_fees(
    db: Connection, *, first: int, last: int, business_date: date, at: datetime
) -> int:
    """Charge a day's late fee on overdue principal, or the revolving fee on what revolves, never both."""
    return sql.run(
        db,
        "charge_daily_fees",
        first=first,
        last=last,
        business_date=business_date,
        posted_at=at,
    )


def age_overdue_lines(
    db: Connection,
    *,
    first: int,
    last: int,
    business_date: date,
    at: datetime,  # noqa: ARG001 - the shape of every step
) -> int:
    """Open, move or end the episodes of arrears of a range of customers, as of the day after."""
    rows = sql.many(db, "find_aging_customers", first=first, last=last, business_date=business_date)
    age_lines(
        db,
        {row.customer_id for row in rows},
        on=date.fromordinal(business_date.toordinal() + 1),
        last_on=business_date,
    )
    return len(rows)


def age_lines(
    db: Connection, customer_ids: Iterable[int], *, on: date, last_on: date | None = None
) -> None:
    """Bring the episodes of some customers up to date; `last_on` is the last day of what has ended."""
    ids = sorted(customer_ids)
    if not ids:
        return
    with joining_sets(db):
        sql.run(db, "age_lines", customer_ids=arrays.bigints(ids), as_of=on, last_on=last_on or on)


def read_episodes(
    db: Connection, customer_id: int, line_id: int, *, after: date
) -> list[tuple[date, date | None]]:
    """Read when a line was overdue since a day: from which day until the day before which other, or still."""
    key = {"customer_id": customer_id, "line_id": line_id}
    rows = sql.many(db, "read_episodes", **key, after=after)
    return [(row.since_on, row.ended_on) for row in rows]
