"""Asking the reader of files, in short words."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.gateways.bank.bank_files import Told, booked, notification

from whiteslip.gateways.bank.files import reader
from whiteslip.gateways.bank.files.model import FileRead
from whiteslip.kernel.errors import InvalidInput


def as_notification(entries: Sequence[Told]) -> bytes:
    """The same as entries that were booked."""
    return notification([booked(each) for each in entries])


def why(read: FileRead) -> list[str]:
    """Why entries are kept."""
    return [each.why for each in read.unread]


def refusal(body: bytes) -> InvalidInput:
    """Why a file is refused."""
    with pytest.raises(InvalidInput) as refused:
        reader.read(body)
    return refused.value
