"""The clock of the reviews: a thread that raises what is past its due time, and lets go what nobody decided at all."""

from __future__ import annotations

from datetime import date
from threading import Event as Signal
from threading import Thread

import structlog

from whiteslip.flows.grant_purchases import lapse_purchases
from whiteslip.flows.review_cases import escalate_overdue
from whiteslip.flows.warn_early import escalate_warnings
from whiteslip.infra.clock import Clock
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import NotFound, Unavailable

log = structlog.get_logger("whiteslip.reviews")

AT_ONCE = 500
IDLE_S = 30.0


class ReviewClock:
    """Raises overdue cases and warnings, and once a business date lets lapse purchases nobody decided, until stopped.

    Killed anywhere it leaves nothing half done: a case rises once, a purchase lapses once.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lapsed_on: date | None = None
        self._stopping = Signal()
        self._thread = Thread(target=self._run, name="reviews", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, *, within_s: float = 10.0) -> None:
        """Finish what is in hand and end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(within_s)

    def turn(self) -> int:
        """Raise a batch of what is overdue; return how many rose."""
        at = self._clock.now()
        return len(self._database.write(lambda db: escalate_overdue(db, most=AT_ONCE, at=at)))

    def warn(self) -> int:
        """Escalate the warnings nobody acknowledged in time; return how many."""
        at = self._clock.now()
        return len(self._database.write(lambda db: escalate_warnings(db, at=at)))

    def lapse(self) -> int:
        """Let a batch of purchases go that nobody decided in time; return how many; asks once a business date."""
        at, looked_on = self._clock.now(), self._lapsed_on
        done = self._database.write(
            lambda db: lapse_purchases(db, most=AT_ONCE, at=at, looked_on=looked_on)
        )
        if done.purchases < AT_ONCE:
            self._lapsed_on = done.on
        return done.purchases

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(self._rest())

    def _rest(self) -> float:
        """Take a turn; return how long to rest before the next."""
        try:
            self.warn()
            most = max(self.turn(), self.lapse())
        except (Unavailable, NotFound) as error:
            log.warning("reviews.waiting", why=str(error))
            return IDLE_S
        except Exception:
            log.exception("reviews.failed")
            return IDLE_S
        return 0.0 if most == AT_ONCE else IDLE_S
