"""What may be reported of a failed debit."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from whiteslip.kernel.errors import Conflict, InvalidInput, WhiteslipError
from whiteslip.kernel.money import MAX_MINOR
from whiteslip.money.debits.model import FailedDebit
from whiteslip.money.lines.model import Line

EARLIEST: Final = timedelta(days=7)
"""How long before what it is for is due a debit may be asked for, and fail."""


def mistake(amount_minor: int, due_on: date, line: Line, *, reached: date) -> WhiteslipError | None:
    """Name what cannot be right: a bank is asked for a positive amount, for a due day that has come or is near."""
    if not 0 < amount_minor <= MAX_MINOR:
        return InvalidInput("an amount is positive", where="amount_minor")
    last = reached + EARLIEST
    if not line.opened_on <= due_on <= last:
        text = f"a debit that failed was for a due day from {line.opened_on} to {last}"
        return InvalidInput(text, where="due_on")
    return None


def same_report(known: FailedDebit, again: FailedDebit) -> FailedDebit | Conflict:
    """Answer a reference reported before with what was kept, or refuse it if it tells of something else."""
    if known == again._replace(debit_id=known.debit_id, failed_on=known.failed_on):
        return known
    return Conflict(f"another failed debit was reported under {known.reference!r}")
