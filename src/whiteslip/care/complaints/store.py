"""Taking complaints in, and moving them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources

from whiteslip.care.complaints.model import (
    Complaint,
    ComplaintKey,
    Kept,
    Move,
    State,
    Terms,
)
from whiteslip.care.complaints.reading import read_terms
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import invariant
from whiteslip.risk.reviews.model import Case, CaseKey

sql = Sql(__package__)


@cache
def terms() -> Terms:
    """Read the shipped catalog, once."""
    file = resources.files(__package__ or "") / "data" / "causes.toml"
    return read_terms(file.read_text("utf-8"))


def insert_complaints(
    db: Connection, kept: Sequence[Kept], *, on: date, at: datetime
) -> set[ComplaintKey]:
    """Take complaints in; one of a customer, or about a line, that does not exist is left out of the answer."""
    if not kept:
        return set()
    news = [one.new for one in kept]
    rows = sql.many(
        db,
        "insert_complaints",
        customer_ids=arrays.bigints([one.key.customer_id for one in kept]),
        complaint_ids=arrays.bigints([one.key.complaint_id for one in kept]),
        line_ids=arrays.bigints([new.line_id for new in news]),
        due_ats=arrays.timestamps([one.due_at for one in kept]),
        channels=arrays.texts([new.channel for new in news]),
        causes=arrays.texts([new.cause for new in news]),
        actors=arrays.texts([new.actor for new in news]),
        words=arrays.texts([new.text for new in news]),
        on=on,
        at=at,
    )
    return {ComplaintKey(*row) for row in rows}


def place_complaints(db: Connection, placed: Sequence[tuple[ComplaintKey, int]]) -> None:
    """Note in which case each complaint lies, once."""
    if placed:
        sql.run(
            db,
            "place_complaints",
            customer_ids=arrays.bigints([key.customer_id for key, _ in placed]),
            complaint_ids=arrays.bigints([key.complaint_id for key, _ in placed]),
            case_ids=arrays.bigints([case_id for _, case_id in placed]),
        )


def find_cases(db: Connection, keys: Iterable[ComplaintKey]) -> set[CaseKey]:
    """Find the cases in which complaints lie; lock them before the complaints."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "find_cases",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        complaint_ids=arrays.bigints([key.complaint_id for key in ordered]),
    )
    return {CaseKey(*row) for row in rows}


def lock_complaints(db: Connection, keys: Iterable[ComplaintKey]) -> dict[ComplaintKey, Complaint]:
    """Lock complaints until the transaction ends, in key order, and read them as they are."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "lock_complaints",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        complaint_ids=arrays.bigints([key.complaint_id for key in ordered]),
    )
    complaints = [Complaint(*row)._replace(state=State(row.state)) for row in rows]
    return {complaint.key: complaint for complaint in complaints}


def begin_complaints(db: Connection, held: Sequence[Case], *, at: datetime) -> None:
    """Begin the review of what lies in cases that were just taken."""
    if held:
        sql.run(
            db,
            "begin_complaints",
            customer_ids=arrays.bigints([case.customer_id for case in held]),
            case_ids=arrays.bigints([case.case_id for case in held]),
            actors=arrays.texts([case.holder for case in held]),
            at=at,
        )


def move_complaints(db: Connection, moves: Sequence[Move], *, at: datetime) -> None:
    """Move complaints locked before in this transaction, each with its event."""
    if not moves:
        return
    moved = sql.many(
        db,
        "move_complaints",
        customer_ids=arrays.bigints([move.customer_id for move in moves]),
        complaint_ids=arrays.bigints([move.complaint_id for move in moves]),
        before=arrays.texts([move.before for move in moves]),
        after=arrays.texts([move.after for move in moves]),
        actors=arrays.texts([move.actor for move in moves]),
        notes=arrays.texts([move.note for move in moves]),
        causes=arrays.texts([move.found_cause for move in moves]),
        redresses=arrays.texts([move.redress for move in moves]),
        answers=arrays.texts([move.answer for move in moves]),
        answered_ons=arrays.dates([move.answered_on for move in moves]),
        at=at,
    )
    invariant(len(moved) == len(moves), "a complaint that is locked moves")


def find_pending(db: Connection, cases: Iterable[CaseKey]) -> set[CaseKey]:
    """Find which cases still hold a complaint that is not ended."""
    ordered = sorted(set(cases))
    rows = sql.many(
        db,
        "find_pending",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        case_ids=arrays.bigints([key.case_id for key in ordered]),
    )
    return {CaseKey(*row) for row in rows}
