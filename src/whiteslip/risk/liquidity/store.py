"""Reading what a forecast is made of and keeping it; keeping valves, and what checkouts read of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvalidInput, NotFound, Unavailable, invariant
from whiteslip.money.funding.store import sum_cash_days
from whiteslip.money.ledger.store import take_numbers
from whiteslip.risk.liquidity import rules
from whiteslip.risk.liquidity.history import DueFlows, HoldFlows, RefundFlows, Told
from whiteslip.risk.liquidity.life import Move
from whiteslip.risk.liquidity.model import (
    Acting,
    Asked,
    Counted,
    Days,
    Forecast,
    Gated,
    Plans,
    State,
    Step,
    Terms,
    Valve,
    ValveTerms,
    Why,
)
from whiteslip.risk.liquidity.reading import read_acting, read_terms, read_valve_terms

sql = Sql(__package__)
NOT_READ: Final = "the state of the valve cannot be read, so nothing can be granted"
_WEEK = 7


@cache
def terms() -> Terms:
    """Read how cash is forecast, as shipped, once."""
    file = resources.files(__package__ or "") / "data" / "liquidity.toml"
    return read_terms(file.read_text("utf-8"))


@cache
def valve_terms() -> ValveTerms:
    """Read the shipped stages of the valve, once."""
    file = resources.files(__package__ or "") / "data" / "valve.toml"
    return read_valve_terms(file.read_text("utf-8"))


def read_told(db: Connection, known: Terms, *, on: date, since: date) -> Told:
    """Read of the book what a forecast from a closed day is made of; cash from the day after `since` on."""
    first = on - timedelta(days=known.history_weeks * _WEEK)
    counts = sum_counts(db, from_on=first, until=on)
    due_from = first - timedelta(days=known.buckets[-1])
    after = min(first, since - timedelta(days=known.settlement_days))
    return Told(
        on,
        sql.one(db, "find_first_day", on=on).first_on,
        list_due_flows(db, due_from=due_from, until=on),
        list_hold_flows(db, after=first, until=on),
        list_refund_flows(db, after=first, until=on),
        sum_cash_days(db, after=after, until=on),
        rules.refused_by_day(counts),
    )


def list_due_flows(db: Connection, *, due_from: date, until: date) -> DueFlows:
    """Sum dues that were due from a day on, or are open, by class, due date and day."""
    return DueFlows(**sql.columns(db, "list_due_flows", due_from=due_from, until=until))


def list_hold_flows(db: Connection, *, after: date, until: date) -> HoldFlows:
    """Sum what was authorized after a day, captured, and is held still."""
    return HoldFlows(**sql.columns(db, "list_hold_flows", after=after, until=until))


def list_refund_flows(db: Connection, *, after: date, until: date) -> RefundFlows:
    """Sum refunds of what was captured after a day."""
    return RefundFlows(**sql.columns(db, "list_refund_flows", after=after, until=until))


def sum_asked(db: Connection, known: ValveTerms, *, after: date, until: date) -> list[Asked]:
    """Sum what was asked for after a day, and what each stage would let pass of it by its bounds."""
    return sql.records(
        db,
        "sum_asked",
        Asked,
        most_minor=arrays.bigints([one.most_minor for one in known.stages]),
        plans=arrays.texts([one.plans for one in known.stages]),
        retakes_ppm=known.retakes_ppm,
        after=after,
        until=until,
    )


def insert_forecast(db: Connection, one: Forecast, *, at: datetime) -> bool:
    """Keep a forecast; False where one of its day is known already."""
    days = one.days or Days((), (), (), (), (), (), ())
    columns = {name: arrays.bigints(values) for name, values in days._asdict().items()}
    written = sql.run(
        db,
        "insert_forecast",
        forecast_on=one.forecast_on,
        version=one.version,
        why=one.why,
        cash_minor=one.cash_minor,
        floor_minor=one.floor_minor,
        least_minor=one.least_minor,
        stages_minor=arrays.bigints(one.stages_minor),
        at=at,
        **columns,
    )
    return written == 1


def list_forecasts(db: Connection, *, until: date, most: int) -> list[Forecast]:
    """List the forecasts of the latest days up to one, the newest first."""
    return [_forecast(row) for row in sql.many(db, "list_forecasts", until=until, most=most)]


def _forecast(row: Any) -> Forecast:
    why = None if row.why is None else Why(row.why)
    days = None
    if why is None:
        days = Days(**{name: tuple(getattr(row, name)) for name in Days._fields})
    stages = tuple(row.stages_minor)
    return Forecast(
        row.forecast_on, row.version, why, row.cash_minor, row.floor_minor, days, stages
    )


def read_gate(db: Connection) -> Gated:
    """Read the valve as a checkout meets it; one that cannot be read is `Unavailable`, never open."""
    row = sql.maybe(db, "read_gate")
    if row is None:
        raise Unavailable(NOT_READ)
    return Gated(_acting(row.acting), _acting(row.rehearsed))


@lru_cache(maxsize=16)
def _acting(text: str | None) -> Acting | None:
    if text is None:
        return None
    try:
        return read_acting(text)
    except InvalidInput as error:
        raise Unavailable(NOT_READ) from error


def count_gated(db: Connection, counted: Sequence[Counted], *, on: date) -> None:
    """Append what a batch brought to valves; what brought nothing is left out."""
    some = [one for one in counted if one.asked]
    if not some:
        return
    sql.run(
        db,
        "count_gated",
        valve_ids=arrays.bigints([one.valve_id for one in some]),
        acted=arrays.bools([one.acted for one in some]),
        asked=arrays.ints([one.asked for one in some]),
        asked_minor=arrays.bigints([one.asked_minor for one in some]),
        refused=arrays.ints([one.refused for one in some]),
        refused_minor=arrays.bigints([one.refused_minor for one in some]),
        counted_on=on,
    )


def sum_counts(db: Connection, *, from_on: date, until: date) -> list[Counted]:
    """Sum what came to valves by day, from one day up to another."""
    return sql.records(db, "sum_counts", Counted, from_on=from_on, until=until)


def lock_valves(db: Connection) -> list[Valve]:
    """Lock the valves that are not over until the transaction ends."""
    return [_valve(row) for row in sql.many(db, "lock_valves")]


def find_valve(db: Connection, valve_id: int) -> Valve:
    """Find a valve; `NotFound` where there is none of the number."""
    row = sql.maybe(db, "find_valve", valve_id=valve_id)
    if row is None:
        raise NotFound(f"there is no valve {valve_id}")
    return _valve(row)


def list_valves(db: Connection, *, most: int) -> list[Valve]:
    """List valves, the newest first."""
    return [_valve(row) for row in sql.many(db, "list_valves", most=most)]


def read_steps(db: Connection, valve_ids: Iterable[int]) -> list[Step]:
    """Read the steps of valves, in order."""
    rows = sql.many(db, "read_steps", valve_ids=arrays.bigints(sorted(valve_ids)))
    return [Step(*row)._replace(state=State(row.state)) for row in rows]


def new_number(db: Connection) -> int:
    """Draw the number of a new valve."""
    return take_numbers(db, 1)[0]


def move_valves(db: Connection, moves: Sequence[Move], *, at: datetime) -> None:
    """Write valves as they are after their moves, in order, and what checkouts read of them."""
    for move in moves:
        parts = move.after._asdict() | {"command": move.command, "actor": move.actor}
        written = sql.run(db, "move_valve", note=move.note, at=at, **parts)
        invariant(written == 1, "a valve that is locked moves")
    if moves:
        invariant(sql.run(db, "write_gate") == 1, NOT_READ)


def _valve(row: Any) -> Valve:
    return Valve(*row)._replace(state=State(row.state), plans=Plans(row.plans))
