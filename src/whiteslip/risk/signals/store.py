"""Measuring the indicators, and keeping what each came to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import invariant
from whiteslip.risk.signals.life import Move, State, Warned
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
    return MEASURES[indicator.id](db, window_of(indicator, on))


def measure_roll_to_overdue(db: Connection, window: Window) -> Measured:
    """Count the dues of lines that were current, and those of them missed."""
    return Measured(*sql.one(db, "measure_roll_to_overdue", **window._asdict()))


def measure_roll_to_thirty(db: Connection, window: Window) -> Measured:
    """Count the episodes of arrears that began, and those that grew as old as the lag."""
    return Measured(*sql.one(db, "measure_roll_to_thirty", **window._asdict()))


def measure_first_payment(db: Connection, window: Window) -> Measured:
    """Count first dues, and those missed and not made good within the lag."""
    return Measured(*sql.one(db, "measure_first_payment", **window._asdict()))


def measure_failed_debits(db: Connection, window: Window) -> Measured:
    """Count dues, and those for which a debit failed."""
    return Measured(*sql.one(db, "measure_failed_debits", **window._asdict()))


def measure_approvals(db: Connection, window: Window) -> Measured:
    """Count applications decided, and those approved."""
    return Measured(*sql.one(db, "measure_approvals", **window._asdict()))


def measure_complaints(db: Connection, window: Window) -> Measured:
    """Count open lines, and complaints."""
    return Measured(*sql.one(db, "measure_complaints", **window._asdict()))


def measure_lost_orders(db: Connection, window: Window) -> Measured:
    """Count purchases asked for, and those declined on a restricted line."""
    return Measured(*sql.one(db, "measure_lost_orders", **window._asdict()))


def measure_thirty_plus(db: Connection, window: Window) -> Measured:
    """Count the lines that owe, and those overdue since before the window."""
    return Measured(*sql.one(db, "measure_thirty_plus", **window._asdict()))


def measure_technical_debits(db: Connection, window: Window) -> Measured:
    """Count the debits that failed, and those that failed for technical reasons."""
    return Measured(*sql.one(db, "measure_technical_debits", **window._asdict()))


def measure_liquidity_coverage(db: Connection, window: Window) -> Measured:
    """Measure the least cash a forecast expects against the floor; nothing where the day has no known forecast."""
    return Measured(*sql.one(db, "measure_liquidity_coverage", **window._asdict()))


MEASURES: Mapping[str, Callable[[Connection, Window], Measured]] = MappingProxyType(
    {
        "roll_to_overdue": measure_roll_to_overdue,
        "roll_to_thirty": measure_roll_to_thirty,
        "first_payment": measure_first_payment,
        "failed_debits": measure_failed_debits,
        "approvals": measure_approvals,
        "complaints": measure_complaints,
        "lost_orders": measure_lost_orders,
        "thirty_plus": measure_thirty_plus,
        "technical_debits": measure_technical_debits,
        "liquidity_coverage": measure_liquidity_coverage,
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
) -> set[str]:
    """Keep evaluations of one date; return the indicators of which one was new."""
    rows = sql.many(
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
    return {row.indicator for row in rows}


def lock_warnings(db: Connection, indicators: Iterable[str]) -> dict[str, Warned]:
    """Lock the standing warnings of indicators until the transaction ends."""
    wanted = arrays.texts(sorted(set(indicators)))
    rows = sql.many(db, "lock_warnings", indicators=wanted)
    return {row.indicator: _warned(row) for row in rows}


def lock_overdue(db: Connection, *, at: datetime) -> list[Warned]:
    """Lock the warnings nobody acknowledged in time; another who does the same is not waited for."""
    return [_warned(row) for row in sql.many(db, "lock_overdue", at=at)]


def move_warnings(db: Connection, moves: Sequence[Move], *, at: datetime) -> None:
    """Write warnings locked before, or new ones, as they are after their moves, each with its step."""
    if not moves:
        return
    after = [move.after for move in moves]
    written = sql.run(
        db,
        "move_warnings",
        warning_ids=arrays.bigints([one.warning_id for one in after]),
        indicators=arrays.texts([one.indicator for one in after]),
        raised_ats=arrays.timestamps([one.raised_at for one in after]),
        due_ats=arrays.timestamps([one.due_at for one in after]),
        raised_ons=arrays.dates([one.raised_on for one in after]),
        ended_ons=arrays.dates([one.ended_on for one in after]),
        steps=arrays.ints([one.steps for one in after]),
        colors=arrays.texts([one.color for one in after]),
        states=arrays.texts([one.state for one in after]),
        acknowledged_by=arrays.texts([one.acknowledged_by for one in after]),
        commands=arrays.texts([move.command for move in moves]),
        actors=arrays.texts([move.actor for move in moves]),
        notes=arrays.texts([move.note for move in moves]),
        at=at,
    )
    invariant(written == len(moves), "a warning that is locked moves")


def _warned(row: Any) -> Warned:
    return Warned(*row)._replace(color=Color(row.color), state=State(row.state))
