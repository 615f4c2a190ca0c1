"""Cases as reviewers see them: the queue, and one case with its evidence and history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.risk.reviews.model import Case, Kind
from whiteslip.risk.reviews.store import as_case, desk

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


class Outcomes(NamedTuple):
    """How a case of a kind may be decided, and which of these teach what."""

    outcomes: tuple[str, ...]
    labels: Mapping[str, str]


def outcomes_of(kind: str) -> Outcomes:
    """Say how a case of a kind may be decided; one of some kinds is decided elsewhere."""
    found = desk().queues[Kind(kind)]
    return Outcomes(tuple(found.outcomes), {one: str(label) for one, label in found.labels.items()})


def count_waiting(db: Connection, *, at: datetime) -> list[Waiting]:
    """Count the cases that wait or are held by kind, and how many are past their due time."""
    return [Waiting(*row) for row in sql.many(db, "count_cases", at=at)]


class Waiting(NamedTuple):
    """Cases of a kind that wait or are held, and those of them past their due time."""

    kind: str
    cases: int
    overdue: int


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
