"""The watcher: takes events from the relay and lets the lines they concern be judged within seconds."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from whiteslip.flows.watch_customers import WATCHED, watch_customers
from whiteslip.infra.clock import Clock
from whiteslip.infra.database import Database
from whiteslip.infra.outbox import Event
from whiteslip.kernel.errors import NotFound
from whiteslip.worker.relay import count_and_log

log = structlog.get_logger("whiteslip.watcher")


class Watcher:
    """A handler of events; judging twice changes nothing, so an event may come again."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, events: Sequence[Event]) -> None:
        """Judge the lines of everybody to whom something happened that is watched for."""
        count_and_log(events)
        owners = {event.customer_id for event in events if event.topic in WATCHED}
        if not owners:
            return
        at = self._clock.now()
        try:
            report = self._database.write(lambda db: watch_customers(db, owners, at=at))
        except NotFound as error:  # no watch book is live: end of day will judge them
            log.warning("watcher.nobody-judges", why=str(error))
        else:
            log.debug("watcher.judged", customers=len(owners), changed=report.changed)
            if report.held:
                log.warning("watcher.left-to-the-end-of-the-day", lines=report.held)
