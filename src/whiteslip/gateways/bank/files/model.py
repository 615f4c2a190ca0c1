"""What was read from a bank's file: its results, and the entries nobody understands, kept for a person."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from whiteslip.gateways.bank.model import Result


class Kind(StrEnum):
    """A status report on debits, or a notification of what was booked."""

    STATUS = "pain.002"
    NOTIFICATION = "camt.054"


class Unread(NamedTuple):
    """An entry that moves nothing until a person has looked; `raw` is its beginning and may name people.

    `where` is its place in the file with the line, `amount_minor` what it speaks of, None where that cannot be said.
    """

    where: str
    why: str
    raw: str
    amount_minor: int | None


class FileRead(NamedTuple):
    """A whole file; the same file again has the same `result_id`s. `pending` counts entries that are not final yet."""

    message_id: str
    kind: Kind
    results: tuple[Result, ...]
    unread: tuple[Unread, ...]
    pending: int = 0
