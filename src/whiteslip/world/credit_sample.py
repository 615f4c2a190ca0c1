"""The replayed panel as a sample: what the book knew on its last statement date, and who defaulted after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.samples.features import column_of
from whiteslip.decisioning.samples.model import Column, NumberColumn, Sample
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvalidInput
from whiteslip.views.features import features_as_of, known_features
from whiteslip.world.panel import Ints, Panel
from whiteslip.world.profiles import Profile

sql = Sql(__package__)

LATE_MONTHS: Final = 2
"""A recorded status of so many months late is a bad ending: status 1 is recorded almost only in the last month."""


@dataclass(frozen=True, slots=True, eq=False)
class MonthEnd:
    """What the book knew on a month's statement date, in the panel's order, and how everybody ended a month later."""

    month: int
    on: date
    columns: Mapping[str, NDArray[Any]]
    is_bad: NDArray[np.bool_]
    ending: str

    def sample(self, names: Iterable[str]) -> Sample:
        """Return some of the columns to learn from; what is missing everywhere or never varies is left out."""
        declared = known_features()
        columns = [column_of(declared[name], self.columns[name]) for name in names]
        kept = tuple(column for column in columns if _varies(column))
        directions = {
            column.name: declared[column.name].direction
            for column in kept
            if declared[column.name].direction
        }
        return Sample(kept, self.is_bad, directions)


def credit_sample(
    db: Connection, panel: Panel, profile: Profile, *, features: Iterable[str] | None = None
) -> Sample:
    """Return features (all, unless named) of every customer on the last statement date, in the panel's order.

    A row is bad if its customer defaulted in the month after. The panel must have been replayed in
    this book. A feature that is missing everywhere or has one value only teaches nothing and is left out.
    """
    names = list(known_features() if features is None else features)
    last = len(profile.months) - 1
    return month_end(db, panel, profile, month=last, features=names).sample(names)


def month_end(
    db: Connection,
    panel: Panel,
    profile: Profile,
    *,
    month: int,
    features: Iterable[str] | None = None,
) -> MonthEnd:
    """Return features (all, unless named) of every customer on the statement date of a month, counted from 0.

    After the last month a bad ending is the recorded default, after one before it the next month's status.
    """
    on = profile.statement_dates[month]
    customer_ids = _customers(db, panel)
    found = features_as_of(db, None, as_of=on, features=features)
    places = np.searchsorted(found["customer_id"], customer_ids)
    if len(found["customer_id"]) != panel.customers:
        text = f"{len(found['customer_id'])} lines in the book, {panel.customers} in the panel"
        raise InvalidInput(text, where="panel")
    columns = {name: values[places] for name, values in found.items()}
    return MonthEnd(month, on, columns, *_ending(panel, profile, month))


def _ending(panel: Panel, profile: Profile, month: int) -> tuple[NDArray[np.bool_], str]:
    """Say who ended badly in the month after, and what that means."""
    if month + 1 == len(profile.months):
        return panel.defaulted.astype(np.bool_), "default recorded in the month after"
    told = f"recorded {LATE_MONTHS} months late or more in {profile.months[month + 1].label}"
    return panel.statuses[:, month + 1] >= LATE_MONTHS, told


def _customers(db: Connection, panel: Panel) -> Ints:
    """Return the customers of the book in the panel's order."""
    known = {row.reference: row.customer_id for row in sql.many(db, "read_references")}
    missing = [each for each in panel.ids.tolist() if str(each) not in known]
    if missing:
        text = (
            f"{len(missing)} customers of the panel are not in the book, the first is {missing[0]}"
        )
        raise InvalidInput(text, where="panel")
    return np.array([known[str(each)] for each in panel.ids.tolist()], dtype=np.int64)


def _varies(column: Column) -> bool:
    values = column.values if isinstance(column, NumberColumn) else column.codes
    present = values[~np.isnan(values)] if isinstance(column, NumberColumn) else values
    return len(np.unique(present)) > 1
