"""Warn early: measure every indicator of the book for the last closed day, and keep the color it is given."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import NamedTuple

import structlog

from whiteslip.infra import business_day
from whiteslip.infra.database import Database
from whiteslip.risk.signals import rules, store
from whiteslip.risk.signals.model import Catalog, Evaluation, Indicator, Measured

log = structlog.get_logger("whiteslip.warnings")


class WarningReport(NamedTuple):
    """What was evaluated for a closed day; indicators known for it already are not evaluated again."""

    on: date
    evaluations: tuple[Evaluation, ...]


def warn_early(
    database: Database, *, at: datetime, catalog: Catalog | None = None
) -> WarningReport:
    """Evaluate the indicators for the last closed day; a second run of a day tries only what was unknown.

    Each is measured in a snapshot of its own. One that cannot be measured is unknown and stops no other.
    """
    chosen = catalog or store.catalog()
    on = database.read(business_day.read).closed_on
    known = database.read(partial(store.find_known, on=on))
    past = database.read(partial(store.find_past, on=on))
    evaluations = tuple(
        rules.judge(
            indicator,
            _measure(database, indicator, on=on),
            past.get(indicator.id, rules.NOTHING),
            catalog=chosen,
            on=on,
            at=at,
        )
        for indicator in chosen.indicators.values()
        if indicator.id not in known
    )
    version = chosen.version
    database.write(
        lambda db: store.insert_evaluations(db, evaluations, version=version, on=on, at=at)
    )
    return WarningReport(on, evaluations)


def _measure(database: Database, indicator: Indicator, *, on: date) -> Measured | None:
    try:
        return database.read(lambda db: store.measure(db, indicator, on=on))
    except Exception:
        log.exception("warnings.unmeasured", indicator=indicator.id)
        return None
