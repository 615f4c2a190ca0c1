"""What a person may see of what is held on them: consents, everything by table, and requests that run."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from whiteslip.care.privacy import store
from whiteslip.care.privacy.model import Consent, Purpose
from whiteslip.infra.crypto import Keyring
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class ConsentView(NamedTuple):
    """A purpose and recipient with what was said of it, None where nothing was."""

    purpose: Purpose
    recipient: str
    said: Consent | None


class ExportView(NamedTuple):
    """Everything held on a person; name and contact in clear, None where they are not known or erased."""

    customer_id: int
    name: str | None
    contact: str | None
    erased: bool
    tables: dict[str, list[Any]]
    left_out: tuple[str, ...]


class BureauRequestView(NamedTuple):
    """A request that a bureau's data be corrected."""

    request_id: int
    subject: str
    asked_on: date
    due_on: date


def consents(db: Connection, customer_id: int) -> list[ConsentView] | None:
    """List all that may be consented to, and how it stands; None if there is no such person."""
    if sql.maybe(db, "find_customer", customer_id=customer_id) is None:
        return None
    said = {(one.purpose, one.recipient): one for one in store.read_consents(db, [customer_id])}
    return [
        ConsentView(purpose, recipient, said.get((purpose.name, recipient)))
        for purpose in store.terms().purposes.values()
        for recipient in sorted(purpose.recipients)
    ]


def export(db: Connection, customer_id: int, ring: Keyring) -> ExportView | None:
    """Gather everything held on a person; None if there is no such person."""
    if sql.maybe(db, "find_customer", customer_id=customer_id) is None:
        return None
    people = store.read_people(db, [customer_id], ring)
    person = people.get(customer_id)
    return ExportView(
        customer_id,
        person.name if person else None,
        person.contact if person else None,
        customer_id in people and person is None,
        store.export(db, customer_id),
        tuple(sorted(store.SECRETS)),
    )


def bureau_requests(db: Connection, customer_id: int) -> list[BureauRequestView]:
    """List what a person asked a bureau to correct, newest first."""
    rows = sql.many(db, "list_bureau_corrections", customer_id=customer_id)
    return [BureauRequestView(*row) for row in rows]
