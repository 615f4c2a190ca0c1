"""How the indicators of the book stand now, the worst first, and how one of them came there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import NotFound
from whiteslip.risk.signals.life import State
from whiteslip.risk.signals.model import (
    Catalog,
    Color,
    Evaluation,
    Indicator,
    Judge,
    Pulse,
    Rhythm,
    Said,
    Why,
)
from whiteslip.risk.signals.store import catalog

sql = Sql(__package__)

_FIELDS: Final = len(Evaluation._fields)
_ORDER: Final = (Color.RED, Color.ORANGE, Color.UNKNOWN, Color.YELLOW, Color.GREEN)
"""What is not known may be bad, so it stands above what is known to be no worse than yellow."""


class Standing(NamedTuple):
    """A warning that stands: the worst color it had, by when it must be acknowledged, and by whom it was."""

    state: State
    worst: Color
    raised_on: date
    due_at: datetime
    acknowledged_by: str | None
    note: str | None


class WarningView(NamedTuple):
    """An indicator and its last evaluation, None if there never was one; the color is that of now.

    An evaluation of another day than the last closed one says nothing of now, nor does one of a fast indicator nobody
    looked at for a minute: then the color is unknown.
    """

    indicator: Indicator
    color: Color
    why: Why | None
    last: Evaluation | None
    warning: Standing | None = None


def standing(db: Connection, *, at: datetime, chosen: Catalog | None = None) -> list[WarningView]:
    """Show every indicator as it stands at an instant, the worst first."""
    every = chosen or catalog()
    views = [*_daily(db, every), *_fast(db, every, at=at)]
    return sorted(views, key=lambda view: _ORDER.index(view.color))


def _daily(db: Connection, every: Catalog) -> Iterator[WarningView]:
    closed_on = business_day.read(db).closed_on
    rows = {row.indicator: row for row in sql.many(db, "list_warnings")}
    for indicator in every.indicators.values():
        row = rows.get(indicator.id)
        if row is None:
            yield WarningView(indicator, Color.UNKNOWN, Why.NEVER, None)
            continue
        last, warned = _evaluation(row[:_FIELDS]), _standing(row)
        if last.evaluated_on != closed_on:
            yield WarningView(indicator, Color.UNKNOWN, Why.STALE, last, warned)
        else:
            yield WarningView(indicator, last.color, last.why, last, warned)


def _fast(db: Connection, every: Catalog, *, at: datetime) -> Iterator[WarningView]:
    rows = {row.indicator: row for row in sql.many(db, "list_pulses")}
    for indicator in every.fast.values():
        row = rows.get(indicator.id)
        if row is None:
            yield WarningView(indicator, Color.UNKNOWN, Why.NEVER, None)
            continue
        pulse, warned = _pulse((row.indicator, *row[2:12])), _standing(row)
        why = _not_now(row.looked_at, every.rhythm, at=at)
        color = pulse.color if why is None else Color.UNKNOWN
        yield WarningView(indicator, color, why or pulse.why, pulse.evaluation, warned)


def _not_now(looked_at: datetime, rhythm: Rhythm, *, at: datetime) -> Why | None:
    """Say why the last look says nothing of now: it is long ago, or lies ahead of the clock."""
    if at < looked_at:
        return Why.CLOCK
    return Why.STALE if at - looked_at > timedelta(seconds=rhythm.stale_seconds) else None


def history(db: Connection, indicator: str, *, most: int) -> list[Evaluation]:
    """Show the last evaluations of an indicator, the newest first; `NotFound` where there is no such indicator."""
    if indicator in catalog().fast:
        rows = sql.many(db, "list_pulse_history", indicator=indicator, most=most)
        return [_pulse(row).evaluation for row in rows]
    if indicator not in catalog().indicators:
        raise NotFound(f"there is no indicator {indicator}")
    rows = sql.many(db, "list_warning_history", indicator=indicator, most=most)
    return [_evaluation(row) for row in rows]


def _pulse(row: Any) -> Pulse:
    one = Pulse(*row)
    return one._replace(color=Color(one.color), why=None if one.why is None else Why(one.why))


def _evaluation(row: Any) -> Evaluation:
    one = Evaluation(*row)
    return one._replace(
        color=Color(one.color),
        why=None if one.why is None else Why(one.why),
        judged_by=None if one.judged_by is None else Judge(one.judged_by),
    )


def _standing(row: Any) -> Standing | None:
    if row.state is None:
        return None
    return Standing(
        State(row.state), Color(row.worst), row.raised_on, row.due_at, row.acknowledged_by, row.note
    )


def indicator_names() -> dict[str, Said]:
    """Name every indicator of a day in both languages, in the order of the file."""
    return {one.id: one.name for one in catalog().indicators.values()}
