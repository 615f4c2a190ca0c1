"""Cases as reviewers see them: the queue, and one case with its evidence and history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.risk.reviews.model import Case
from whiteslip.risk.reviews.store import as_case

sql = Sql(__package__)


class Piece(NamedTuple):
    """Evidence as it was frozen."""

    piece: int
    subject_type: str
    subject_id: int
    kept_on: date
    evidence: dict[str, Any]


class Step(NamedTuple):
    """Something that happened to a case."""

    step: int
    happened_at: datetime
    command: str
    from_state: str
    to_state: str
    actor: str
    note: str


class CaseView(NamedTuple):
    """A case with all a reviewer needs."""

    case: Case
    pieces: list[Piece]
    steps: list[Step]


def queue(
    db: Connection, *, kind: str | None, due_before: datetime | None, most: int
) -> list[Case]:
    """List cases that wait or are held, the most urgent first."""
    rows = sql.many(db, "list_cases", kind=kind, due_before=due_before, most=most)
    return [as_case(row) for row in rows]


def find(db: Connection, customer_id: int, case_id: int) -> CaseView | None:
    """Find a case with its evidence and history."""
    row = sql.maybe(db, "find_case", customer_id=customer_id, case_id=case_id)
    if row is None:
        return None
    pieces = sql.many(db, "list_case_pieces", customer_id=customer_id, case_id=case_id)
    steps = sql.many(db, "list_case_events", customer_id=customer_id, case_id=case_id)
    return CaseView(as_case(row), [Piece(*one) for one in pieces], [Step(*one) for one in steps])
