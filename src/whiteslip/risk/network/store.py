"""Gathering and reading links, and keeping the rings people are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any, NamedTuple

import msgspec

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.actor import PROGRAM
from whiteslip.money.ledger.store import take_numbers
from whiteslip.risk.network import rules
from whiteslip.risk.network.model import (
    KINDS,
    Comer,
    Company,
    KnownRing,
    LinkKind,
    Links,
    People,
    Ring,
    Roll,
    Sign,
    Terms,
)
from whiteslip.risk.network.reading import read_terms
from whiteslip.risk.reviews import store as reviews
from whiteslip.risk.reviews.model import Kind, NewCase, SubjectType

sql = Sql(__package__)


class Begun(NamedTuple):
    """A day that is woven now, and the one woven before it."""

    on: date
    since: date | None


@cache
def terms() -> Terms:
    """Read the shipped parameters, once."""
    file = resources.files(__package__ or "") / "data" / "network.toml"
    return read_terms(file.read_text("utf-8"))


def begin_weave(db: Connection, *, on: date, at: datetime) -> Begun | None:
    """Begin to weave for a day; None where it, or a later one, was woven."""
    row = sql.maybe(db, "begin_weave", on=on, at=at)
    return None if row is None else Begun(on, row.since)


def gather_links(db: Connection, *, since: date | None, on: date) -> int:
    """Add what was told on the days after `since` up to `on`; returns how many links are new or fresher."""
    return sql.run(db, "gather_links", since=since, on=on)


def read_links(db: Connection) -> Links:
    """Read every link."""
    return Links(**sql.columns(db, "read_links", kinds=arrays.texts([str(one) for one in KINDS])))


def read_people(db: Connection, *, on: date) -> People:
    """Read the people who have links, and who of them is known as bad on a day."""
    bad_before = on - timedelta(days=terms().ring.bad_days)
    return People(**sql.columns(db, "read_people", bad_before=bad_before))


def look_up(db: Connection, comers: Sequence[Comer], *, on: date) -> list[Company]:
    """Say what company people are in who come with something new to them, in their order; it decides nothing."""
    if not comers:
        return []
    known = terms()
    told = [
        (place, kind, entity)
        for place, one in enumerate(comers, 1)
        for kind, entity in one.things
        if rules.counts(kind, known)
    ]
    fresh = {kind: rules.fresh_from(kind, known, on=on) for kind in KINDS}
    rows = sql.many(
        db,
        "look_up",
        customer_ids=arrays.bigints([one.customer_id for one in comers]),
        places=arrays.ints([place for place, _, _ in told]),
        tellers=arrays.bigints([comers[place - 1].customer_id for place, _, _ in told]),
        kinds=arrays.texts([str(kind) for _, kind, _ in told]),
        entities=arrays.bigints([entity for _, _, entity in told]),
        most=arrays.ints([known.kinds[kind].most_accounts for _, kind, _ in told]),
        fresh_from=arrays.dates([fresh[kind] for _, kind, _ in told]),
        bad_before=on - timedelta(days=known.ring.bad_days),
    )
    return [Company(row.links_to_bad, row.ring_score) for row in rows]


def tie_at_once(db: Connection, comers: Sequence[Comer], *, on: date) -> int:
    """Keep links where they are made, for whoever comes next, and return how many are new; gathering counts them."""
    ties = sorted({(one.customer_id, *thing) for one in comers for thing in one.things})
    if not ties:
        return 0
    customer_ids, kinds, entities = zip(*ties, strict=True)
    return sql.run(
        db,
        "tie_at_once",
        customer_ids=arrays.bigints(customer_ids),
        kinds=arrays.texts([str(kind) for kind in kinds]),
        entities=arrays.bigints(entities),
        on=on,
    )


def find_told(db: Connection, applications: Sequence[tuple[int, int]]) -> dict[int, Comer]:
    """Read what applications (customer, application) told, by customer; of who told nothing there is nothing."""
    rows = sql.many(
        db,
        "find_told",
        customer_ids=arrays.bigints([customer_id for customer_id, _ in applications]),
        application_ids=arrays.bigints([number for _, number in applications]),
    )
    return {
        customer_id: Comer(customer_id, tuple((LinkKind(row.kind), row.entity) for row in some))
        for customer_id, some in groupby(rows, key=lambda row: row.customer_id)
    }


def read_rings(db: Connection) -> list[KnownRing]:
    """Read the rings people were shown."""
    return [_known(row) for row in sql.many(db, "read_rings")]


def raise_rings(db: Connection, rings: Sequence[Ring], *, on: date, at: datetime) -> int:
    """Show rings to people: each is kept with its evidence, in a case of its member of the lowest number."""
    if not rings:
        return 0
    numbers = take_numbers(db, len(rings))
    new = [
        NewCase(
            ring.members[0].customer_id,
            Kind.RING,
            SubjectType.RING,
            number,
            evidence_of(ring),
            PROGRAM,
        )
        for ring, number in zip(rings, numbers, strict=True)
    ]
    opened = reviews.open_cases(db, new, on=on, at=at)
    inside = [
        (ring.members[0].customer_id, number, member)
        for ring, number in zip(rings, numbers, strict=True)
        for member in ring.members
    ]
    sql.run(
        db,
        "insert_rings",
        customer_ids=arrays.bigints([one.customer_id for one in new]),
        ring_ids=arrays.bigints(numbers),
        case_ids=arrays.bigints([one.case_id for one in opened]),
        scores=arrays.floats([ring.finding.score for ring in rings]),
        evidence=arrays.jsons([msgspec.json.encode(one.evidence) for one in new]),
        member_ids=arrays.bigints([one.customer_id for _, _, one in inside]),
        member_ring_customer_ids=arrays.bigints([first for first, _, _ in inside]),
        member_ring_ids=arrays.bigints([number for _, number, _ in inside]),
        on=on,
        at=at,
    )
    return len(rings)


def find_members(db: Connection, customer_id: int, ring_id: int) -> Roll | None:
    """Read who is in a ring; None if there is none."""
    rows = sql.many(db, "find_members", customer_id=customer_id, ring_id=ring_id)
    if not rows:
        return None
    return Roll(frozenset(row.customer_id for row in rows), rows[0].is_confirmed)


def forget_links(db: Connection, customer_ids: Sequence[int]) -> int:
    """Drop the links of people who are erased."""
    return sql.run(db, "forget_links", customer_ids=arrays.bigints(customer_ids))


def evidence_of(ring: Ring) -> dict[str, Any]:
    """Write down all of a ring a person is to see, without any hash."""
    found = {
        "finding": ring.finding._asdict(),
        "members": [member._asdict() for member in ring.members],
        "shared": [one._asdict() for one in ring.shared],
    }
    return msgspec.to_builtins(found, builtin_types=())


def _known(row: Any) -> KnownRing:
    members = row.evidence["members"]
    return KnownRing(
        row.customer_id,
        row.ring_id,
        frozenset(one["customer_id"] for one in members),
        frozenset(one["customer_id"] for one in members if one["is_bad"]),
        frozenset(map(Sign, row.evidence["finding"]["signs"])),
        row.is_open,
    )
