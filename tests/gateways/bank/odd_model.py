"""What must come of an odd file, and the entries it is drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple, TypeAlias

from tests.gateways.bank.bank_files import booked, notification, status_report, told


class Moved(NamedTuple):
    """What must be read of one entry."""

    reference: str
    outcome: str
    amount_minor: int
    reason: str | None = None
    currency: str = "CNY"


class Reads(NamedTuple):
    """The file is read: these results in order, why the others are not, and how many are not final."""

    results: tuple[Moved, ...]
    unread: tuple[str, ...] = ()
    pending: int = 0


class Refused(NamedTuple):
    """The file is refused whole, and it is said why."""

    why: str


Expected: TypeAlias = Reads | Refused
Drawn: TypeAlias = Iterator[tuple[bytes, Expected]]


NOT_XML = Refused("not XML, or not all of it")


def paid(number: int) -> Moved:
    """What must be read of `told(number)`."""
    return Moved(f"r-{number}", "paid", 100 * number + number % 100)


def failed(number: int, reason: str = "AM04") -> Moved:
    """What must be read of `told(number, "RJCT", reason)`."""
    return paid(number)._replace(outcome="failed", reason=reason)


def some(draw: Random) -> list[int]:
    return draw.sample(range(1, 900), draw.randint(2, 6))


def report(numbers: Sequence[int], **more: str) -> bytes:
    return status_report([told(number) for number in numbers], **more)


def notice(numbers: Sequence[int], **more: str) -> bytes:
    return notification([booked(told(number)) for number in numbers], **more)


def either(draw: Random, numbers: Sequence[int]) -> bytes:
    return draw.choice((report, notice))(numbers)


def all_of(numbers: Sequence[int]) -> Reads:
    return Reads(tuple(paid(number) for number in numbers))
