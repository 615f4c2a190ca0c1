"""The relay: a thread that takes events out of the outbox and hands them on, at least once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import structlog

from whiteslip.infra import metrics, outbox
from whiteslip.infra.database import Database
from whiteslip.infra.outbox import Event
from whiteslip.worker.turns import Worker

Handler = Callable[[Sequence[Event]], None]
log = structlog.get_logger("whiteslip.relay")

AT_ONCE = 1000


class Relay(Worker):
    """Delivers until it is stopped; a handler that fails gets the same events again later."""

    NAME = "relay"
    IDLE_S = 0.25
    FAULT_S = 2.0

    def __init__(self, database: Database, handler: Handler | None = None) -> None:
        super().__init__()
        self._database = database
        self._handler = handler or count_and_log

    def deliver_once(self) -> int:
        """Deliver one lot and return how many events it held."""
        return self._database.write(lambda db: outbox.deliver(db, self._handler, limit=AT_ONCE))

    def work(self) -> bool:
        """Deliver one lot; a full one is followed by another at once."""
        return self.deliver_once() == AT_ONCE


def in_turn(*handlers: Handler) -> Handler:
    """Hand events to several handlers, one after the other; where one fails, all get the events again."""

    def handle(events: Sequence[Event]) -> None:
        for handler in handlers:
            handler(events)

    return handle


def count_and_log(events: Sequence[Event]) -> None:
    """Count events by topic and log the counts; who they are about stays out of the log."""
    counts = Counter(event.topic for event in events)
    for topic, count in counts.items():
        metrics.DELIVERED.labels(topic).inc(count)
    log.debug("relay.delivered", **counts)
