"""A breaker: after failures in a row a party is left alone for a while, then asked by one question only."""

from __future__ import annotations

from datetime import datetime, timedelta


class Breaker:
    """Counts the failures of one outside party; one thread uses it.

    Closed, everything passes. After `failures` in a row it is open for `rest`: nothing passes. Then a single
    question passes; its success closes the breaker, its failure opens it for another `rest`.
    """

    def __init__(self, *, failures: int = 5, rest: timedelta = timedelta(seconds=15)) -> None:
        self._most = failures
        self._rest = rest
        self._in_a_row = 0
        self._open_until: datetime | None = None

    def allowed(self, wanted: int, *, at: datetime) -> int:
        """Say how many of so many questions may be asked now."""
        if self._open_until is None:
            return wanted
        return 0 if at < self._open_until else min(wanted, 1)

    def succeeded(self) -> None:
        """Note an answer, of whatever content: the party is there."""
        self._in_a_row = 0
        self._open_until = None

    def failed(self, *, at: datetime) -> None:
        """Note that there was no answer."""
        self._in_a_row += 1
        if self._in_a_row >= self._most:
            self._open_until = at + self._rest
