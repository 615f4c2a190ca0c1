"""Record outside facts: what a bureau or another system told of customers, and the day each was learned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from whiteslip.decisioning.features import store
from whiteslip.decisioning.features.model import FACTS_LEARNED, OutsideFact
from whiteslip.infra import outbox
from whiteslip.infra.database import Connection


def record_outside_facts(db: Connection, facts: Sequence[OutsideFact], *, at: datetime) -> int:
    """Record facts, all or none, and return how many; one that cannot be right is an error that names it.

    Nothing is overwritten: a correction is another fact about the same day, learned later. The lines of those they
    are about are judged again once the event is delivered.
    """
    count = store.record_outside_facts(db, facts)
    owners = sorted({fact.customer_id for fact in facts})
    if owners:
        outbox.append(db, FACTS_LEARNED, customer_ids=owners, subject_ids=owners, at=at)
    return count
