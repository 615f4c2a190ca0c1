"""A simulated book: features of a day are the same then and later, for one and for all, and equal the live columns."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg.rows import dict_row

from whiteslip.decisioning.features.store import Columns, compute, statement, watch_facts
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Connection, Database
from whiteslip.world.simulate import simulate

FOUNDED_ON = date(2026, 1, 1)
DAYS = 110
WATCHED = ("days_past_due", "late_days_12m", "utilization", "restriction_level")
OF_THE_DAY = ("utilization", "principal_minor", "held_minor", "limit_minor", "line_age_days")
"""What is read without looking at the months before."""
LIVE = ("principal_minor", "held_minor", "credit_minor", "fixed_limit_minor", "restriction_level")


def test_a_day_stays_what_it_was_and_is_the_same_for_all(database: Database) -> None:
    seen: dict[date, Columns] = {}

    def look(_: Database, on: date, clock: FixedClock) -> None:
        seen[on] = database.read(lambda db: everything(db, on))

    simulate(database, shoppers=50, days=DAYS, seed=11, start=FOUNDED_ON, also=look)

    assert len(seen) == DAYS
    for on, known in seen.items():
        again = database.read(lambda db, on=on: compute(db, None, as_of=on))
        assert [name for name in again if not equal(known[name], again[name])] == [], on
        alone = database.read(lambda db, on=on: compute(db, None, as_of=on, features=OF_THE_DAY))
        assert [name for name in alone if not equal(known[name], alone[name])] == [], on
    last = seen[FOUNDED_ON + timedelta(days=DAYS - 1)]
    for name in ("longest_late_days_12m", "refund_share_180d", "plan_share_180d", "held_minor"):
        assert np.nanmax(last[name]) > 0, f"{name} was not put to the test"
    database.read(lambda db: same_for_any_set(db, last))


def everything(db: Connection, on: date) -> Columns:
    """Compute all features on the day itself, where they equal the live columns and the watch facts."""
    known = compute(db, None, as_of=on)
    live = rows(db, "SELECT * FROM money.line ORDER BY customer_id, line_id")
    for name in LIVE:
        column = name if name in live else f"{name}_minor"
        assert equal(known[name], live[column]), (on, name)
    params = {"first": 0, "last": 2**63 - 1, "as_of": on}
    watched = rows(
        db, f"SELECT * FROM ({watch_facts()}) AS f ORDER BY customer_id, line_id", params
    )
    for name in WATCHED:
        assert equal(known[name], watched[name]), (on, name)
    return known


def same_for_any_set(db: Connection, known: Columns) -> None:
    """One customer, a few, a range, unsorted and twice over: always the rows of the whole."""
    on = FOUNDED_ON + timedelta(days=DAYS - 1)
    everyone = known["customer_id"]
    for ids in ([int(everyone[7])], everyone[::3].tolist(), everyone[5:20].tolist()):
        part = compute(db, [*reversed(ids), ids[0], 10**12], as_of=on)
        kept = np.isin(everyone, ids)
        assert [name for name in part if not equal(part[name], known[name][kept])] == []
    names = ["utilization", "late_days_12m", "paid_ratio_6", "paid_in_full", "spend_90d_minor"]
    params = {"first": 0, "last": 2**63 - 1, "customer_ids": None, "as_of": on}
    query = f"SELECT f.* FROM ({statement(names)}) AS f ORDER BY f.customer_id, f.line_id"
    found = rows(db, query, params)
    assert list(found) == ["customer_id", "line_id", *names]
    assert [name for name in found if not equal(found[name], known[name])] == []


def rows(db: Connection, query: str, params: dict[str, Any] | None = None) -> Columns:
    with db.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(query.encode(), params).fetchall()
    return {name: np.array([row[name] for row in found], dtype=object) for name in found[0]}


def equal(left: NDArray[Any], right: NDArray[Any]) -> bool:
    """Compare columns; None and NaN are missing, and missing equals missing."""
    if len(left) != len(right):
        return False
    return [plain(value) for value in left.tolist()] == [plain(value) for value in right.tolist()]


def plain(value: object) -> object:
    return None if value is None or value != value else value  # noqa: PLR0124 - only NaN differs
