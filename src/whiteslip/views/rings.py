"""Rings as reviewers see them: the latest, and one with its evidence and what became of it."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class RingView(NamedTuple):
    """A ring as it was raised, and how its case stands."""

    customer_id: int
    ring_id: int
    case_id: int
    raised_on: date
    score: float
    evidence: dict[str, Any]
    state: str
    outcome: str | None


class RingActView(NamedTuple):
    """What one person asked for a member, and what another decided."""

    customer_id: int
    act_id: int
    line_id: int
    level: int
    reason: str
    note: str
    state: str
    asked_by: str
    decided_by: str | None


def latest(db: Connection, *, most: int) -> list[RingView]:
    """List rings, the latest first."""
    return [RingView(*row) for row in sql.many(db, "list_rings", most=most)]


def find(db: Connection, customer_id: int, ring_id: int) -> RingView | None:
    """Find a ring."""
    row = sql.maybe(db, "find_ring", customer_id=customer_id, ring_id=ring_id)
    return None if row is None else RingView(*row)


def acts_of(db: Connection, customer_id: int, ring_id: int) -> list[RingActView]:
    """List what was asked for members of a ring, the oldest first."""
    rows = sql.many(db, "list_ring_acts", customer_id=customer_id, ring_id=ring_id)
    return [RingActView(*row) for row in rows]
