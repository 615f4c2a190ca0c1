"""A payment source, and why one is stopped."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from whiteslip.money.lines.model import LineKey


class SourceKind(StrEnum):
    """What a source is; a repayment that came from it has this as its method."""

    WALLET = "wallet"
    CARD = "card"
    BANK_ACCOUNT = "bank_account"


class StopReason(StrEnum):
    """Why a source is not asked any more."""

    ASKED = "asked"
    ACCOUNT_CLOSED = "account_closed"
    MANDATE_MISSING = "mandate_missing"
    ERASED = "erased"


class NewSource(NamedTuple):
    """A source somebody gives a mandate for; `account` is the bank's own name for it, `label` what people are shown."""

    customer_id: int
    line_id: int
    kind: SourceKind
    label: str
    account: str
    holder: str
    mandate: str
    given_at: datetime


class Source(NamedTuple):
    """A source as it is kept; sources are asked in the order of their places."""

    customer_id: int
    source_id: int
    line_id: int
    place: int
    kind: SourceKind
    label: str
    account: str
    holder: str
    mandate: str
    given_at: datetime
    added_on: date
    stopped_on: date | None = None
    stop_reason: StopReason | None = None

    @property
    def line(self) -> LineKey:
        """The line it pays for."""
        return LineKey(self.customer_id, self.line_id)

    @property
    def is_active(self) -> bool:
        """Tell whether it may be asked."""
        return self.stopped_on is None


class Stop(NamedTuple):
    """A source to be stopped, and why."""

    customer_id: int
    source_id: int
    reason: StopReason
