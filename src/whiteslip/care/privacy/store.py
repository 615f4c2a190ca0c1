"""Keeping consents, sealing people's own data, exporting everything held on a person, and destroying keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import msgspec
from psycopg import sql as composing

from whiteslip.care.privacy import reading
from whiteslip.care.privacy.model import (
    Consent,
    ConsentCommand,
    ConsentRequest,
    ConsentState,
    Kept,
    Person,
    Sealed,
    Standing,
    Terms,
)
from whiteslip.infra import arrays
from whiteslip.infra.crypto import Keyring
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)

SECRETS = frozenset({"care.data_key"})
"""Tables whose rows are keys and no data: the only ones that no export shows."""


class ErasureAsked(NamedTuple):
    """Somebody asked to be erased, and what they are kept for."""

    customer_id: int
    erasure_id: int
    kept_for: tuple[Kept, ...]
    actor: str


@cache
def terms() -> Terms:
    """Read the shipped parameters, once."""
    file = resources.files(__package__ or "") / "data" / "privacy.toml"
    return reading.read(file.read_text("utf-8"))


def bar_people(db: Connection, customer_ids: Iterable[int]) -> None:
    """Let nobody else change consents, own data or keys of these people before this transaction ends."""
    sql.many(db, "bar_people", customer_ids=_ids(customer_ids))


def append_consents(
    db: Connection,
    said: Sequence[ConsentRequest],
    numbers: Sequence[int],
    *,
    actor: str,
    at: datetime,
) -> None:
    """Append what people said."""
    sql.run(
        db,
        "append_consents",
        customer_ids=arrays.bigints([one.customer_id for one in said]),
        consent_ids=arrays.bigints(numbers),
        said_ats=arrays.timestamps([one.said_at for one in said]),
        purposes=arrays.texts([one.purpose for one in said]),
        recipients=arrays.texts([one.recipient for one in said]),
        actors=arrays.texts([actor] * len(said)),
        given=arrays.bools([one.command is ConsentCommand.GIVE for one in said]),
        at=at,
    )


def read_consents(db: Connection, customer_ids: Iterable[int]) -> list[Consent]:
    """Read the consents of people as they stand, those given with applications included."""
    heard = terms().application_recipient
    rows = sql.many(
        db,
        "read_consents",
        customer_ids=_ids(customer_ids),
        purposes=arrays.texts(list(heard)),
        recipients=arrays.texts(list(heard.values())),
    )
    return [
        Consent(
            row.customer_id,
            row.purpose,
            row.recipient,
            ConsentState.GIVEN if row.is_given else ConsentState.WITHDRAWN,
            row.said_at,
        )
        for row in rows
    ]


def export(db: Connection, customer_id: int) -> dict[str, list[Any]]:
    """Return every row of every table that carries the person's number, by table; keys alone are left out.

    Tables are found in the catalog, so a new one is exported from the day it is made.
    """
    held: dict[str, list[Any]] = {}
    for table in sql.many(db, "list_tables"):
        name = f"{table.schema_name}.{table.table_name}"
        if name in SECRETS:
            continue
        query = composing.SQL(
            "SELECT coalesce(jsonb_agg(to_jsonb(held)), '[]')::text FROM {table} AS held WHERE held.customer_id = %s"
        ).format(table=composing.Identifier(table.schema_name, table.table_name))
        row = db.execute(query, (customer_id,)).fetchone()
        if row is not None and (rows := msgspec.json.decode(str(row[0]), type=list[Any])):
            held[name] = rows
    return held


def read_people(
    db: Connection, customer_ids: Iterable[int], ring: Keyring
) -> dict[int, Person | None]:
    """Open what is sealed of people; None for whom the key is destroyed, and who was never sealed is not named."""
    people: dict[int, Person | None] = {}
    for row in sql.many(db, "read_sealed", customer_ids=_ids(customer_ids)):
        if row.wrapped_key is None:
            people[row.customer_id] = None
            continue
        key = ring.unwrap(row.wrapped_key, row.customer_id)
        people[row.customer_id] = Person(
            None if row.name is None else key.open(row.name, field="name"),
            None if row.contact is None else key.open(row.contact, field="contact"),
        )
    return people


def seal_people(
    db: Connection, people: Mapping[int, Person], ring: Keyring, *, at: datetime
) -> None:
    """Seal people's own data, each with their key, made the first time; whose key is destroyed is an invariant."""
    known = {
        row.customer_id: row.wrapped_key
        for row in sql.many(db, "read_sealed", customer_ids=_ids(people))
    }
    fresh: dict[int, bytes] = {}
    sealed: list[Sealed] = []
    for customer_id, person in sorted(people.items()):
        if customer_id in known:
            wrapped = known[customer_id]
            key = ring.unwrap(wrapped, customer_id)
        else:
            key, wrapped = ring.new_key(customer_id)
            fresh[customer_id] = wrapped
        sealed.append(
            Sealed(
                customer_id,
                wrapped,
                None if person.name is None else key.seal(person.name, field="name"),
                None if person.contact is None else key.seal(person.contact, field="contact"),
                None if person.name is None else ring.finds(person.name),
            )
        )
    sql.run(
        db,
        "insert_keys",
        customer_ids=arrays.bigints(list(fresh)),
        wrapped_keys=arrays.bytes_list(list(fresh.values())),
        at=at,
    )
    sql.run(
        db,
        "keep_people",
        customer_ids=arrays.bigints([one.customer_id for one in sealed]),
        names=arrays.bytes_list([one.name for one in sealed]),
        contacts=arrays.bytes_list([one.contact for one in sealed]),
        name_hashes=arrays.bytes_list([one.name_hash for one in sealed]),
        at=at,
    )


