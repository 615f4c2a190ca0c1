"""What a bank's results do in other journeys: what paid is repaid, what failed is recorded, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from whiteslip.flows.correct_repayments import Reversal, reverse
from whiteslip.flows.record_failed_debits import DebitReport, record_failed_debits
from whiteslip.flows.repay import RepaymentRequest, repay
from whiteslip.flows.take_bank_results import Acts, Failed, Received, TakenBack
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, WhiteslipError

BANK: Final = "bank"
"""The name of the one bank there is."""


def repay_received(db: Connection, received: Sequence[Received], at: datetime) -> list[int]:
    """Repay what came in; returns the number of each repayment. A refusal undoes the whole transaction."""
    if not received:
        return []
    numbers: list[int] = []
    for answer in repay(db, [RepaymentRequest(*one) for one in received], at=at):
        if isinstance(answer, WhiteslipError):
            raise answer
        numbers.append(answer.repayment_id)
    return numbers


def report_failed(db: Connection, failed: Sequence[Failed], at: datetime) -> None:
    """Record debits that failed; what somebody else reported otherwise under a reference stays as it was."""
    if not failed:
        return
    for answer in record_failed_debits(db, [DebitReport(*one) for one in failed], at=at):
        if isinstance(answer, WhiteslipError) and not isinstance(answer, Conflict):
            raise answer


def reverse_returned(db: Connection, taken: Sequence[TakenBack], at: datetime) -> list[bool]:
    """Reverse repayments whose money was taken back; what a person must decide is not reversed."""
    note = "the bank says that the payment was taken back"
    answers = reverse(db, [Reversal(*one, note, None) for one in taken], at=at)
    for answer in answers:
        if isinstance(answer, WhiteslipError) and not isinstance(answer, Conflict):
            raise answer
    return [not isinstance(answer, WhiteslipError) for answer in answers]


ACTS: Final = Acts(repay_received, report_failed, reverse_returned)
"""The journeys that results act in."""
