"""The lookout: a thread that keeps what was answered at checkout, and feels what cannot wait for the night."""

from __future__ import annotations

from datetime import datetime

from whiteslip.flows.warn_early import feel_signals
from whiteslip.infra import answered, business_day
from whiteslip.infra.answered import Tally
from whiteslip.infra.clock import Clock
from whiteslip.infra.database import Connection, Database
from whiteslip.risk.signals.model import Catalog, Pulse
from whiteslip.views.warnings import catalog as shipped
from whiteslip.worker.turns import Worker

KEPT_DAYS = 400
"""How long minutes are kept: what an indicator of a day looks at, and a year to compare with."""


class Lookout(Worker):
    """Works until it is stopped. What cannot be written while the database is away is written once it is back."""

    NAME = "lookout"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        tally: Tally | None = None,
        catalog: Catalog | None = None,
    ) -> None:
        super().__init__()
        self._database = database
        self._clock = clock
        self._tally = tally or answered.CHECKOUT
        self._catalog = catalog or shipped()
        self._dropped_at: datetime | None = None
        self.IDLE_S = float(self._catalog.rhythm.every_seconds)

    def work(self) -> bool:
        """Take a turn; there is never more to do at once."""
        self.turn()
        return False

    def turn(self) -> tuple[Pulse, ...]:
        """Keep what was counted, and feel every fast indicator."""
        at = self._clock.now()
        minutes = self._tally.take(at=at)

        def keep(db: Connection) -> None:
            answered.add_counts(db, minutes, on=business_day.read(db).current_on)

        self._database.write(keep)
        self._tally.written(minutes)
        self._drop(at)
        return feel_signals(self._database, at=at, catalog=self._catalog)

    def _drop(self, at: datetime) -> None:
        """Once a day, drop what is too old."""
        if self._dropped_at is None or at.date() != self._dropped_at.date():
            self._database.write(lambda db: answered.drop_counts(db, at=at, days=KEPT_DAYS))
            self._dropped_at = at
