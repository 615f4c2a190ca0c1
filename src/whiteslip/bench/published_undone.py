"""What published schedules take back: which step undoes which event."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from whiteslip.bench.published_terms import Json, day
from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.plans import events as happened
from whiteslip.money.plans.events import Event

_TRANSACTION: Final = re.compile(
    r'undo "(?P<nth>\d+)"th (?:"(?P<what>[^"]+)" )?\w+ made on "(?P<on>[^"]+)"', re.IGNORECASE
)
_LAST: Final[dict[str, type[Any]]] = {
    "re-aging": happened.ReAged,
    "re-amortization": happened.ReAmortized,
    "charge-off": happened.ChargedOff,
    "disburs": happened.Drawn,
}
"""The words of a step that undoes the last event of a kind."""
_WRITTEN: Final = ("%Y-%m-%d", "%Y%m%d", "%d %B %Y")


class Made(NamedTuple):
    """A transaction as they count them: an event, or the down payment that was made with a drawing."""

    event: Event
    is_down_payment: bool = False

    def instead(self, before: Event, after: Event) -> Made:
        """Go on as the transaction of what took an event's place."""
        return self._replace(event=after) if self.event is before else self


class Undone(NamedTuple):
    """Which transaction is taken back: the nth of a day, or the last of a kind."""

    nth: int = 1
    on: date | None = None
    kind: type[Any] | None = None

    def find(self, made: Sequence[Made]) -> Made:
        """Find it among those that were made, those undone before included."""
        if self.kind is not None:
            some = [one for one in reversed(made) if isinstance(one.event, self.kind)]
        else:
            some = [one for one in made if one.event.on == self.on]
        if len(some) < self.nth:
            raise InvalidInput("there is no transaction that this step undoes", where="undo")
        return some[self.nth - 1]


def undone_by(step: Json) -> Undone | None:
    """Read a step that undoes something, of its own kind or told in words; None for any other."""
    if step["kind"] == "undo":
        return Undone(int(step.get("nth", 1)), day(step["date"]))
    text = str(step.get("step", "")) if step["kind"] == "other" else ""
    if found := _TRANSACTION.search(text):
        return Undone(int(found["nth"]), _day(found["on"]))
    words = text.lower()
    if "undo" not in words:
        return None
    return next((Undone(kind=kind) for word, kind in _LAST.items() if word in words), None)


def _day(text: str) -> date:
    for form in _WRITTEN:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise InvalidInput(f"{text} is no date", where="undo")
