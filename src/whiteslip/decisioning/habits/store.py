"""Comparing requests with habits, keeping habits up, and computing them from the purchases themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from whiteslip.decisioning.habits import rules
from whiteslip.decisioning.habits.model import Asking, Background, Habit
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.lines.model import LineKey

sql = Sql(__package__)


def read_backgrounds(
    db: Connection,
    keys: Sequence[LineKey],
    askings: Sequence[Asking],
    *,
    at: datetime,
) -> list[Background]:
    """Compare each request with its customer's habit as it stands, in their order, and read what else is known."""
    return sql.records(
        db,
        "read_backgrounds",
        Background,
        **_columns([key.customer_id for key in keys], askings),
        line_ids=arrays.bigints([key.line_id for key in keys]),
        at=at,
        score_model=rules.SCORE_MODEL,
        score_days=rules.SCORE_DAYS,
        least_purchases=rules.LEAST_PURCHASES,
        least_spread=rules.LEAST_SPREAD,
    )


def keep_habits(
    db: Connection,
    customer_ids: Sequence[int],
    askings: Sequence[Asking],
    authorized: Sequence[bool],
    *,
    at: datetime,
) -> None:
    """Bring habits up to date with requests, in order; who asks twice in a batch is brought up twice."""
    for places in _waves(customer_ids):
        sql.run(
            db,
            "keep_habits",
            **_columns(
                [customer_ids[place] for place in places], [askings[place] for place in places]
            ),
            authorized=arrays.bools([authorized[place] for place in places]),
            at=at,
            half_life_days=rules.HALF_LIFE_DAYS,
            most_recent=rules.MOST_RECENT,
            most_known=rules.MOST_KNOWN,
        )


def read_habits(db: Connection, customer_ids: Collection[int]) -> dict[int, Habit]:
    """Read the habits of those customers who have any."""
    rows = sql.many(db, "read_habits", customer_ids=arrays.bigints(sorted(customer_ids)))
    return {row.customer_id: _habit(row) for row in rows}


def compute_habits(
    db: Connection, customer_ids: Collection[int], *, at: datetime
) -> dict[int, Habit]:
    """Compute the habits from the purchases before an instant, for learning from the past."""
    rows = sql.many(
        db,
        "compute_habits",
        customer_ids=arrays.bigints(sorted(customer_ids)),
        at=at,
        half_life_days=rules.HALF_LIFE_DAYS,
        most_recent=rules.MOST_RECENT,
        most_known=rules.MOST_KNOWN,
    )
    return {row.customer_id: _habit(row) for row in rows}


def _habit(row: Any) -> Habit:
    return Habit(*row[1:7], *map(tuple, row[7:]))


def _waves(customer_ids: Sequence[int]) -> list[list[int]]:
    """Part the places of a batch so that no customer is twice in a part; each part by customer, ascending."""
    if len(set(customer_ids)) == len(customer_ids):
        return [sorted(range(len(customer_ids)), key=customer_ids.__getitem__)]
    seen: Counter[int] = Counter()
    waves: defaultdict[int, list[int]] = defaultdict(list)
    for place, customer_id in enumerate(customer_ids):
        waves[seen[customer_id]].append(place)
        seen[customer_id] += 1
    return [sorted(places, key=customer_ids.__getitem__) for places in waves.values()]


def _columns(customer_ids: Sequence[int], askings: Sequence[Asking]) -> dict[str, arrays.Column]:
    amounts, merchants, devices, addresses = zip(*askings, strict=True)
    return {
        "customer_ids": arrays.bigints(customer_ids),
        "amounts_minor": arrays.bigints(amounts),
        "merchant_ids": arrays.bigints(merchants),
        "devices": arrays.bigints(devices),
        "addresses": arrays.bigints(addresses),
    }