def find_named(db: Connection, name: str, ring: Keyring, *, most: int) -> list[int]:
    """Find people by their whole name."""
    rows = sql.many(db, "find_named", name_hash=ring.finds(name), most=most)
    return [row.customer_id for row in rows]


def append_corrections(
    db: Connection,
    fields: Sequence[tuple[int, str]],
    numbers: Sequence[int],
    *,
    actor: str,
    at: datetime,
) -> None:
    """Note which of people's own data were corrected."""
    sql.run(
        db,
        "append_corrections",
        customer_ids=arrays.bigints([customer_id for customer_id, _ in fields]),
        correction_ids=arrays.bigints(numbers),
        fields=arrays.texts([field for _, field in fields]),
        actors=arrays.texts([actor] * len(fields)),
        at=at,
    )


def ask_bureau(
    db: Connection,
    customer_id: int,
    request_id: int,
    *,
    subject: str,
    on: date,
    due_on: date,
    actor: str,
    at: datetime,
) -> None:
    """Keep a request that the bureau's data be corrected."""
    sql.run(
        db,
        "ask_bureau",
        customer_id=customer_id,
        request_id=request_id,
        subject=subject,
        on=on,
        due_on=due_on,
        actor=actor,
        at=at,
    )


def read_standings(db: Connection, customer_ids: Iterable[int]) -> dict[int, Standing]:
    """Read what decides whether people can be erased."""
    rows = sql.many(db, "read_standings", customer_ids=_ids(customer_ids))
    return {row.customer_id: Standing(*row) for row in rows}


def destroy_keys(db: Connection, customer_ids: Iterable[int], *, on: date, at: datetime) -> None:
    """Destroy the keys of people, and drop what was sealed with them."""
    gone = _ids(customer_ids)
    sql.run(db, "destroy_keys", customer_ids=gone, on=on, at=at)
    sql.run(db, "drop_people", customer_ids=gone)


def append_erasures(
    db: Connection, asked: Sequence[ErasureAsked], *, on: date, at: datetime
) -> None:
    """Append that people asked to be erased, and what became of it."""
    sql.run(
        db,
        "append_erasures",
        customer_ids=arrays.bigints([one.customer_id for one in asked]),
        erasure_ids=arrays.bigints([one.erasure_id for one in asked]),
        kept_for=arrays.texts([" ".join(kept.keeping for kept in one.kept_for) for one in asked]),
        actors=arrays.texts([one.actor for one in asked]),
        on=on,
        at=at,
    )


def place_hold(
    db: Connection, customer_id: int, hold_id: int, *, basis: str, actor: str, at: datetime
) -> None:
    """Place a legal hold."""
    sql.run(
        db, "place_hold", customer_id=customer_id, hold_id=hold_id, basis=basis, actor=actor, at=at
    )


def end_hold(db: Connection, customer_id: int, hold_id: int, *, actor: str, at: datetime) -> bool:
    """End a legal hold; False if there is none that stands."""
    return bool(
        sql.run(db, "end_hold", customer_id=customer_id, hold_id=hold_id, actor=actor, at=at)
    )


def _ids(customer_ids: Iterable[int]) -> arrays.Bigints:
    return arrays.bigints(sorted(set(customer_ids)))
