"""Finding what appeals are about, taking them in, and moving them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources

import msgspec

from whiteslip.care.appeals.model import (
    Appeal,
    AppealKey,
    Form,
    Kept,
    Move,
    State,
    Subject,
    SubjectKey,
    Terms,
)
from whiteslip.care.appeals.reading import read_terms
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import invariant
from whiteslip.risk.reviews.model import Case, CaseKey, SubjectType
from whiteslip.risk.reviews.rules import people_of

sql = Sql(__package__)


@cache
def terms() -> Terms:
    """Read the shipped terms, once."""
    file = resources.files(__package__ or "") / "data" / "appeals.toml"
    return read_terms(file.read_text("utf-8"))


def find_subjects(db: Connection, keys: Iterable[SubjectKey]) -> dict[SubjectKey, Subject]:
    """Find decisions as they are now; what is not the customer's is absent."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "find_subjects",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        subject_types=arrays.texts([key.type for key in ordered]),
        subject_ids=arrays.bigints([key.subject_id for key in ordered]),
    )
    return {
        SubjectKey(row.customer_id, SubjectType(row.subject_type), row.subject_id): Subject(
            row.line_id,
            row.application_id,
            people_of(row.actors),
            row.by_machine,
            row.frozen,
        )
        for row in rows
    }


def insert_appeals(
    db: Connection, kept: Sequence[Kept], *, on: date, at: datetime
) -> set[AppealKey]:
    """Take appeals in; those about what is under appeal already are left out of the answer."""
    if not kept:
        return set()
    news = [one.new for one in kept]
    subjects = [one.subject for one in kept]
    rows = sql.many(
        db,
        "insert_appeals",
        customer_ids=arrays.bigints([one.key.customer_id for one in kept]),
        appeal_ids=arrays.bigints([one.key.appeal_id for one in kept]),
        subject_ids=arrays.bigints([new.subject.subject_id for new in news]),
        line_ids=arrays.bigints([subject.line_id for subject in subjects]),
        application_ids=arrays.bigints([subject.application_id for subject in subjects]),
        due_ats=arrays.timestamps([one.due_at for one in kept]),
        forms=arrays.texts([new.form for new in news]),
        subject_types=arrays.texts([new.subject.type for new in news]),
        actors=arrays.texts([new.actor for new in news]),
        words=arrays.texts([new.text for new in news]),
        wants=arrays.texts([new.wants for new in news]),
        attachments=arrays.texts([new.attachments for new in news]),
        deciders=arrays.jsons([msgspec.json.encode(subject.actors) for subject in subjects]),
        on=on,
        at=at,
    )
    return {AppealKey(*row) for row in rows}


def place_appeals(db: Connection, placed: Sequence[tuple[AppealKey, int]]) -> None:
    """Note in which case each appeal lies, once."""
    if placed:
        sql.run(
            db,
            "place_appeals",
            customer_ids=arrays.bigints([key.customer_id for key, _ in placed]),
            appeal_ids=arrays.bigints([key.appeal_id for key, _ in placed]),
            case_ids=arrays.bigints([case_id for _, case_id in placed]),
        )


def find_cases(db: Connection, keys: Iterable[AppealKey]) -> set[CaseKey]:
    """Find the cases in which appeals lie; lock them before the appeals."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "find_cases",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        appeal_ids=arrays.bigints([key.appeal_id for key in ordered]),
    )
    return {CaseKey(*row) for row in rows}


def lock_appeals(db: Connection, keys: Iterable[AppealKey]) -> dict[AppealKey, Appeal]:
    """Lock appeals until the transaction ends, in key order, and read them as they are."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "lock_appeals",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        appeal_ids=arrays.bigints([key.appeal_id for key in ordered]),
    )
    appeals = [
        Appeal(*row)._replace(
            form=Form(row.form),
            subject_type=SubjectType(row.subject_type),
            state=State(row.state),
            decided_by_before=tuple(row.decided_by_before),
        )
        for row in rows
    ]
    return {appeal.key: appeal for appeal in appeals}


def begin_appeals(db: Connection, held: Sequence[Case], *, at: datetime) -> None:
    """Begin the review of what lies in cases that were just taken."""
    if held:
        sql.run(
            db,
            "begin_appeals",
            customer_ids=arrays.bigints([case.customer_id for case in held]),
            case_ids=arrays.bigints([case.case_id for case in held]),
            actors=arrays.texts([case.holder for case in held]),
            at=at,
        )


def move_appeals(db: Connection, moves: Sequence[Move], *, at: datetime) -> None:
    """Move appeals locked before in this transaction, each with its event."""
    if not moves:
        return
    moved = sql.many(
        db,
        "move_appeals",
        customer_ids=arrays.bigints([move.customer_id for move in moves]),
        appeal_ids=arrays.bigints([move.appeal_id for move in moves]),
        before=arrays.texts([move.before for move in moves]),
        after=arrays.texts([move.after for move in moves]),
        actors=arrays.texts([move.actor for move in moves]),
        notes=arrays.texts([move.note for move in moves]),
        outcomes=arrays.texts([move.outcome for move in moves]),
        answers=arrays.texts([move.answer for move in moves]),
        decided_ons=arrays.dates([move.decided_on for move in moves]),
        at=at,
    )
    invariant(len(moved) == len(moves), "an appeal that is locked moves")


def find_pending(db: Connection, cases: Iterable[CaseKey]) -> set[CaseKey]:
    """Find which cases still hold an appeal that is not ended."""
    ordered = sorted(set(cases))
    rows = sql.many(
        db,
        "find_pending",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        case_ids=arrays.bigints([key.case_id for key in ordered]),
    )
    return {CaseKey(*row) for row in rows}
