"""Keeping what banks said, where their results are read on from, and their files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.results.model import Did, Kept, Outcome, Payment, Told

sql = Sql(__package__)


def insert_results(
    db: Connection, results: Sequence[Told], *, bank: str, source: str, at: datetime
) -> frozenset[str]:
    """Keep results, each number once; returns the numbers that were not told before, by whomever.

    Who tells the same at the same time waits here until the other is done.
    """
    if not results:
        return frozenset()
    columns = list(zip(*results, strict=True))
    rows = sql.many(
        db,
        "insert_results",
        bank=bank,
        source=source,
        result_ids=arrays.texts(columns[0]),
        refs=arrays.texts(columns[1]),
        outcomes=arrays.texts(columns[2]),
        amounts_minor=arrays.bigints(columns[3]),
        currencies=arrays.texts(columns[4]),
        reasons=arrays.texts(columns[5]),
        booked_ons=arrays.dates(columns[6]),
        at=at,
    )
    return frozenset(row.result_id for row in rows)


def read_results(db: Connection, bank: str, result_ids: Collection[str]) -> dict[str, Kept]:
    """Read what is kept of results, by number."""
    ids = arrays.texts(sorted(result_ids))
    rows = sql.many(db, "read_results", bank=bank, result_ids=ids)
    return {
        row.result_id: Kept(
            Told(*row[:-1])._replace(outcome=Outcome(row.outcome)), row.did and Did(row.did)
        )
        for row in rows
    }


def read_paid(db: Connection, bank: str, references: Collection[str]) -> dict[str, Payment]:
    """Read what paid under references."""
    rows = sql.many(db, "read_paid", bank=bank, refs=arrays.texts(sorted(references)))
    return {row.reference: Payment(*row[1:]) for row in rows}


def mark_results(db: Connection, bank: str, done: Mapping[str, Did]) -> None:
    """Note what came of results."""
    if done:
        ids, dids = arrays.texts(list(done)), arrays.texts(list(done.values()))
        sql.run(db, "mark_results", bank=bank, result_ids=ids, dids=dids)


def read_place(db: Connection, bank: str) -> str:
    """Read where a bank's results are read on from, "" from the beginning."""
    row = sql.maybe(db, "read_place", bank=bank)
    return "" if row is None else str(row.place)


def keep_place(db: Connection, bank: str, place: str) -> None:
    """Keep where a bank's results are read on from."""
    sql.run(db, "keep_place", bank=bank, place=place)


def insert_file(db: Connection, bank: str, digest: bytes, *, at: datetime) -> bool:
    """Take a file; False where it was taken before."""
    return sql.run(db, "insert_file", bank=bank, digest=digest, at=at) == 1


def read_report(db: Connection, bank: str, digest: bytes) -> str:
    """Read what was answered to a file that was taken, as JSON."""
    return str(sql.one(db, "read_file", bank=bank, digest=digest).report)


def keep_report(db: Connection, bank: str, digest: bytes, report: str) -> None:
    """Keep what is answered to a file, as JSON."""
    sql.run(db, "keep_report", bank=bank, digest=digest, report=report)
