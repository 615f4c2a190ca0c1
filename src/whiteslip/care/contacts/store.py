"""Keeping contact points and flags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources

from whiteslip.care.contacts import rules
from whiteslip.care.contacts.model import Change, Channel, Contact, NewContact, NewFlag, Policy
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.ids import OwnedId

sql = Sql(__package__)


@cache
def policy() -> Policy:
    """Read the shipped policy, once."""
    file = resources.files(__package__ or "") / "data" / "contact.toml"
    return rules.read_policy(file.read_text("utf-8"))


def bar_people(db: Connection, customer_ids: Iterable[int]) -> None:
    """Let nobody else change the contact points of these people before this transaction ends."""
    sql.many(db, "bar_people", customer_ids=arrays.bigints(sorted(set(customer_ids))))


def find_contacts(db: Connection, customer_ids: Iterable[int]) -> dict[int, list[Contact]]:
    """Find the contact points of people, of each the oldest first."""
    found: dict[int, list[Contact]] = defaultdict(list)
    wanted = arrays.bigints(sorted(set(customer_ids)))
    for row in sql.many(db, "find_contacts", customer_ids=wanted):
        contact = Contact(*row)._replace(channel=Channel(row.channel))
        found[contact.customer_id].append(contact)
    return found


def insert_contacts(db: Connection, contacts: Sequence[NewContact], *, at: datetime) -> None:
    """Keep contact points, not yet verified."""
    if not contacts:
        return
    sql.run(
        db,
        "insert_contacts",
        customer_ids=arrays.bigints([one.customer_id for one in contacts]),
        contact_ids=arrays.bigints([one.contact_id for one in contacts]),
        channels=arrays.texts([one.channel for one in contacts]),
        addresses=arrays.texts([one.address for one in contacts]),
        zones=arrays.texts([one.zone for one in contacts]),
        at_night=arrays.bools([one.may_at_night for one in contacts]),
        opted_out=arrays.bools([one.is_opted_out for one in contacts]),
        actors=arrays.texts([one.actor for one in contacts]),
        at=at,
    )


def change_contacts(db: Connection, changes: Sequence[Change], *, at: datetime) -> None:
    """Change contact points, at most one change for each; their people are barred before."""
    if not changes:
        return
    sql.many(
        db,
        "change_contacts",
        customer_ids=arrays.bigints([one.customer_id for one in changes]),
        contact_ids=arrays.bigints([one.contact_id for one in changes]),
        deeds=arrays.texts([one.deed for one in changes]),
        actors=arrays.texts([one.actor for one in changes]),
        zones=arrays.texts([one.zone for one in changes]),
        at_night=arrays.bools([one.may_at_night for one in changes]),
        at=at,
    )


def insert_flags(db: Connection, flags: Sequence[NewFlag], *, at: datetime) -> None:
    """Set flags."""
    if not flags:
        return
    sql.run(
        db,
        "insert_flags",
        customer_ids=arrays.bigints([one.customer_id for one in flags]),
        flag_ids=arrays.bigints([one.flag_id for one in flags]),
        flags=arrays.texts([one.flag for one in flags]),
        since_ons=arrays.dates([one.since_on for one in flags]),
        until_ons=arrays.dates([one.until_on for one in flags]),
        actors=arrays.texts([one.actor for one in flags]),
        at=at,
    )


def end_flags(
    db: Connection, wanted: Sequence[tuple[OwnedId, str]], *, on: date, at: datetime
) -> frozenset[OwnedId]:
    """End flags, each with who ends it, and return those that had not ended."""
    rows = sql.many(
        db,
        "end_flags",
        customer_ids=arrays.bigints([key.customer_id for key, _ in wanted]),
        flag_ids=arrays.bigints([key.number for key, _ in wanted]),
        actors=arrays.texts([actor for _, actor in wanted]),
        on=on,
        at=at,
    )
    return frozenset(OwnedId(*row) for row in rows)


def find_flags(db: Connection, wanted: Iterable[OwnedId]) -> frozenset[OwnedId]:
    """Find which of these flags there are, ended or not."""
    ordered = sorted(set(wanted))
    rows = sql.many(
        db,
        "find_flags",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        flag_ids=arrays.bigints([key.number for key in ordered]),
    )
    return frozenset(OwnedId(*row) for row in rows)
