"""Features of lines as of a day, for whoever trains on them or looks at them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from whiteslip.decisioning.features import store
from whiteslip.decisioning.features.model import Feature
from whiteslip.decisioning.features.store import Columns
from whiteslip.infra.database import Connection


def known_features() -> Mapping[str, Feature]:
    """Return every declared feature by name."""
    return store.declarations().features


def features_as_of(
    db: Connection,
    customer_ids: Iterable[int] | None,
    *,
    as_of: date,
    features: Iterable[str] | None = None,
) -> Columns:
    """Compute features (all, unless named) of the lines of some customers (all, if None) as of a day."""
    return store.compute(db, customer_ids, as_of=as_of, features=features)
