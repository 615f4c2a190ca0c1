"""Record outside facts: what a bureau or another system told of customers, and the day each was learned."""

from __future__ import annotations

from collections.abc import Sequence

from whiteslip.decisioning.features import store
from whiteslip.decisioning.features.model import OutsideFact
from whiteslip.infra.database import Connection


def record_outside_facts(db: Connection, facts: Sequence[OutsideFact]) -> int:
    """Record facts, all or none, and return how many; one that cannot be right is an error that names it.

    Nothing is overwritten: a correction is another fact about the same day, learned later.
    """
    return store.record_outside_facts(db, facts)
