"""The listener to referred purchases: what waits for a person is laid before one within seconds."""

from __future__ import annotations

from collections.abc import Sequence

from whiteslip.flows.grant_purchases import REFERRED, OwnedId, open_purchase_cases
from whiteslip.infra.clock import Clock
from whiteslip.infra.database import Database
from whiteslip.infra.outbox import Event


class ReferralListener:
    """A handler of events, after the watcher, which may open a case of fraud; what comes again lies there."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, events: Sequence[Event]) -> None:
        """Open cases of the purchases that were referred to a person."""
        ids = {OwnedId(one.customer_id, one.subject_id) for one in events if one.topic == REFERRED}
        if ids:
            at = self._clock.now()
            self._database.write(lambda db: open_purchase_cases(db, ids, at=at))
