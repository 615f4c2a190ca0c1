"""Posting to the ledger, its numbers and its trial balance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.planning import joining_sets
from whiteslip.infra.sql import Sql
from whiteslip.money.ledger.model import LEGS, Account, Journal, MovementKind

sql = Sql(__package__)

_INVARIANTS = (
    ("lines and installments agree with the ledger", "find_unbalanced_lines"),
    ("checkpoints agree with the ledger", "find_odd_checkpoints"),
    ("holds of purchases are the held balance", "find_odd_holds"),
    ("limits are exceeded only for a reason", "find_lines_above_limit"),
    ("captures, refunds and installments agree with purchases", "find_odd_purchases"),
    ("repayments and refunds are allocated to the cent", "find_odd_allocations"),
    ("statements follow one another", "find_odd_statements"),
    ("late fees are taken back as the ledger says", "find_odd_waivers"),
)


def take_numbers(db: Connection, count: int) -> list[int]:
    """Draw ascending numbers for things of customers; each is used once, gaps are normal."""
    return [row.number for row in sql.many(db, "take_numbers", count=count)] if count else []


def post(db: Connection, journal: Journal, *, at: datetime) -> None:
    """Post the movements of a journal."""
    if not journal.kinds:
        return
    sql.run(
        db,
        "post_movements",
        customer_ids=arrays.bigints(journal.customer_ids),
        line_ids=arrays.bigints(journal.line_ids),
        source_ids=arrays.bigints(journal.source_ids),
        amounts_minor=arrays.bigints(journal.amounts_minor),
        business_dates=arrays.dates(journal.business_dates),
        kinds=arrays.texts(journal.kinds),
        debits=arrays.texts([LEGS[kind].debit for kind in journal.kinds]),
        credits=arrays.texts([LEGS[kind].credit for kind in journal.kinds]),
        posted_at=at,
    )


def post_one_kind(
    db: Connection,
    kind: MovementKind,
    *,
    customer_ids: Sequence[int],
    line_ids: Sequence[int],
    source_ids: Sequence[int],
    amounts_minor: Sequence[int],
    on: date,
    at: datetime,
) -> None:
    """Post movements of one kind and day; the quick way for a batch of holds."""
    sql.run(
        db,
        "post_one_kind",
        customer_ids=arrays.bigints(customer_ids),
        line_ids=arrays.bigints(line_ids),
        source_ids=arrays.bigints(source_ids),
        amounts_minor=arrays.bigints(amounts_minor),
        kind=kind,
        debit=LEGS[kind].debit,
        credit=LEGS[kind].credit,
        business_date=on,
        posted_at=at,
    )


def trial_balance(db: Connection) -> dict[Account, int]:
    """Sum every account, debits less credits, in minor units, in one snapshot."""
    return {Account(row.account): int(row.balance_minor) for row in sql.many(db, "sum_accounts")}


def ranges_to_close(db: Connection, *, business_date: date, range_size: int) -> list[int]:
    """Name the ranges of customers with lines that have not closed a day, in order."""
    rows = sql.many(db, "find_open_ranges", business_date=business_date, range_size=range_size)
    return [row.range_no for row in rows]


def last_customer(db: Connection) -> int:
    """Return the highest number of a customer with a line, 0 when there is none."""
    return int(sql.one(db, "find_last_customer").customer_id)


def check_touched_lines(db: Connection, *, first: int, last: int, business_date: date) -> list[Any]:
    """Compare lines with movements since a day with ledger and debts; keep a checkpoint of that day."""
    return sql.many(db, "check_touched_lines", first=first, last=last, business_date=business_date)


def broken_invariants(db: Connection) -> list[tuple[str, list[Any]]]:
    """Check the whole book: each invariant with the rows that break it, at most a hundred."""
    with joining_sets(db):
        return [(invariant, sql.many(db, check)) for invariant, check in _INVARIANTS]


def postings_by_kind(db: Connection) -> list[Any]:
    """Count movements by kind, debit and credit."""
    return sql.many(db, "count_postings")
