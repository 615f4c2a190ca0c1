"""The listener to causes: why a due was missed reaches the limit it questions, and who is to learn from it."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from whiteslip.flows.attribute_causes import NOTICED, CauseKey, open_cause_cases
from whiteslip.flows.review_limits import QUESTIONED, review_questioned
from whiteslip.infra.clock import Clock
from whiteslip.infra.database import Database
from whiteslip.infra.outbox import Event
from whiteslip.kernel.errors import NotFound

log = structlog.get_logger("whiteslip.causes")


class CauseListener:
    """A handler of events; what was reviewed or shown is so once, so an event may come again."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, events: Sequence[Event]) -> None:
        """Review the limits that are questioned, and open cases of what people are to see."""
        at = self._clock.now()
        if noticed := _causes(events, NOTICED):
            self._database.write(lambda db: open_cause_cases(db, noticed, at=at))
        if questioned := _causes(events, {QUESTIONED}):
            try:
                self._database.write(lambda db: review_questioned(db, questioned, at=at))
            except NotFound as error:  # no limits book is live: nothing is lost but the early look
                log.warning("causes.nobody-judges", why=str(error))


def _causes(events: Sequence[Event], topics: frozenset[str] | set[str]) -> set[CauseKey]:
    return {
        CauseKey(event.customer_id, event.subject_id) for event in events if event.topic in topics
    }
