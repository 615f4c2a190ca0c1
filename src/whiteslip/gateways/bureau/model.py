"""A question to the bureau, and the three kinds of answer."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeAlias


class Inquiry(NamedTuple):
    """A question about one person, under our own reference.

    `id_token` is the keyed hash of the identity number under the key agreed with the bureau, in hex: the number
    itself is kept by nobody here. `asked_on` is the business date of the question.
    """

    reference: str
    name: str
    id_token: str
    id_last4: str
    birth_on: date
    asked_on: date


class Failure(StrEnum):
    """Why there is no answer; `REJECTED` is the only one a repetition cannot mend."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    UNAVAILABLE = "unavailable"
    REJECTED = "rejected"
    OVERSIZED = "oversized"


class Received(NamedTuple):
    """A body as it came, neither parsed nor believed."""

    body: bytes


class Pending(NamedTuple):
    """The bureau has taken the question and is not ready: ask again under the same reference."""

    retry_after_s: int


class Failed(NamedTuple):
    """No answer; `detail` is for the log and names no person."""

    failure: Failure
    detail: str


Answer: TypeAlias = Received | Pending | Failed


class Bureau(Protocol):
    """Whoever can be asked."""

    address: str
    """Where it is asked."""

    def inquire(self, inquiry: Inquiry) -> Answer:
        """Ask, and return within the time limit; never raises for what the other side does."""
        ...

    def knock(self) -> str | None:
        """Tell why nobody listens there, None when somebody does; nothing is asked."""
        ...
