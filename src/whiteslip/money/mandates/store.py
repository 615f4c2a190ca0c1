"""Keeping payment sources, their order, and why one was stopped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.lines.model import LineKey
from whiteslip.money.mandates.model import Source, SourceKind, Stop, StopReason

sql = Sql(__package__)


def insert_sources(db: Connection, sources: Sequence[Source], *, at: datetime) -> None:
    """Keep new sources; their lines are locked."""
    if not sources:
        return
    sql.run(
        db,
        "insert_sources",
        customer_ids=arrays.bigints([one.customer_id for one in sources]),
        source_ids=arrays.bigints([one.source_id for one in sources]),
        line_ids=arrays.bigints([one.line_id for one in sources]),
        places=arrays.smallints([one.place for one in sources]),
        kinds=arrays.texts([one.kind for one in sources]),
        labels=arrays.texts([one.label for one in sources]),
        accounts=arrays.texts([one.account for one in sources]),
        holders=arrays.texts([one.holder for one in sources]),
        mandates=arrays.texts([one.mandate for one in sources]),
        given_ats=arrays.timestamps([one.given_at for one in sources]),
        added_ons=arrays.dates([one.added_on for one in sources]),
        at=at,
    )


def read_sources(db: Connection, keys: Iterable[LineKey]) -> dict[LineKey, list[Source]]:
    """Read the sources of lines, stopped ones too, each line's in the order of their places."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "read_sources",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        line_ids=arrays.bigints([key.line_id for key in ordered]),
    )
    found: dict[LineKey, list[Source]] = {key: [] for key in ordered}
    for row in rows:
        reason = row.stop_reason and StopReason(row.stop_reason)
        one = Source(*row)._replace(kind=SourceKind(row.kind), stop_reason=reason)
        found[one.line].append(one)
    return found


def find_line(db: Connection, customer_id: int, source_id: int) -> LineKey | None:
    """Find the line a source pays for."""
    row = sql.maybe(db, "find_source_line", customer_id=customer_id, source_id=source_id)
    return None if row is None else LineKey(row.customer_id, row.line_id)


def stop_sources(db: Connection, stops: Iterable[Stop], *, on: date, at: datetime) -> int:
    """Stop sources that are active, in key order; returns how many were."""
    ordered = sorted(set(stops))
    if not ordered:
        return 0
    return sql.run(
        db,
        "stop_sources",
        customer_ids=arrays.bigints([one.customer_id for one in ordered]),
        source_ids=arrays.bigints([one.source_id for one in ordered]),
        reasons=arrays.texts([one.reason for one in ordered]),
        on=on,
        at=at,
    )


def order_sources(db: Connection, customer_id: int, source_ids: Sequence[int]) -> None:
    """Let sources be asked in this order."""
    sql.run(db, "order_sources", customer_id=customer_id, source_ids=arrays.bigints(source_ids))


def erase_sources(
    db: Connection, customer_ids: Iterable[int], *, mark: str, on: date, at: datetime
) -> None:
    """Stop the sources of people who are erased, and take away whose and where they were."""
    ids = arrays.bigints(sorted(set(customer_ids)))
    sql.run(db, "erase_sources", customer_ids=ids, mark=mark, on=on, at=at)
