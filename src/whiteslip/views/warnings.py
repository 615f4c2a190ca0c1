"""How the indicators of the book stand now, the worst first, and how one of them came there."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import NotFound
from whiteslip.risk.signals.model import Catalog, Color, Evaluation, Indicator, Why
from whiteslip.risk.signals.store import catalog

sql = Sql(__package__)

_ORDER: Final = (Color.RED, Color.ORANGE, Color.UNKNOWN, Color.YELLOW, Color.GREEN)
"""What is not known may be bad, so it stands above what is known to be no worse than yellow."""


class WarningView(NamedTuple):
    """An indicator and its last evaluation, None if there never was one; the color is that of now.

    An evaluation of another day than the last closed one says nothing of now: then the color is unknown.
    """

    indicator: Indicator
    color: Color
    why: Why | None
    last: Evaluation | None


def standing(db: Connection, *, chosen: Catalog | None = None) -> list[WarningView]:
    """Show every indicator, the worst first."""
    closed_on = business_day.read(db).closed_on
    last = {row.indicator: _evaluation(row) for row in sql.many(db, "list_warnings")}
    views: list[WarningView] = []
    for indicator in (chosen or catalog()).indicators.values():
        found = last.get(indicator.id)
        if found is None:
            views.append(WarningView(indicator, Color.UNKNOWN, Why.NEVER, None))
        elif found.evaluated_on != closed_on:
            views.append(WarningView(indicator, Color.UNKNOWN, Why.STALE, found))
        else:
            views.append(WarningView(indicator, found.color, found.why, found))
    return sorted(views, key=lambda view: _ORDER.index(view.color))


def history(db: Connection, indicator: str, *, most: int) -> list[Evaluation]:
    """Show the last evaluations of an indicator, the newest first; `NotFound` where there is no such indicator."""
    if indicator not in catalog().indicators:
        raise NotFound(f"there is no indicator {indicator}")
    rows = sql.many(db, "list_warning_history", indicator=indicator, most=most)
    return [_evaluation(row) for row in rows]


def _evaluation(row: Any) -> Evaluation:
    why = None if row.why is None else Why(row.why)
    return Evaluation(*row)._replace(color=Color(row.color), why=why)
