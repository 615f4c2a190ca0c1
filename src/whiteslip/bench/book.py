"""Made books for measuring: filled by set statements, the same every time, and consistent to the cent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, LiteralString, NamedTuple

from whiteslip.flows.found_book import found_book
from whiteslip.flows.open_merchants import NewMerchant, open_merchants
from whiteslip.infra.database import Connection, Database, connect
from whiteslip.infra.sql import Sql

sql = Sql(__package__)

DAY = date(2026, 8, 14)
"""A date far from month ends: what is due on it was billed in the middle of the month before."""

STEPS = (
    "draw_lines",
    "draw_debts",
    "fill_customers",
    "fill_lines",
    "fill_acceptances",
    "fill_purchases",
    "fill_installments",
    "fill_movements",
    "fill_checkpoints",
    "fill_statements",
    "fill_arrears",
    "fill_temporary_limits",
    "skip_numbers",
)

SOURCES = "fill_sources"

DRAWN: Mapping[str, LiteralString] = {
    "draw_lines": "ANALYZE drawn_line",
    "draw_debts": "ANALYZE drawn_debt",
}


class MadeBook(NamedTuple):
    """A book that was made: customers 1 to `lines`, each with the line `line_id` names."""

    lines: int
    merchant_id: int
    on: date
    at: datetime


def line_id(customer_id: int) -> int:
    """Name the line of a customer of a made book."""
    return customer_id * 32


def make_book(
    dsn: str,
    lines: int,
    *,
    on: date = DAY,
    statement_day: int | None = None,
    owing: bool = True,
    unpaid: bool = False,
    tell: Callable[[str], None],
) -> MadeBook:
    """Fill an empty database with lines of about three open installments each, or of none if not `owing`.

    With `statement_day` every line is billed on that day of the month; without it they spread over 28 days. When
    `unpaid` nobody has paid the last bill yet, however long ago it came.
    """
    at = datetime.combine(on, time(4), UTC)
    with Database(dsn, statement_timeout_ms=0) as database:
        merchant_id = database.write(lambda db: _found(db, on, at))
    params = {
        "lines": lines,
        "business_date": on,
        "statement_day": statement_day,
        "owing": owing,
        "unpaid": unpaid,
        "merchant_id": merchant_id,
        "at": at,
    }
    with connect(dsn) as db:
        _fill(db, params, tell)
    _settle(dsn, tell)
    return MadeBook(lines, merchant_id, on, at)


def give_sources(dsn: str, book: MadeBook, *, tell: Callable[[str], None]) -> int:
    """Let half the lines of a made book pay by autopay, from two sources each; returns how many sources."""
    tell(f"making sources of {book.lines:,} lines")
    with connect(dsn) as db:
        sources = sql.run(db, SOURCES, business_date=book.on, at=book.at)
        db.commit()
    _settle(dsn, tell)
    return sources


def _settle(dsn: str, tell: Callable[[str], None]) -> None:
    tell("vacuuming")
    with connect(dsn, autocommit=True) as db:
        db.execute("VACUUM ANALYZE")
        db.execute("CHECKPOINT")


def _found(db: Connection, on: date, at: datetime) -> int:
    found_book(db, on=on, at=at)
    return open_merchants(db, [NewMerchant("Bench shop", 6000)], at=at)[0]


def _fill(db: Connection, params: Mapping[str, Any], tell: Callable[[str], None]) -> None:
    db.execute("SET work_mem = '256MB'")
    for name in STEPS:
        tell(f"making a book of {params['lines']:,} lines: {name.replace('_', ' ')}")
        sql.run(db, name, **params)
        if name.startswith("draw_"):
            db.execute(DRAWN[name])
    db.commit()
