"""Measuring the indicators, and keeping what each came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from types import MappingProxyType

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.risk.signals.model import (
    Catalog,
    Color,
    Evaluation,
    Indicator,
    Measured,
    Past,
    Window,
)
from whiteslip.risk.signals.reading import read_catalog
from whiteslip.risk.signals.rules import window_of

sql = Sql(__package__)


@cache
def catalog() -> Catalog:
    """Read the shipped indicators, once."""
    file = resources.files(__package__ or "") / "data" / "indicators.toml"
    return read_catalog(file.read_text("utf-8"))


def measure(db: Connection, indicator: Indicator, *, on: date) -> Measured:
    """Measure an indicator as of the end of a closed day."""
    return MEASURES[indicator.id](db, window_of(indicator, on), indicator.lag_days)


def measure_roll_to_overdue(db: Connection, window: Window, lag_days: int) -> Measured:
    """Count the dues of lines that were current, and those of them missed."""
    del lag_days
    return Measured(*sql.one(db, "measure_roll_to_overdue", **window._asdict()))


def measure_roll_to_thirty(db: Connection, window: Window, lag_days: int) -> Measured:
    """Count the episodes of arrears that began, and those that grew as old as the lag."""
    params = window._asdict()
    return Measured(*sql.one(db, "measure_roll_to_thirty", lag_days=lag_days, **params))


def measure_first_payment(db: Connection, window: Window, lag_days: int) -> Measured:
    """Count first dues, and those missed and not made good within the lag."""
    params = window._asdict()
    return Measured(*sql.one(db, "measure_first_payment", lag_days=lag_days, **params))


def measure_failed_debits(db: Connection, window: Window, lag_days: int) -> Measured:
    """Count dues, and those for which a debit failed."""
    del lag_days
    return Measured(*sql.one(db, "measure_failed_debits", **window._asdict()))


def measure_approvals(db: Connection, window: Window, lag_days: int) -> Measured:
    """Count applications decided, and those approved."""
    del lag_days
    return Measured(*sql.one(db, "measure_approvals", **window._asdict()))


def measure_complaints(db: Connection, window: Window, lag_days: int) -> Measured:
    """Count open lines, and complaints."""
    del lag_days
    return Measured(*sql.one(db, "measure_complaints", **window._asdict()))


def measure_lost_orders(db: Connection, window: Window, lag_days: int) -> Measured:
    """Count purchases asked for, and those declined on a restricted line."""
    del lag_days
    return Measured(*sql.one(db, "measure_lost_orders", **window._asdict()))


MEASURES: Mapping[str, Callable[[Connection, Window, int], Measured]] = MappingProxyType(
    {
        "roll_to_overdue": measure_roll_to_overdue,
        "roll_to_thirty": measure_roll_to_thirty,
        "first_payment": measure_first_payment,
        "failed_debits": measure_failed_debits,
        "approvals": measure_approvals,
        "complaints": measure_complaints,
        "lost_orders": measure_lost_orders,
    }
)
"""The measure of each indicator; a test holds them against the shipped file."""


def find_known(db: Connection, *, on: date) -> set[str]:
    """Find the indicators whose color is known for a date."""
    return {row.indicator for row in sql.many(db, "find_known", on=on)}


def find_past(db: Connection, *, on: date) -> dict[str, Past]:
    """Find how each indicator stood before a date."""
    rows = sql.many(db, "find_past", on=on)
    return {
        row.indicator: Past(None if row.color is None else Color(row.color), row.evaluated_at)
        for row in rows
    }


def insert_evaluations(
    db: Connection, evaluations: Sequence[Evaluation], *, version: int, on: date, at: datetime
) -> int:
    """Keep evaluations of one date; return how many were new."""
    return sql.run(
        db,
        "insert_evaluations",
        indicators=arrays.texts([one.indicator for one in evaluations]),
        from_ons=arrays.dates([one.from_on for one in evaluations]),
        to_ons=arrays.dates([one.to_on for one in evaluations]),
        hits=arrays.bigints([one.hits for one in evaluations]),
        out_of=arrays.bigints([one.out_of for one in evaluations]),
        values_ppm=arrays.bigints([one.value_ppm for one in evaluations]),
        colors=arrays.texts([one.color for one in evaluations]),
        whys=arrays.texts([one.why for one in evaluations]),
        version=version,
        on=on,
        at=at,
    )
