"""Record failed debits: a bank did not pay what it was asked for, and says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import NotFound, WhiteslipError
from whiteslip.money.debits.model import FailedDebit, Failure
from whiteslip.money.debits.rules import mistake, same_report
from whiteslip.money.debits.store import find_reported, insert_failed_debits
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import take_turns

__all__ = ["DebitReport", "FailedDebit", "Failure", "record_failed_debits"]


class DebitReport(NamedTuple):
    """What a bank or the shop reports of a debit that failed."""

    customer_id: int
    line_id: int
    amount_minor: int
    due_on: date
    failure: Failure
    reference: str


def record_failed_debits(
    db: Connection, reports: Sequence[DebitReport], *, at: datetime
) -> list[FailedDebit | WhiteslipError]:
    """Keep a batch of reports, in order; the lines are judged again once the events are delivered.

    A reference reported before, in this batch or earlier, is answered with what was kept, or is `Conflict` if it
    tells of something else. Nothing is owed more or less by it.
    """
    day = business_day.today(db)
    reached = business_day.days_reached(db, day, (one.customer_id for one in reports))
    lines = take_turns(db, (LineKey(one.customer_id, one.line_id) for one in reports))
    known = find_reported(
        db, [one.customer_id for one in reports], [one.reference for one in reports]
    )
    fresh: list[FailedDebit] = []
    answers: list[FailedDebit | WhiteslipError] = []
    for report, number in zip(reports, take_numbers(db, len(reports)), strict=True):
        key = LineKey(report.customer_id, report.line_id)
        line = lines.get(key)
        if line is None:
            answers.append(NotFound(f"customer {key.customer_id} has no line {key.line_id}"))
            continue
        on = reached[key.customer_id]
        debit = FailedDebit(key.customer_id, number, *report[1:], on)
        before = known.setdefault((key.customer_id, report.reference), debit)
        if before is not debit:
            answers.append(same_report(before, debit))
        elif error := mistake(report.amount_minor, report.due_on, line, reached=on):
            del known[key.customer_id, report.reference]
            answers.append(error)
        else:
            fresh.append(debit)
            answers.append(debit)
    insert_failed_debits(db, fresh, at=at)
    _announce(db, fresh, at=at)
    return answers


def _announce(db: Connection, debits: Sequence[FailedDebit], *, at: datetime) -> None:
    if debits:
        outbox.append(
            db,
            "money.debit-failed",
            customer_ids=[one.customer_id for one in debits],
            subject_ids=[one.debit_id for one in debits],
            at=at,
        )
