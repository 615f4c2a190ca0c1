"""Keeping decisions and reading them back; a record is written once and never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any, NamedTuple

import msgspec

from whiteslip.decisioning.decisions import other_ways
from whiteslip.decisioning.decisions.model import Decision, ScoreSeen
from whiteslip.decisioning.decisions.other_ways import Offering
from whiteslip.decisioning.decisions.rules import read_facts, write_facts
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.ids import OwnedId
from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome

sql = Sql(__package__)

_encode = msgspec.json.Encoder().encode


@cache
def offering() -> Offering:
    """Read which other ways to pay are tried, once."""
    file = resources.files(__package__ or "") / "data" / "other-ways.toml"
    return other_ways.read(file.read_text("utf-8"))


def record(db: Connection, decisions: Sequence[Decision]) -> None:
    """Keep decisions; one that is kept already is a fault of the program and refused by its key."""
    ordered = sorted(decisions, key=_moment)
    for (book, on, at), group in groupby(ordered, key=_moment):
        some = list(group)
        insert_decisions(
            db,
            book,
            customer_ids=[one.customer_id for one in some],
            decision_ids=[one.decision_id for one in some],
            book_versions=[one.book_version for one in some],
            outcomes=[int(one.outcome) for one in some],
            fired=[one.fired for one in some],
            unknown=[one.unknown for one in some],
            facts=[write_facts(one.facts) for one in some],
            reasons=[" ".join(one.reasons) for one in some],
            scores=[write_scores(*one.scores) for one in some],
            on=on,
            at=at,
        )


def insert_decisions(
    db: Connection,
    book: str,
    *,
    customer_ids: Sequence[int],
    decision_ids: Sequence[int],
    book_versions: Sequence[int],
    outcomes: Sequence[int],
    fired: Sequence[int],
    unknown: Sequence[int],
    facts: Sequence[str],
    reasons: Sequence[str],
    scores: Sequence[bytes | None],
    on: date,
    at: datetime,
) -> None:
    """Keep decisions of one book as columns; `reasons` are codes parted by a space."""
    sql.run(
        db,
        "insert_decisions",
        book=book,
        customer_ids=arrays.bigints(customer_ids),
        decision_ids=arrays.bigints(decision_ids),
        book_versions=arrays.ints(book_versions),
        outcomes=arrays.smallints(outcomes),
        fired=arrays.bigints(fired),
        unknown=arrays.bigints(unknown),
        facts=arrays.texts(facts),
        reasons=arrays.texts(reasons),
        scores=arrays.jsons(scores),
        decided_on=on,
        decided_at=at,
    )


def write_scores(*scores: ScoreSeen | None) -> bytes | None:
    """Write the scores a decision saw as they are kept; None for none."""
    seen = [score for score in scores if score is not None]
    return _encode(seen) if seen else None


def read_decisions(db: Connection, ids: Iterable[OwnedId]) -> dict[OwnedId, Decision]:
    """Read the decisions that exist among these ids."""
    wanted = sorted(set(ids))
    rows = sql.many(
        db,
        "read_decisions",
        customer_ids=arrays.bigints([id_.customer_id for id_ in wanted]),
        decision_ids=arrays.bigints([id_.number for id_ in wanted]),
    )
    return {OwnedId(row.customer_id, row.decision_id): _decision(row) for row in rows}


class Recorded(NamedTuple):
    """One of the decisions of a book; `facts` as they are kept, in the order of its version's inputs."""

    customer_id: int
    decision_id: int
    book_version: int
    outcome: int
    fired: int
    unknown: int
    decided_on: date
    facts: str


def read_recorded(db: Connection, book: str, *, first_on: date, last_on: date) -> list[Recorded]:
    """Read what a book decided in a period, both days included."""
    return sql.records(db, "read_recorded", Recorded, book=book, first_on=first_on, last_on=last_on)


def _moment(decision: Decision) -> tuple[str, date, datetime]:
    return decision.book, decision.decided_on, decision.decided_at


def _decision(row: Any) -> Decision:
    return Decision(
        customer_id=row.customer_id,
        decision_id=row.decision_id,
        book=row.book,
        book_version=row.book_version,
        outcome=Outcome(row.outcome),
        fired=row.fired,
        unknown=row.unknown,
        facts=read_facts(row.facts),
        reasons=tuple(map(ReasonCode, row.reasons)),
        scores=tuple(ScoreSeen(*one) for one in row.scores or ()),
        decided_on=row.decided_on,
        decided_at=row.decided_at,
    )
