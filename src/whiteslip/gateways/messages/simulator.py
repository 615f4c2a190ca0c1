"""A message gateway that does not exist, as a process of its own: over HTTP like a real one, on bad days too.

`POST /v1/messages` is the gateway. `/control` belongs to whoever tests: `PUT` sets what it does, `GET` tells what
it was sent and what it delivered. It listens on the loopback interface only and keeps everything in memory.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from threading import Lock
from time import sleep
from types import MappingProxyType
from typing import Any, NamedTuple

from whiteslip.gateways import simulated

SLOW_S = 2.0
HANGING_S = 60.0
LATE_BY = timedelta(hours=1)


class Behavior(StrEnum):
    """How a letter to an address goes."""

    NORMAL = "normal"
    SLOW = "slow"
    DOWN = "down"
    REJECTED = "rejected"
    TWICE = "twice"
    LATE = "late"
    LOST = "lost"
    HANGING = "hanging"
    FAULTY = "faulty"


BY_CODE: Mapping[str, Behavior] = MappingProxyType(
    {
        "900": Behavior.NORMAL,
        "901": Behavior.SLOW,
        "902": Behavior.DOWN,
        "903": Behavior.REJECTED,
        "904": Behavior.TWICE,
        "905": Behavior.LATE,
        "906": Behavior.LOST,
        "907": Behavior.HANGING,
        "908": Behavior.FAULTY,
    }
)
"""By the last three characters of an address before any @; whoever is not named here is normal."""


class Letter(NamedTuple):
    """What the gateway was sent."""

    reference: str
    channel: str
    to: str
    text: str
    until: datetime | None


class Simulator:
    """What the gateway remembers; shared by the threads that answer.

    A letter is delivered once, however often it is sent. One that is late is delivered an hour after it was taken,
    and not at all when its time is over by then; `at` is the gateway's own clock unless it is told another.
    """

    def __init__(self, *, slow_s: float = SLOW_S) -> None:
        self.slow_s = slow_s
        self._lock = Lock()
        self._forget()

    def _forget(self) -> None:
        self._down = False
        self._at: datetime | None = None
        self._named: dict[str, Behavior] = {}
        self._letters: dict[str, Letter] = {}
        self._tries: dict[str, int] = {}
        self._delivered: dict[str, int] = {}
        self._expired: dict[str, int] = {}

    def control(self, said: dict[str, Any]) -> None:
        """Forget everything (`reset`), go down or up (`down`), name behaviors (`people`), set the clock (`at`)."""
        with self._lock:
            if said.get("reset"):
                self._forget()
            self._down = bool(said.get("down", self._down))
            if "at" in said:
                self._at = said["at"] and datetime.fromisoformat(said["at"])
            for to, behavior in said.get("people", {}).items():
                self._named[to] = Behavior(behavior)

    def seen(self) -> dict[str, Any]:
        """Tell how often each letter was sent, how often delivered or given up, and what they say."""
        with self._lock:
            texts = {name: letter.text for name, letter in self._letters.items()}
            return {
                "tries": dict(self._tries),
                "delivered": dict(self._delivered),
                "expired": dict(self._expired),
                "texts": texts,
                "to": {name: letter.to for name, letter in self._letters.items()},
            }

    def take(self, letter: Letter) -> tuple[Behavior, int]:
        """Note a letter; returns how to behave and how often it was sent, from 1.

        A reference that stood for another letter before is refused.
        """
        with self._lock:
            if self._letters.setdefault(letter.reference, letter)[1:4] != letter[1:4]:
                return Behavior.REJECTED, 0
            tries = self._tries[letter.reference] = self._tries.get(letter.reference, 0) + 1
            code = letter.to.partition("@")[0][-3:]
            behavior = self._named.get(letter.to) or BY_CODE.get(code, Behavior.NORMAL)
            return (Behavior.DOWN if self._down else behavior), tries

    def deliver(self, letter: Letter, *, late_by: timedelta = timedelta(0)) -> bool:
        """Deliver a letter, once; False when its time is over."""
        with self._lock:
            at = (self._at or datetime.now(UTC)) + late_by  # noqa: TID251 - an outside party has a clock of its own
            if letter.reference in self._delivered:
                return True
            if letter.until is not None and at >= letter.until:
                self._expired[letter.reference] = 1
                return False
            self._delivered[letter.reference] = 1
            return True


class _Handler(simulated.Handler):
    def answer(self) -> None:
        """Take a letter."""
        letter = _letter(self.read())
        if self.path != "/v1/messages" or letter is None:
            self.reply(404 if letter else 400)
            return
        behavior, tries = self.simulator.take(letter)
        if behavior is Behavior.DOWN:
            self.reply(503)
        elif behavior is Behavior.REJECTED:
            self.reply(422)
        elif behavior is Behavior.FAULTY and tries == 1:
            self.reply(500)
        elif behavior is Behavior.LATE:
            self.simulator.deliver(letter, late_by=LATE_BY)
            self.reply(202)
        else:
            self._deliver(letter, behavior, tries)

    def _deliver(self, letter: Letter, behavior: Behavior, tries: int) -> None:
        if behavior is Behavior.SLOW:
            sleep(self.simulator.slow_s)
        if not self.simulator.deliver(letter):
            self.reply(410)
            return
        if behavior is Behavior.LOST and tries == 1:
            self.close_connection = True  # it is delivered, the answer never arrives
            return
        if behavior is Behavior.HANGING and tries == 1:
            sleep(HANGING_S)
        for _ in range(2 if behavior is Behavior.TWICE else 1):
            self.reply(200)


def _letter(body: bytes) -> Letter | None:
    try:
        said: Any = json.loads(body)
        until = said["deliver_until"]
        named = [str(said[key]) for key in ("reference", "channel", "to", "text")]
        return Letter(*named, until=None if until is None else datetime.fromisoformat(until))
    except (ValueError, KeyError, TypeError):
        return None


def serve(*, port: int, slow_s: float = SLOW_S, with_parent: bool = False) -> None:
    """Serve until told to end."""
    simulator = Simulator(slow_s=slow_s)
    simulated.serve("message simulator", simulator, _Handler, port=port, with_parent=with_parent)
