"""What the desks of care, money and operations list over the whole book: who waits, what moved, what ran."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from whiteslip.infra.crypto import Keyring
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.views import names

sql = Sql(__package__)


class OpenRelief(NamedTuple):
    """A relief that waits for somebody or runs, and whose it is."""

    customer_id: int
    relief_id: int
    line_id: int
    display_name: str
    form: str
    status: str
    needs_approval: bool
    amount_minor: int
    asked_on: date
    ends_on: date


class OpenDispute(NamedTuple):
    """A dispute nobody has decided, and whose it is."""

    customer_id: int
    dispute_id: int
    line_id: int
    display_name: str
    ground: str
    amount_minor: int
    opened_on: date
    answer_by: date


class AccountMove(NamedTuple):
    """What was posted to an account, in minor units."""

    account: str
    debit_minor: int
    credit_minor: int
    movements: int


class KindMove(NamedTuple):
    """What was posted of a kind, in minor units."""

    kind: str
    debit: str
    credit: str
    amount_minor: int
    movements: int


class FailedMessage(NamedTuple):
    """A message that was given up, and why."""

    customer_id: int
    notice_id: int
    channel: str
    kind: str
    why: str
    finished_at: datetime


class Plumbing(NamedTuple):
    """What waits in the outbox, since when, and when the nightly jobs ran last."""

    outbox: int
    outbox_since: datetime | None
    woven_on: date | None
    seen_on: date | None
    evaluated_on: date | None
    forecast_on: date | None


def open_reliefs(db: Connection, ring: Keyring | None, *, most: int) -> list[OpenRelief]:
    """List reliefs that wait or run, those that wait for staff first."""
    rows = [OpenRelief(*row) for row in sql.many(db, "list_open_reliefs", most=most)]
    return names.shown(db, rows, ring)


def open_disputes(db: Connection, ring: Keyring | None, *, most: int) -> list[OpenDispute]:
    """List disputes nobody has decided, the most urgent first."""
    rows = [OpenDispute(*row) for row in sql.many(db, "list_open_disputes", most=most)]
    return names.shown(db, rows, ring)


def moves_by_account(db: Connection, *, since: date, until: date) -> list[AccountMove]:
    """Sum by account what was posted in some days; debits and credits of all are equal."""
    rows = sql.many(db, "sum_moves_by_account", since=since, until=until)
    return [AccountMove(*row) for row in rows]


def moves_by_kind(db: Connection, *, since: date, until: date) -> list[KindMove]:
    """Sum by kind what was posted in some days."""
    return [KindMove(*row) for row in sql.many(db, "sum_moves_by_kind", since=since, until=until)]


def failed_messages(db: Connection, *, most: int) -> list[FailedMessage]:
    """List the messages given up, the latest first; what they said stands in the app all the same."""
    return [FailedMessage(*row) for row in sql.many(db, "list_failed_messages", most=most)]


def plumbing(db: Connection) -> Plumbing:
    """Tell what waits in the outbox and when each nightly job ran last."""
    return Plumbing(*sql.one(db, "find_plumbing"))
