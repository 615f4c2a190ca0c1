"""Comparing requests with habits, keeping habits up, and computing them from the purchases themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from math import log
from typing import Any

from whiteslip.decisioning.habits import rules
from whiteslip.decisioning.habits.model import Asking, Background, Habit, Hours
from whiteslip.decisioning.habits.reading import Terms, read_terms
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.calendar import ZONE
from whiteslip.money.lines.model import LineKey
from whiteslip.money.merchants.store import categories

sql = Sql(__package__)


@cache
def terms() -> Terms:
    """Read what it takes to call something unlike a person, once."""
    file = resources.files(__package__ or "") / "data" / "habits.toml"
    return read_terms(file.read_text("utf-8"))


def read_backgrounds(
    db: Connection,
    keys: Sequence[LineKey],
    askings: Sequence[Asking],
    *,
    at: datetime,
    reads_habits: bool = True,
) -> list[Background]:
    """Compare each request with its customer's habit as it stands, in their order, and read what else is known.

    Without `reads_habits` each is as of somebody who never bought, which is for measuring what habits cost.
    """
    return sql.records(
        db,
        "read_backgrounds",
        Background,
        **_columns([key.customer_id for key in keys], askings),
        line_ids=arrays.bigints([key.line_id for key in keys]),
        at=at,
        score_model=rules.SCORE_MODEL,
        score_days=rules.SCORE_DAYS,
        reads_habits=reads_habits,
        least_purchases=terms().least_purchases,
        least_for_hours=terms().least_for_hours,
        least_spread=terms().least_spread,
        least_a_day=terms().least_a_day,
        least_days=terms().least_days,
        half_life_days=rules.HALF_LIFE_DAYS,
        weight=rules.moment(at).weight,
        rate=log(2) / rules.HALF_LIFE_DAYS,
        **rules.waves(at)._asdict(),
    )


def read_raises(db: Connection, keys: Sequence[LineKey], *, on: date) -> list[int | None]:
    """Say of lines, in their order, how many days ago a limit of theirs last rose; None if none ever did."""
    rows = sql.many(
        db,
        "read_raises",
        customer_ids=arrays.bigints([key.customer_id for key in keys]),
        line_ids=arrays.bigints([key.line_id for key in keys]),
        on=on,
    )
    return [row.days_since_raise for row in rows]


def keep_habits(
    db: Connection,
    customer_ids: Sequence[int],
    askings: Sequence[Asking],
    authorized: Sequence[bool],
    *,
    at: datetime,
) -> None:
    """Bring habits up to date with requests, in order; who asks twice in a batch is brought up twice."""
    now = rules.moment(at)
    for places in _waves(customer_ids):
        sql.run(
            db,
            "keep_habits",
            **_columns(
                [customer_ids[place] for place in places], [askings[place] for place in places]
            ),
            authorized=arrays.bools([authorized[place] for place in places]),
            at=at,
            weight=now.weight,
            **now.hours._asdict(),
            resale_bits=_resale_bits(askings),
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
    known = categories()
    rows = sql.many(
        db,
        "compute_habits",
        customer_ids=arrays.bigints(sorted(customer_ids)),
        at=at,
        category_names=arrays.texts(list(known)),
        category_bits=arrays.ints([one.bit for one in known.values()]),
        resells=arrays.bools([one.resells_easily for one in known.values()]),
        zone=str(ZONE),
        epoch=rules.EPOCH,
        half_life_days=rules.HALF_LIFE_DAYS,
        most_recent=rules.MOST_RECENT,
        most_known=rules.MOST_KNOWN,
    )
    return {row.customer_id: _habit(row) for row in rows}


def _habit(row: Any) -> Habit:
    return Habit._make((*row[1:11], Hours(*row[11:17]), *map(tuple, row[17:])))


def _resale_bits(askings: Sequence[Asking]) -> int:
    """Join the bits of the categories among these whose goods resell easily."""
    bits = 0
    for category in {one.category for one in askings}:
        if category.resells_easily:
            bits |= category.bit
    return bits


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
    amounts, merchants, devices, addresses, _ = zip(*askings, strict=True)
    return {
        "customer_ids": arrays.bigints(customer_ids),
        "amounts_minor": arrays.bigints(amounts),
        "merchant_ids": arrays.bigints(merchants),
        "devices": arrays.bigints(devices),
        "addresses": arrays.bigints(addresses),
        "category_bits": arrays.ints([one.category_bit for one in askings]),
    }
