"""The relay: a thread that takes events out of the outbox and hands them on, at least once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from threading import Event as Signal
from threading import Thread

import structlog

from whiteslip.infra import metrics, outbox
from whiteslip.infra.database import Database
from whiteslip.infra.outbox import Event
from whiteslip.kernel.errors import Unavailable

Handler = Callable[[Sequence[Event]], None]
log = structlog.get_logger("whiteslip.relay")

AT_ONCE = 1000
IDLE_S = 0.25
FAULT_S = 2.0


class Relay:
    """Delivers until it is stopped; a handler that fails gets the same events again later."""

    def __init__(self, database: Database, handler: Handler | None = None) -> None:
        self._database = database
        self._handler = handler or count_and_log
        self._stopping = Signal()
        self._thread = Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self, *, within_s: float = 10.0) -> None:
        """Finish the events in hand and end."""
        self._stopping.set()
        self._thread.join(within_s)

    def deliver_once(self) -> int:
        """Deliver one lot and return how many events it held."""
        return self._database.write(lambda db: outbox.deliver(db, self._handler, limit=AT_ONCE))

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(self._turn())

    def _turn(self) -> float:
        """Deliver one lot; return how long to rest before the next."""
        try:
            return 0.0 if self.deliver_once() == AT_ONCE else IDLE_S
        except Unavailable as error:
            log.warning("relay.waiting", why=str(error))
        except Exception:
            log.exception("relay.failed")
        return FAULT_S


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
