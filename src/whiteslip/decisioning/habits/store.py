"""Comparing requests with habits, keeping them at night, and computing them from the purchases themselves."""

from __future__ import annotations

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
from whiteslip.money.merchants.model import OTHER, UNTOLD
from whiteslip.money.merchants.store import categories, category_of

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
        **_learning(),
        most_unkept=rules.MOST_UNKEPT,
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


def keep_habits(db: Connection, *, first: int, last: int, business_date: date, at: datetime) -> int:
    """Bring the habits of customers `first` to `last` forward by what they asked for on a closed day.

    It has rolled, so none of its requests is under way any more; days come in order. Returns how many habits
    moved; again it moves none.
    """
    del at
    return sql.run(
        db,
        "keep_habits",
        first=first,
        last=last,
        business_date=business_date,
        **_learning(),
        most_recent=rules.MOST_RECENT,
        most_known=rules.MOST_KNOWN,
    )


def read_habits(db: Connection, customer_ids: Collection[int]) -> dict[int, Habit]:
    """Read the habits of those customers who have any, with what they asked for since."""
    wanted = arrays.bigints(sorted(customer_ids))
    kept = sql.many(db, "read_habits", customer_ids=wanted)
    habits = {row.customer_id: _habit(row) for row in kept}
    for row in sql.many(db, "list_unkept", customer_ids=wanted, most_unkept=rules.MOST_UNKEPT):
        category = UNTOLD if row.category in {None, OTHER} else category_of(row.category)
        asking = Asking(row.authorized_minor, row.merchant_id, row.device, row.address, category)
        habits[row.customer_id] = rules.after(
            habits.get(row.customer_id), asking, at=row.authorized_at, authorized=row.is_bought
        )
    return habits


def compute_habits(
    db: Connection, customer_ids: Collection[int], *, at: datetime
) -> dict[int, Habit]:
    """Compute the habits from the purchases before an instant, for learning from the past."""
    rows = sql.many(
        db,
        "compute_habits",
        customer_ids=arrays.bigints(sorted(customer_ids)),
        at=at,
        **_learning(),
        most_recent=rules.MOST_RECENT,
        most_known=rules.MOST_KNOWN,
    )
    return {row.customer_id: _habit(row) for row in rows}


def _habit(row: Any) -> Habit:
    return Habit._make((*row[1:11], Hours(*row[11:17]), *map(tuple, row[17:])))


@cache
def _learning() -> dict[str, Any]:
    """Say what purchases teach: the bit of each category and whether it resells, and how purchases weigh."""
    known = categories()
    return {
        "category_names": arrays.texts(list(known)),
        "bits": arrays.ints([one.bit for one in known.values()]),
        "resells": arrays.bools([one.resells_easily for one in known.values()]),
        "zone": str(ZONE),
        "epoch": rules.EPOCH,
        "half_life_days": rules.HALF_LIFE_DAYS,
    }


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
