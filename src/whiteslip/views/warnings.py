"""How the indicators of the book stand now, the worst first, and how one of them came there."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final, NamedTuple

from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import NotFound
from whiteslip.risk.signals.life import State
from whiteslip.risk.signals.model import Catalog, Color, Evaluation, Indicator, Said, Why
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

    An evaluation of another day than the last closed one says nothing of now: then the color is unknown.
    """

    indicator: Indicator
    color: Color
    why: Why | None
    last: Evaluation | None
    warning: Standing | None = None


def standing(db: Connection, *, chosen: Catalog | None = None) -> list[WarningView]:
    """Show every indicator, the worst first."""
    closed_on = business_day.read(db).closed_on
    rows = {row.indicator: row for row in sql.many(db, "list_warnings")}
    last = {name: _evaluation(row[:_FIELDS]) for name, row in rows.items()}
    warned = {name: _standing(row) for name, row in rows.items()}
    views: list[WarningView] = []
    for indicator in (chosen or catalog()).indicators.values():
        found = last.get(indicator.id)
        if found is None:
            views.append(WarningView(indicator, Color.UNKNOWN, Why.NEVER, None))
        elif found.evaluated_on != closed_on:
            views.append(
                WarningView(indicator, Color.UNKNOWN, Why.STALE, found, warned[indicator.id])
            )
        else:
            views.append(
                WarningView(indicator, found.color, found.why, found, warned[indicator.id])
            )
    return sorted(views, key=lambda view: _ORDER.index(view.color))


def history(db: Connection, indicator: str, *, most: int) -> list[Evaluation]:
    """Show the last evaluations of an indicator, the newest first; `NotFound` where there is no such indicator."""
    if indicator not in catalog().indicators:
        raise NotFound(f"there is no indicator {indicator}")
    rows = sql.many(db, "list_warning_history", indicator=indicator, most=most)
    return [_evaluation(row) for row in rows]


def _evaluation(row: Any) -> Evaluation:
    one = Evaluation(*row)
    return one._replace(color=Color(one.color), why=None if one.why is None else Why(one.why))


def _standing(row: Any) -> Standing | None:
    if row.state is None:
        return None
    return Standing(State(row.state), Color(row.worst), *row[_FIELDS + 2 :])


def indicator_names() -> dict[str, Said]:
    """Name every indicator in both languages, in the order of the file."""
    return {one.id: one.name for one in catalog().indicators.values()}
