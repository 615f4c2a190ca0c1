"""Keeping accounts, sessions, links, the pace of tries, and what happened: one function a statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from whiteslip.infra.accounts.model import (
    Account,
    Event,
    EventKind,
    Kind,
    NewAccount,
    Pace,
    Policy,
    Role,
)
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.ids import MAX_ID

sql = Sql(__package__)


class Seen(NamedTuple):
    """Whose session it is, and when it was seen last."""

    account: Account
    seen_at: datetime


class Kept(NamedTuple):
    """An account with the hash of its password."""

    account: Account
    password_hash: str | None


def insert_account(
    db: Connection, new: NewAccount, *, actor: str, password_hash: str | None, at: datetime
) -> Account | None:
    """Keep an account; None when its name or its customer has one already."""
    row = sql.maybe(
        db,
        "insert_account",
        kind=new.kind.value,
        name=new.name,
        actor=actor,
        roles=sorted(role.value for role in new.roles),
        merchant_id=new.merchant_id,
        customer_id=new.customer_id,
        password_hash=password_hash,
        at=at,
    )
    return None if row is None else _account(row)


def find_account(db: Connection, actor: str) -> Kept | None:
    """Find an account by the one form of its name."""
    row = sql.maybe(db, "find_account", actor=actor)
    return None if row is None else Kept(_account(row), row.password_hash)


def find_account_by_id(db: Connection, account_id: int) -> Account | None:
    """Find an account by its number."""
    row = sql.maybe(db, "find_account_by_id", account_id=account_id)
    return None if row is None else _account(row)


def find_customer_account(db: Connection, customer_id: int) -> Account | None:
    """Find the account of a customer."""
    row = sql.maybe(db, "find_customer_account", customer_id=customer_id)
    return None if row is None else _account(row)


def list_accounts(
    db: Connection, *, shoppers: bool = False, after: int = 0, limit: int = 200
) -> list[Account]:
    """List accounts of staff and shops, or of customers, in the order they were made."""
    rows = sql.many(db, "list_accounts", shoppers=shoppers, after=after, limit=limit)
    return [_account(row) for row in rows]


def list_ready_accounts(db: Connection, *, limit: int) -> list[Account]:
    """List enabled accounts without a password, staff and shops first."""
    return [_account(row) for row in sql.many(db, "list_ready_accounts", limit=limit)]


def set_password(db: Connection, account_id: int, password_hash: str) -> bool:
    """Set a password; False for a customer's account or none."""
    return sql.run(db, "set_password", account_id=account_id, password_hash=password_hash) > 0


def disable_account(db: Connection, account_id: int, *, at: datetime) -> bool:
    """Disable an account; False if it is disabled or there is none."""
    return sql.run(db, "disable_account", account_id=account_id, at=at) > 0


def enable_account(db: Connection, account_id: int) -> bool:
    """Enable an account; False if it is enabled or there is none."""
    return sql.run(db, "enable_account", account_id=account_id) > 0


def insert_session(
    db: Connection, account_id: int, *, token_hash: bytes, at: datetime, ends_at: datetime
) -> bool:
    """Keep a session; False if the account is disabled."""
    facts = {"account_id": account_id, "token_hash": token_hash, "at": at, "ends_at": ends_at}
    return sql.run(db, "insert_session", **facts) > 0


def find_session(db: Connection, token_hash: bytes, policy: Policy, *, at: datetime) -> Seen | None:
    """Find whose session it is, unless it ended, was idle for too long or its account is disabled."""
    row = sql.maybe(
        db,
        "find_session",
        token_hash=token_hash,
        at=at,
        staff_since=at - timedelta(minutes=policy.staff_idle_minutes),
        shopper_since=at - timedelta(minutes=policy.shopper_idle_minutes),
    )
    return None if row is None else Seen(_account(row), row.seen_at)


def touch_session(db: Connection, token_hash: bytes, *, at: datetime) -> None:
    """Note that a session was seen."""
    sql.run(db, "touch_session", token_hash=token_hash, at=at)


def end_session(db: Connection, token_hash: bytes) -> bool:
    """End one session; False if there is none."""
    return sql.run(db, "end_session", token_hash=token_hash) > 0


def end_sessions(db: Connection, account_id: int) -> int:
    """End every session of an account and count them."""
    return sql.run(db, "end_sessions", account_id=account_id)


def drop_ended_sessions(db: Connection, account_id: int, *, at: datetime) -> None:
    """Drop the sessions of an account that have ended by themselves."""
    sql.run(db, "drop_ended_sessions", account_id=account_id, at=at)


def insert_link(
    db: Connection,
    customer_id: int,
    *,
    token_hash: bytes,
    made_by: str,
    at: datetime,
    ends_at: datetime,
) -> None:
    """Keep a link that opens a session as a customer."""
    sql.run(
        db,
        "insert_link",
        customer_id=customer_id,
        token_hash=token_hash,
        made_by=made_by,
        at=at,
        ends_at=ends_at,
    )


def find_link(db: Connection, token_hash: bytes, *, at: datetime) -> int | None:
    """Find whose session a link would open, if it still does."""
    row = sql.maybe(db, "find_link", token_hash=token_hash, at=at)
    return None if row is None else row.customer_id


def use_link(db: Connection, token_hash: bytes, *, at: datetime) -> int | None:
    """Use a link, once, and return its customer; None when it was used before or has ended."""
    row = sql.maybe(db, "use_link", token_hash=token_hash, at=at)
    return None if row is None else row.customer_id


def hold_pace(db: Connection, subjects: Sequence[str], *, at: datetime) -> dict[str, Pace]:
    """Hold how often these failed, so that tries at once are counted one after the other."""
    rows = sql.many(db, "hold_pace", subjects=sorted(set(subjects)), at=at)
    return {row.subject: Pace(row.failures, row.failed_at, row.waits_until) for row in rows}


def set_pace(db: Connection, subject: str, pace: Pace) -> None:
    """Set how often a subject failed and until when its next try waits."""
    sql.run(
        db,
        "set_pace",
        subject=subject,
        failures=pace.failures,
        at=pace.failed_at,
        waits_until=pace.waits_until,
    )


def append_account_event(
    db: Connection,
    account_id: int | None,
    kind: EventKind,
    *,
    actor: str,
    address: str,
    at: datetime,
    detail: str = "",
) -> None:
    """Append what an account did or what was done to it."""
    sql.run(
        db,
        "append_account_event",
        account_id=account_id,
        kind=kind.value,
        actor=actor,
        address=address,
        detail=detail,
        at=at,
    )


def list_account_events(db: Connection, *, before: int = MAX_ID, limit: int = 100) -> list[Event]:
    """List what happened to accounts, the latest first."""
    return sql.records(db, "list_account_events", Event, before=before, limit=limit)


def _account(row: Any) -> Account:
    return Account(
        row.account_id,
        Kind(row.kind),
        row.name,
        row.actor,
        frozenset(map(Role, row.roles)),
        row.merchant_id,
        row.customer_id,
        row.disabled_at,
    )
