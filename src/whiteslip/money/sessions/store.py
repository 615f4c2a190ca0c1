"""Keeping checkout sessions: one function a statement."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.infra.sql import Sql
from whiteslip.money.sessions.model import NewSession, Session

sql = Sql(__package__)


def insert_session(
    db: Connection, new: NewSession, *, token_hash: bytes, at: datetime, ends_at: datetime
) -> None:
    """Keep a session."""
    sql.run(db, "insert_session", **new._asdict(), token_hash=token_hash, at=at, ends_at=ends_at)


class Found(NamedTuple):
    """A session, and what the checkout answered to its last try, None before it did."""

    session: Session
    answer: Response | None


def find_session(db: Connection, customer_id: int, token_hash: bytes) -> Found | None:
    """Find a session, with an answer that may not be noted yet."""
    row = sql.maybe(db, "find_session", customer_id=customer_id, token_hash=token_hash)
    if row is None:
        return None
    *known, status, response = row
    return Found(Session(*known), None if status is None else Response(status, response))


def note_answer(
    db: Connection,
    customer_id: int,
    token_hash: bytes,
    *,
    attempt: int,
    purchase_id: int | None,
    is_waiting: bool,
) -> bool:
    """Note what came of a try: a purchase, or None for a decline; False when it was noted before."""
    noted = sql.run(
        db,
        "note_answer",
        customer_id=customer_id,
        token_hash=token_hash,
        attempt=attempt,
        purchase_id=purchase_id,
        is_waiting=is_waiting,
    )
    return noted > 0


def cancel_session(db: Connection, customer_id: int, token_hash: bytes, *, at: datetime) -> bool:
    """Call a session off; False when it is not open any more."""
    return sql.run(db, "cancel_session", customer_id=customer_id, token_hash=token_hash, at=at) > 0
