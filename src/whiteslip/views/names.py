"""The names of people as views show them: opened where they lie sealed, and words where they were erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from whiteslip.care.privacy import store
from whiteslip.credit.customers.model import SEALED_MARK
from whiteslip.infra.crypto import Keyring
from whiteslip.infra.database import Connection

Row = TypeVar("Row", bound=NamedTuple)
ERASED = "已删除 · erased"
"""Shown where the name of somebody stood who was erased."""
MOST_NAMED = 100
"""A search by name finds at most so many people."""


def shown(db: Connection, rows: Sequence[Row], ring: Keyring | None) -> list[Row]:
    """Show rows with a `customer_id` and a `display_name`; without a master key a sealed name stays a mark."""
    hidden = [row for row in rows if _of(row, "display_name") == SEALED_MARK]
    if not hidden or ring is None:
        return list(rows)
    people = store.read_people(db, (_of(row, "customer_id") for row in hidden), ring)
    names = {who: ERASED if person is None else person.name for who, person in people.items()}
    return [
        row._replace(display_name=names.get(_of(row, "customer_id")) or _of(row, "display_name"))
        if _of(row, "display_name") == SEALED_MARK
        else row
        for row in rows
    ]


def found(db: Connection, wanted: str, ring: Keyring | None) -> list[int]:
    """Find whose sealed name is a text."""
    if ring is None or not wanted:
        return []
    return store.find_named(db, wanted, ring, most=MOST_NAMED)


def _of(row: NamedTuple, field: str) -> Any:
    return getattr(row, field)
