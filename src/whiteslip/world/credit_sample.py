"""The replayed panel as a sample: what the book knew on its last statement date, and who defaulted after it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from whiteslip.decisioning.samples.features import column_of
from whiteslip.decisioning.samples.model import Column, NumberColumn, Sample
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvalidInput
from whiteslip.views.features import features_as_of, known_features
from whiteslip.world.panel import Ints, Panel
from whiteslip.world.profiles import Profile

sql = Sql(__package__)


def credit_sample(
    db: Connection, panel: Panel, profile: Profile, *, features: Iterable[str] | None = None
) -> Sample:
    """Return features (all, unless named) of every customer on the last statement date, in the panel's order.

    A row is bad if its customer defaulted in the month after. The panel must have been replayed in
    this book. A feature that is missing everywhere or has one value only teaches nothing and is left out.
    """
    names = list(known_features() if features is None else features)
    customer_ids = _customers(db, panel)
    found = features_as_of(db, None, as_of=profile.statement_dates[-1], features=names)
    places = np.searchsorted(found["customer_id"], customer_ids)
    if len(found["customer_id"]) != panel.customers:
        text = f"{len(found['customer_id'])} lines in the book, {panel.customers} in the panel"
        raise InvalidInput(text, where="panel")
    declared = known_features()
    columns = [column_of(declared[name], found[name][places]) for name in names]
    kept = tuple(column for column in columns if _varies(column))
    directions = {
        column.name: declared[column.name].direction
        for column in kept
        if declared[column.name].direction
    }
    return Sample(kept, panel.defaulted.astype(np.bool_), directions)


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
