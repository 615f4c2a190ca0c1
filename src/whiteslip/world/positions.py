"""Reading the replayed book: every line on a statement date, and who was restricted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvariantBroken
from whiteslip.world.expectation import MEASURES
from whiteslip.world.oracle_model import bucket_of
from whiteslip.world.panel import Ints

sql = Sql(__package__)

NO_STATEMENT = np.iinfo(np.int64).min
"""Stands for the balance of a line that has no statement on the date."""


@dataclass(frozen=True, slots=True)
class Restricted:
    """A restriction of the replayed book; `customer` is the panel's row, counted from 0."""

    customer: int
    level: int
    active: bool
    rule_id: str
    since_on: date


def read_positions(db: Connection, customer_ids: Sequence[int], *, on: date) -> Ints:
    """Read every line on a statement date: customers × `MEASURES`, in the order of the ids."""
    rows = {row.customer_id: row for row in sql.many(db, "read_positions", as_of=on)}
    if len(rows) != len(customer_ids):
        raise InvariantBroken(f"{len(rows)} lines in the book, {len(customer_ids)} in the panel")
    found = [_measures(rows[customer_id]) for customer_id in customer_ids]
    return np.array(found, dtype=np.int64).reshape(len(customer_ids), len(MEASURES))


def read_restrictions(db: Connection, customer_ids: Sequence[int]) -> list[Restricted]:
    """Read every restriction the watch rule book placed during the replay."""
    places = {customer_id: place for place, customer_id in enumerate(customer_ids)}
    return [
        Restricted(places[row.customer_id], row.level, row.in_force, row.rule_id, row.since_on)
        for row in sql.many(db, "read_restrictions")
    ]


def _measures(row: tuple[Any, ...]) -> tuple[int, ...]:
    _, balance, minimum, outstanding, credit, late = row
    return (
        NO_STATEMENT if balance is None else balance,
        0 if minimum is None else minimum,
        late,
        bucket_of(late),
        outstanding,
        credit,
    )
