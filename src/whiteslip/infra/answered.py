"""What shops are answered at checkout, counted and kept by minute: an outage leaves no other trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql("whiteslip.infra")

_FAULT: Final = 500
_TURNED_AWAY: Final = 429
MOST_MINUTES: Final = 24 * 60
"""So many minutes that could not be written are remembered; the oldest go first."""


class Counts(NamedTuple):
    """Answers, those of them that were a fault of ours, and those of a full queue."""

    answers: int = 0
    faults: int = 0
    turned_away: int = 0

    def plus(self, other: Counts) -> Counts:
        """Add up."""
        return Counts(*(one + another for one, another in zip(self, other, strict=True)))

    def less(self, other: Counts) -> Counts:
        """Take away."""
        return Counts(*(one - another for one, another in zip(self, other, strict=True)))


class Tally:
    """Counts of one process. The loop that answers adds, another thread takes: totals only grow, no lock."""

    def __init__(self) -> None:
        self._answers = 0
        self._faults = 0
        self._turned_away = 0
        self._taken = Counts()
        self._waiting: dict[datetime, Counts] = {}

    def note(self, status: int) -> None:
        """Count an answer by its status."""
        self._answers += 1
        if status >= _FAULT:
            self._faults += 1
        elif status == _TURNED_AWAY:
            self._turned_away += 1

    def take(self, *, at: datetime) -> Mapping[datetime, Counts]:
        """Put what was counted since the last call into the minute of `at`; return all that is not written yet.

        The present minute is always among them: a server that answered nobody says so.
        """
        totals = Counts(faults=self._faults, turned_away=self._turned_away)
        totals = totals._replace(answers=self._answers)  # read last: never fewer than the others
        minute = at.replace(second=0, microsecond=0)
        fresh = totals.less(self._taken)
        self._taken = totals
        self._waiting[minute] = self._waiting.get(minute, Counts()).plus(fresh)
        for oldest in sorted(self._waiting)[:-MOST_MINUTES]:
            del self._waiting[oldest]
        return dict(self._waiting)

    def written(self, minutes: Mapping[datetime, Counts]) -> None:
        """Forget what was written."""
        for minute, counts in minutes.items():
            left = self._waiting[minute].less(counts)
            if left == Counts():
                del self._waiting[minute]
            else:
                self._waiting[minute] = left


CHECKOUT: Final = Tally()
"""What this process answered to POST /v1/purchases."""


def add_counts(db: Connection, minutes: Mapping[datetime, Counts], *, on: date) -> None:
    """Add counts to those of their minutes, whichever servers wrote these."""
    ordered: Sequence[datetime] = sorted(minutes)
    sql.run(
        db,
        "add_counts",
        minutes=arrays.timestamps(ordered),
        answers=arrays.bigints([minutes[one].answers for one in ordered]),
        faults=arrays.bigints([minutes[one].faults for one in ordered]),
        turned_away=arrays.bigints([minutes[one].turned_away for one in ordered]),
        on=on,
    )


def drop_counts(db: Connection, *, at: datetime, days: int) -> int:
    """Drop counts older than so many days; return how many minutes went."""
    return sql.run(db, "drop_counts", before=at - timedelta(days=days))
