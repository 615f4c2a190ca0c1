"""The only place that asks the machine what time it is; everything else is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from whiteslip.kernel.errors import InvalidInput


class Clock(Protocol):
    """Tells the present instant, aware and in UTC."""

    def now(self) -> datetime:
        """Tell the instant in UTC."""
        ...


class MachineClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Tell the machine's time in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved: for tests and the sandbox."""

    def __init__(self, at: datetime) -> None:
        self._at = _in_utc(at)

    def now(self) -> datetime:
        """Tell the instant the clock was set to."""
        return self._at

    def move_to(self, at: datetime) -> None:
        """Set the clock to a later (or, to test just that, an earlier) instant."""
        self._at = _in_utc(at)


def _in_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise InvalidInput("a clock is set to an instant with a time zone", where="at")
    return at.astimezone(UTC)
