"""Rolling unpaid statements, charging daily fees and keeping episodes of arrears, in sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.planning import joining_sets
from whiteslip.infra.sql import Sql
from whiteslip.money.arrears.model import FeePause

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


def pause_fees(db: Connection, pauses: Sequence[FeePause]) -> None:
    """Let late fees of lines or purchases stand still."""
    if not pauses:
        return
    columns = list(zip(*pauses, strict=True))
    sql.run(
        db,
        "pause_fees",
        customer_ids=arrays.bigints(columns[0]),
        pause_ids=arrays.bigints(columns[1]),
        line_ids=arrays.bigints(columns[2]),
        purchase_ids=arrays.bigints(columns[3]),
        starts_ons=arrays.dates(columns[4]),
        ends_ons=arrays.dates(columns[5]),
        reasons=arrays.texts(columns[6]),
    )


def resume_fees(db: Connection, pauses: Sequence[tuple[int, int, date]]) -> None:
    """Let late fees go on: (customer, pause, the first day that bears a fee again); none is made up for."""
    if not pauses:
        return
    customer_ids, pause_ids, ends_ons = zip(*pauses, strict=True)
    sql.run(
        db,
        "resume_fees",
        customer_ids=arrays.bigints(customer_ids),
        pause_ids=arrays.bigints(pause_ids),
        ends_ons=arrays.dates(ends_ons),
    )
