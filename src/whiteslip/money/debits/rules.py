"""What may be reported of a failed debit."""

from __future__ import annotations

from datetime import date

from whiteslip.kernel.errors import Conflict, InvalidInput, WhiteslipError
from whiteslip.kernel.money import MAX_MINOR
from whiteslip.money.debits.model import FailedDebit
from whiteslip.money.lines.model import Line


def mistake(amount_minor: int, due_on: date, line: Line, *, reached: date) -> WhiteslipError | None:
    """Name what cannot be right: a bank is asked for a positive amount, on a line's due day that has come."""
    if not 0 < amount_minor <= MAX_MINOR:
        return InvalidInput("an amount is positive", where="amount_minor")
    if not line.opened_on <= due_on <= reached:
        text = f"a debit that failed was due from {line.opened_on} to {reached}"
        return InvalidInput(text, where="due_on")
    return None


def same_report(known: FailedDebit, again: FailedDebit) -> FailedDebit | Conflict:
    """Answer a reference reported before with what was kept, or refuse it if it tells of something else."""
    if known == again._replace(debit_id=known.debit_id, failed_on=known.failed_on):
        return known
    return Conflict(f"another failed debit was reported under {known.reference!r}")
