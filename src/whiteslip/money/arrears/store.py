"""Rolling unpaid statements, charging daily fees and keeping episodes of arrears, in sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.planning import joining_sets
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import NotFound, invariant
from whiteslip.money.arrears.model import FeePause
from whiteslip.money.arrears.waiving import (
    LateFee,
    Taken,
    Waiver,
    WaiverState,
    WaiverTerms,
    read_waiver_terms,
)
from whiteslip.money.lines.model import LineKey

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


def keep_month_end(
    db: Connection,
    *,
    first: int,
    last: int,
    business_date: date,
    at: datetime,  # noqa: ARG001 - the shape of every step
) -> int:
    """Keep what lines owe and how late they are, and the sums of it, where the day is the last of its month."""
    if date.fromordinal(business_date.toordinal() + 1).month == business_date.month:
        return 0
    kept = sql.run(db, "keep_month_end", first=first, last=last, business_date=business_date)
    sum_month_end(db, first=first, last=last, month_end=business_date)
    return kept


def sum_month_end(db: Connection, *, first: int, last: int, month_end: date) -> None:
    """Count a range's lines by where they stood a month before and stand now, and those later than ever before."""
    before_on = month_end.replace(day=1) - timedelta(days=1)
    params = {"first": first, "last": last, "month_end": month_end}
    sql.run(db, "keep_month_moves", **params, before_on=before_on)
    sql.run(db, "keep_month_worst", **params)


def list_month_ends(db: Connection) -> tuple[date, ...]:
    """List the month ends that are wholly kept, in order."""
    return tuple(row.month_end for row in sql.many(db, "list_month_ends"))


def odd_month_sums(db: Connection, month_end: date) -> list[Any]:
    """Count a month end again over the whole book, and return the sums that are kept otherwise."""
    before_on = month_end.replace(day=1) - timedelta(days=1)
    odd = sql.many(db, "find_odd_moves", month_end=month_end, before_on=before_on)
    return odd + sql.many(db, "find_odd_worst", month_end=month_end)


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
        charged_ons=arrays.dates(columns[7]),
    )


def resume_fees(db: Connection, pauses: Sequence[tuple[int, int, date, date]]) -> None:
    """Let late fees go on: (customer, pause, the first day that bears a fee again, the last day that was closed for).

    What the latter was spared is not made up for.
    """
    if not pauses:
        return
    customer_ids, pause_ids, ends_ons, charged_ons = zip(*pauses, strict=True)
    sql.run(
        db,
        "resume_fees",
        customer_ids=arrays.bigints(customer_ids),
        pause_ids=arrays.bigints(pause_ids),
        ends_ons=arrays.dates(ends_ons),
        charged_ons=arrays.dates(charged_ons),
    )


class FeeCharge(NamedTuple):
    """A charge of a fee, and whether a waiver has taken it back."""

    customer_id: int
    movement_id: int
    line_id: int
    kind: str
    charged_on: date
    is_taken_back: bool


@cache
def waiver_terms() -> WaiverTerms:
    """Read the shipped parameters of waivers, once."""
    file = resources.files(__package__ or "") / "data" / "waivers.toml"
    return read_waiver_terms(file.read_text("utf-8"))


def find_fee_charges(
    db: Connection, keys: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], FeeCharge]:
    """Find charges of fees by customer and movement."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "find_fee_charges",
        customer_ids=arrays.bigints([customer_id for customer_id, _ in ordered]),
        movement_ids=arrays.bigints([movement_id for _, movement_id in ordered]),
    )
    return {(row.customer_id, row.movement_id): FeeCharge(*row) for row in rows}


def find_late_fees(db: Connection, waiver: Waiver) -> list[LateFee]:
    """Find the late fees a waiver is of and none has taken back; the line is locked before."""
    rows = sql.many(
        db,
        "find_late_fees",
        customer_id=waiver.customer_id,
        line_id=waiver.line_id,
        first_on=waiver.first_on,
        last_on=waiver.last_on,
        movement_id=waiver.movement_id,
    )
    return [LateFee(*row) for row in rows]


def insert_waiver(db: Connection, waiver: Waiver, *, at: datetime) -> None:
    """Keep a waiver somebody asks for."""
    sql.run(
        db,
        "insert_waiver",
        customer_id=waiver.customer_id,
        waiver_id=waiver.waiver_id,
        line_id=waiver.line_id,
        movement_id=waiver.movement_id,
        asked_minor=waiver.asked_minor,
        first_on=waiver.first_on,
        last_on=waiver.last_on,
        needs_two=waiver.needs_two,
        asked_by=waiver.asked_by,
        note=waiver.note,
        at=at,
    )


def find_waiver_line(db: Connection, customer_id: int, waiver_id: int) -> LineKey:
    """Find the line a waiver is of; it is locked before the waiver."""
    row = sql.maybe(db, "find_waiver_line", customer_id=customer_id, waiver_id=waiver_id)
    if row is None:
        raise NotFound(f"customer {customer_id} has no waiver {waiver_id}")
    return LineKey(row.customer_id, row.line_id)


def take_waiver(db: Connection, customer_id: int, waiver_id: int) -> Waiver:
    """Lock a waiver until the transaction ends; it must exist."""
    row = sql.one(db, "take_waiver", customer_id=customer_id, waiver_id=waiver_id)
    return Waiver(*row)._replace(state=WaiverState(row.state))


def end_waiver(
    db: Connection, waiver: Waiver, taken: Taken | None, *, by: str, on: date, at: datetime
) -> Waiver:
    """Write that a waiver was done, or refused where nothing is taken."""
    done = waiver._replace(
        state=WaiverState.REFUSED if taken is None else WaiverState.DONE,
        waived_minor=0 if taken is None else taken.waived_minor,
        returned_minor=0 if taken is None else taken.returned_minor,
    )
    ended = sql.run(
        db,
        "end_waiver",
        customer_id=waiver.customer_id,
        waiver_id=waiver.waiver_id,
        state=done.state,
        waived_minor=done.waived_minor,
        returned_minor=done.returned_minor,
        decided_by=by,
        on_date=on,
        at=at,
    )
    invariant(ended == 1, "a waiver that was taken ends once")
    return done


def note_waived_fees(db: Connection, waiver: Waiver, fees: Sequence[LateFee]) -> None:
    """Note which charges a waiver takes back."""
    sql.run(
        db,
        "note_waived_fees",
        waiver_id=waiver.waiver_id,
        customer_ids=arrays.bigints([fee.customer_id for fee in fees]),
        movement_ids=arrays.bigints([fee.movement_id for fee in fees]),
        amounts_minor=arrays.bigints([fee.amount_minor for fee in fees]),
    )
