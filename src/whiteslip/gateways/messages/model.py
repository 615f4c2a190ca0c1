"""A letter to be sent, and the three kinds of answer."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeAlias


class Letter(NamedTuple):
    """What is to be sent, under our own reference; after `until` it must not be delivered any more."""

    reference: str
    channel: str
    to: str
    text: str
    until: datetime | None


class Failure(StrEnum):
    """Why it is not known to be delivered. Only after `UNKNOWN` the person may have been reached all the same."""

    UNREACHABLE = "unreachable"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"
    REJECTED = "rejected"


class Delivered(NamedTuple):
    """The gateway has delivered it."""


class Accepted(NamedTuple):
    """The gateway has taken it and delivers it later, within the time it was given."""


class Failed(NamedTuple):
    """Not delivered as far as is known; `detail` is for the log and names no person."""

    failure: Failure
    detail: str


Answer: TypeAlias = Delivered | Accepted | Failed


class Gateway(Protocol):
    """Whoever can deliver."""

    address: str
    """Where it is asked."""

    def send(self, letter: Letter) -> Answer:
        """Send, and return within the time limit; never raises for what the other side does."""
        ...

    def knock(self) -> str | None:
        """Tell why nobody listens there, None when somebody does; nothing is asked."""
        ...
