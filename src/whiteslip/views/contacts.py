"""Where a person can be reached, what flags they have, and what was sent to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class ContactView(NamedTuple):
    """A contact point; its address is whole here."""

    customer_id: int
    contact_id: int
    channel: str
    address: str
    zone: str
    may_at_night: bool
    verified_at: datetime | None
    opted_out_at: datetime | None


class FlagView(NamedTuple):
    """A flag that stands or is going to; `stands` is about today."""

    customer_id: int
    flag_id: int
    flag: str
    since_on: date
    until_on: date | None
    stands: bool


class MessageView(NamedTuple):
    """A notice on its way to a contact point; `why` says why it failed or was dropped."""

    customer_id: int
    notice_id: int
    contact_id: int
    channel: str
    kind: str
    klass: str
    status: str
    why: str | None
    tries: int
    queued_at: datetime
    not_before: datetime
    finished_at: datetime | None


def list_contacts(db: Connection, customer_id: int) -> list[ContactView]:
    """List a person's contact points, the oldest first."""
    return [ContactView(*row) for row in sql.many(db, "list_contacts", customer_id=customer_id)]


def list_flags(db: Connection, customer_id: int) -> list[FlagView]:
    """List a person's flags that have not ended."""
    return [FlagView(*row) for row in sql.many(db, "list_contact_flags", customer_id=customer_id)]


def list_messages(db: Connection, customer_id: int) -> list[MessageView]:
    """List the newest hundred messages to a person."""
    return [MessageView(*row) for row in sql.many(db, "list_messages", customer_id=customer_id)]
