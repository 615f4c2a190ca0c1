"""Planning collections at end of day, taking their tries to a bank, and writing what became of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.collections.model import (
    CollectionKey,
    CollectionState,
    Try,
    TryKey,
    TryState,
    Unanswered,
)
from whiteslip.money.collections.terms import Autopay, Moment, read_terms
from whiteslip.money.lines.model import LineKey

sql = Sql(__package__)

_MINIMUM = "minimum"


@cache
def terms() -> Autopay:
    """Read the shipped parameters, once."""
    file = resources.files(__package__ or "") / "data" / "autopay.toml"
    return read_terms(file.read_text("utf-8"))


def plan_collections(
    db: Connection, *, first: int, last: int, business_date: date, at: datetime
) -> int:
    """Plan what is to be collected from the next morning on; returns how many collections."""
    del at  # a plan is of a day
    on = business_date + timedelta(days=1)
    return sql.run(
        db,
        "plan_collections",
        first=first,
        last=last,
        on=on,
        due_on=terms().due_of(on),
        try_from=terms().slot[0].begins,
        spares=terms().covers == _MINIMUM,
        smallest_minor=terms().smallest_minor,
    )


def find_due_tries(
    db: Connection, now: Moment, *, at: datetime, most: int
) -> dict[TryKey, LineKey]:
    """Find tries to be handed to a bank now, new or again, with their lines; nothing is locked."""
    rows = sql.many(db, "find_due_tries", on=now.on, hour=now.hour, at=at, most=most)
    return {
        TryKey(row.customer_id, row.try_id): LineKey(row.customer_id, row.line_id) for row in rows
    }


def read_tries(db: Connection, keys: Iterable[TryKey]) -> dict[TryKey, Try]:
    """Read tries; whoever changes them has their lines locked."""
    rows = sql.many(db, "read_tries", **_keys(keys))
    found = [Try(*row)._replace(state=TryState(row.state)) for row in rows]
    return {one.key: one for one in found}


def read_spared(
    db: Connection, dues: Collection[tuple[LineKey, date]], *, on: date
) -> dict[LineKey, dict[date, int]]:
    """Read what of lines' statements is not in their minimum, by due date from a day on up to the ones named.

    Nothing where all is collected.
    """
    spared: dict[LineKey, dict[date, int]] = {key: {} for key, _ in dues}
    if terms().covers != _MINIMUM:
        return spared
    rows = sql.many(
        db,
        "read_spared",
        customer_ids=arrays.bigints([key.customer_id for key, _ in dues]),
        line_ids=arrays.bigints([key.line_id for key, _ in dues]),
        due_ons=arrays.dates([due_on for _, due_on in dues]),
        on=on,
    )
    for row in rows:
        spared[LineKey(row.customer_id, row.line_id)][row.due_on] = int(row.spared_minor)
    return spared


def find_flagged(db: Connection, customer_ids: Iterable[int], *, on: date) -> frozenset[int]:
    """Find which of some customers are not to be reminded, nor collected from."""
    ids = arrays.bigints(sorted(set(customer_ids)))
    rows = sql.many(db, "find_flagged", customer_ids=ids, on=on)
    return frozenset(row.customer_id for row in rows)


def send_tries(
    db: Connection, tries: Sequence[Try], *, on: date, leased_until: datetime
) -> frozenset[TryKey]:
    """Note planned tries as sent with their source and amount; returns those that nobody else sent meanwhile."""
    rows = sql.many(
        db,
        "send_tries",
        **_keys(one.key for one in tries),
        source_ids=arrays.bigints([one.source_id for one in tries]),
        amounts_minor=arrays.bigints([one.amount_minor for one in tries]),
        on=on,
        leased_until=leased_until,
    )
    return frozenset(TryKey(row.customer_id, row.try_id) for row in rows)


def send_again(
    db: Connection, keys: Iterable[TryKey], *, leased_until: datetime, at: datetime
) -> frozenset[TryKey]:
    """Take sent tries once more, those whose lease is over."""
    rows = sql.many(db, "send_again", **_keys(keys), leased_until=leased_until, at=at)
    return frozenset(TryKey(row.customer_id, row.try_id) for row in rows)


def note_taken(db: Connection, keys: Iterable[TryKey], *, at: datetime) -> None:
    """Note that a bank has tries."""
    sql.run(db, "note_taken", **_keys(keys), at=at)


def plan_anew(db: Connection, keys: Iterable[TryKey]) -> int:
    """Plan tries anew that reached no bank; returns how many were handed in only once."""
    return sql.run(db, "plan_anew", **_keys(keys))


def change_tries(db: Connection, tries: Sequence[Try]) -> None:
    """Write where tries stand."""
    if not tries:
        return
    sql.run(
        db,
        "change_tries",
        **_keys(one.key for one in tries),
        states=arrays.texts([one.state for one in tries]),
        paids_minor=arrays.bigints([one.paid_minor for one in tries]),
        repayment_ids=arrays.bigints([one.repayment_id for one in tries]),
        answered_ons=arrays.dates([one.answered_on for one in tries]),
        reasons=arrays.texts([one.reason for one in tries]),
    )


def insert_tries(db: Connection, tries: Sequence[Try]) -> None:
    """Plan further tries."""
    if not tries:
        return
    sql.run(
        db,
        "insert_tries",
        **_keys(one.key for one in tries),
        collection_ids=arrays.bigints([one.collection_id for one in tries]),
        line_ids=arrays.bigints([one.line_id for one in tries]),
        source_ids=arrays.bigints([one.source_id for one in tries]),
        amounts_minor=arrays.bigints([one.amount_minor for one in tries]),
        due_ons=arrays.dates([one.due_on for one in tries]),
        try_ons=arrays.dates([one.try_on for one in tries]),
        try_froms=arrays.texts([one.try_from.isoformat() for one in tries]),
        numbers=arrays.smallints([one.number for one in tries]),
        slots=arrays.smallints([one.slot for one in tries]),
    )


def find_unanswered(db: Connection, *, bank: str, until: date, most: int) -> list[Unanswered]:
    """Find tries sent on a day or before of which a bank has not said what became; nothing is locked."""
    return sql.records(db, "find_unanswered", Unanswered, bank=bank, until=until, most=most)


def read_states(
    db: Connection, keys: Iterable[CollectionKey]
) -> dict[CollectionKey, CollectionState]:
    """Read where collections stand."""
    rows = sql.many(db, "read_states", **_collections(keys))
    return {
        CollectionKey(row.customer_id, row.collection_id): CollectionState(row.state)
        for row in rows
    }


def change_collections(db: Connection, states: Mapping[CollectionKey, CollectionState]) -> None:
    """Write where collections stand; what was still planned of one that ended is dropped."""
    if not states:
        return
    named = arrays.texts(list(states.values()))
    sql.run(db, "change_collections", **_collections(states), states=named)
    ended = [key for key, state in states.items() if state is not CollectionState.OPEN]
    sql.run(db, "drop_planned", **_collections(ended))


def odd_collections(db: Connection) -> list[Any]:
    """Find collections that do not agree with their tries, repayments and results, at most a hundred each."""
    return sql.many(db, "find_odd_tries") + sql.many(db, "find_odd_collections")


def _keys(keys: Iterable[TryKey]) -> dict[str, arrays.Column]:
    found = list(keys)
    return {
        "customer_ids": arrays.bigints([key.customer_id for key in found]),
        "try_ids": arrays.bigints([key.try_id for key in found]),
    }


def _collections(keys: Iterable[CollectionKey]) -> dict[str, arrays.Column]:
    found = list(keys)
    return {
        "customer_ids": arrays.bigints([key.customer_id for key in found]),
        "collection_ids": arrays.bigints([key.collection_id for key in found]),
    }
