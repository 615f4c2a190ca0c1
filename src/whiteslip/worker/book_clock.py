"""The clock of a sandbox's book: a thread that lives and closes days until one is current, while people watch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, NamedTuple

import structlog

from whiteslip.flows.end_of_day import end_of_day
from whiteslip.infra import business_day
from whiteslip.infra.clock import Clock
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput

MOST_DAYS: Final = 120
"""How far it is moved at once."""
log = structlog.get_logger("whiteslip.worker")


class Moving(NamedTuple):
    """Where the clock is being moved to, None when it stands; `failed` says that it could not get there."""

    to: date | None = None
    failed: bool = False


class Around(NamedTuple):
    """What happens around the days closed: each day before its end, and the night where the clock arrives."""

    day: Callable[[Database, date], None]
    night: Callable[[Database], None]


class BookClock:
    """Moves the business date of a sandbox forward, one move at a time."""

    def __init__(self, database: Database, clock: Clock, around: Around | None = None) -> None:
        self._database = database
        self._clock = clock
        self._around = around
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._moving = Moving()
        self._before_end: list[Callable[[], object]] = []

    def before_end(self, act: Callable[[], object]) -> None:
        """Let something be done before each day ends: what others have a whole day for is done in a moment here."""
        self._before_end.append(act)

    @property
    def moving(self) -> Moving:
        """Tell where it is going."""
        return self._moving

    def move(self, days: int) -> date:
        """Begin to close so many days; while it moves, another wish changes nothing. Returns where it goes."""
        if not 1 <= days <= MOST_DAYS:
            raise InvalidInput(f"1 to {MOST_DAYS} days are closed at once", where="days")
        with self._lock:
            if self._moving.to is not None:
                return self._moving.to
            to = self._database.read(business_day.read).current_on + timedelta(days=days)
            self._moving = Moving(to)
            self._thread = threading.Thread(
                target=self._run, args=(to,), name="book-clock", daemon=True
            )
            self._thread.start()
            return to

    def stop(self) -> None:
        """Stop after the day that is being closed."""
        self._stopping = True
        if self._thread is not None:
            self._thread.join()

    def _run(self, to: date) -> None:
        try:
            while not self._stopping:
                day = self._database.read(business_day.read)
                if day.current_on >= to and not day.closing:
                    break
                if self._around and not day.closing:
                    self._around.day(self._database, day.current_on)
                if not day.closing:
                    for act in self._before_end:
                        act()
                end_of_day(self._database, at=self._clock.now(), workers=1)
            if self._around and not self._stopping:
                self._around.night(self._database)
            self._moving = Moving()
        except Exception:
            log.exception("the clock could not be moved", to=str(to))
            self._moving = Moving(failed=True)
