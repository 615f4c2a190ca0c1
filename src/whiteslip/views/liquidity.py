"""Liquidity: where cash stood on each closed day, what is expected, and the valve with what it did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.money import Minor
from whiteslip.money.funding import rules as funding
from whiteslip.money.funding.model import Entry, EntryKind
from whiteslip.money.funding.store import list_entries, sum_cash_days
from whiteslip.risk.liquidity import gate, store
from whiteslip.risk.liquidity.gate import Asked
from whiteslip.risk.liquidity.life import Command
from whiteslip.risk.liquidity.model import Counted, Forecast, State, Step, Valve, ValveTerms, Why

sql = Sql(__package__)

_EVER = date(2000, 1, 1)
_MOST_VALVES = 10_000


class Stood(NamedTuple):
    """Cash at the end of a closed day, what could be drawn then, and the floor, None before one was entered."""

    day: date
    cash_minor: Minor
    committed_minor: Minor
    floor_minor: Minor | None

    @property
    def liquidity_minor(self) -> Minor:
        """Cash and what could be drawn."""
        return self.cash_minor + self.committed_minor


class LiquidityView(NamedTuple):
    """The last forecast, None if there never was one; `why` says why nothing is known of now, if nothing is.

    A forecast of another day than the last closed one says nothing of now.
    """

    closed_on: date
    why: Why | str | None
    last: Forecast | None
    entries: tuple[Entry, ...]


class ValveView(NamedTuple):
    """A valve, its steps, and what came to it day by day."""

    valve: Valve
    steps: tuple[Step, ...]
    counts: tuple[Counted, ...]


class LetThrough(NamedTuple):
    """A purchase authorized while a valve acted that was to refuse it: there is to be none."""

    valve_id: int
    customer_id: int
    purchase_id: int


def valve_terms() -> ValveTerms:
    """Show the stages of the valve."""
    return store.valve_terms()


def show_liquidity(db: Connection) -> LiquidityView:
    """Show what is expected of the cash, and what people entered."""
    day = business_day.read(db)
    found = store.list_forecasts(db, until=day.closed_on, most=1)
    last = found[0] if found else None
    why: Why | str | None = "never" if last is None else last.why
    if last is not None and last.forecast_on != day.closed_on:
        why = "stale"
    if day.closing:
        why = Why.NOT_CLOSED
    return LiquidityView(day.closed_on, why, last, tuple(list_entries(db)))


def forecasts(db: Connection, *, most: int) -> list[Forecast]:
    """Show the forecasts of the latest days, the newest first."""
    return store.list_forecasts(db, until=business_day.read(db).closed_on, most=most)


def stood(db: Connection) -> list[Stood]:
    """Show where cash stood at the end of each closed day since some was first entered."""
    entries, until = list_entries(db), business_day.read(db).closed_on
    first = min((one.from_on for one in entries if one.kind is EntryKind.CASH), default=None)
    if first is None:
        return []
    settles = store.terms().settlement_days
    moved = sum_cash_days(db, after=first - timedelta(days=settles), until=until)
    found: list[Stood] = []
    for number in range((until - first).days + 1):
        day = first + timedelta(days=number)
        cash = funding.standing(entries, EntryKind.CASH, on=day)
        floor = funding.standing(entries, EntryKind.FLOOR, on=day)
        if cash is None:
            continue
        cash_minor = funding.position(cash, moved, on=day, settlement_days=settles)
        (committed,) = funding.committed(entries, [day])
        found.append(
            Stood(day, cash_minor, committed, None if floor is None else floor.amount_minor)
        )
    return found


def valves(db: Connection, *, most: int) -> list[ValveView]:
    """Show the valves, the newest first."""
    found = store.list_valves(db, most=most)
    steps = store.read_steps(db, [one.valve_id for one in found])
    until = business_day.read(db).current_on
    counts = store.sum_counts(db, from_on=_EVER, until=until)
    return [
        ValveView(
            one,
            tuple(step for step in steps if step.valve_id == one.valve_id),
            tuple(each for each in counts if each.valve_id == one.valve_id),
        )
        for one in found
    ]


def let_through(db: Connection) -> list[LetThrough]:
    """Find purchases a valve was to refuse and that were authorized nevertheless, whoever granted them.

    Judged from the records: the steps of each valve say when it acted. A valve of a segment is left out, since what
    its purchases looked like then is not kept.
    """
    views = valves(db, most=_MOST_VALVES)
    return [found for view in views if not view.valve.segment for found in _let_through(db, view)]


def _let_through(db: Connection, view: ValveView) -> Iterator[LetThrough]:
    acted = _acted(view)
    if acted is None:
        return
    acting = view.valve.as_acting()
    rows = sql.many(
        db, "list_authorized", after_at=acted[0], until_at=acted[1], until_on=acting.until_on
    )
    for row in rows:
        asked = Asked(row.customer_id, row.authorized_minor, row.plan_months)
        if gate.refuses(acting, asked, on=row.authorized_on):
            yield LetThrough(acting.valve_id, row.customer_id, row.purchase_id)


def _acted(view: ValveView) -> tuple[datetime, datetime | None] | None:
    """Return from when a valve acted, and until when if it ended before its date."""
    acted = [
        one for one in view.steps if one.command == Command.RELEASE and one.state is State.ACTING
    ]
    ended = [one.happened_at for one in view.steps if one.state is State.ENDED]
    return (acted[-1].happened_at, ended[-1] if ended else None) if acted else None
