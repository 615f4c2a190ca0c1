"""The segments that ship with the program, what was measured and judged of them, and which lines are in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np

from whiteslip.credit.campaigns import segment as condition
from whiteslip.decisioning.features import store as features
from whiteslip.decisioning.features.store import Columns
from whiteslip.decisioning.rulebooks.model import BookKind, RuleBook
from whiteslip.decisioning.rulebooks.store import supplied
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.ledger.store import last_customer
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.macro import store as macro
from whiteslip.risk.segments.model import Catalog, Judged, Level, Measure, Month, Unsaid
from whiteslip.risk.segments.reading import read_catalog

sql = Sql(__package__)
AT_ONCE: Final = 20_000
"""How many customer numbers are read at a time."""


@cache
def catalog() -> Catalog:
    """Read the shipped segments, once."""
    file = resources.files(__package__ or "") / "data" / "segments.toml"
    return read_catalog(file.read_text("utf-8"), series=frozenset(macro.declared().series))


def find_month_ends(db: Connection) -> list[date]:
    """List the month ends at which the whole book was kept, the oldest first."""
    return [row.month_end for row in sql.many(db, "find_month_ends")]


def count_measures(
    db: Connection, keys: Sequence[LineKey], *, before_on: date, after_on: date
) -> dict[Measure, tuple[int, int]]:
    """Count for each measure the hits, and the lines they are out of, among lines of a segment."""
    row = sql.one(
        db,
        "count_measures",
        **_keys(keys),
        before_on=before_on,
        after_on=after_on,
    )._asdict()
    return {one: (row[one.value], row[f"{one.value}_of"]) for one in Measure}


def insert_months(
    db: Connection,
    found: Mapping[tuple[str, Measure], tuple[int, int]],
    *,
    version: int,
    month_end: date,
) -> None:
    """Keep what measures of segments came to at a month end; what is kept stays."""
    sql.run(
        db,
        "insert_months",
        segments=arrays.texts([segment for segment, _ in found]),
        measures=arrays.texts([measure for _, measure in found]),
        hits=arrays.bigints([hits for hits, _ in found.values()]),
        out_of=arrays.bigints([out_of for _, out_of in found.values()]),
        version=version,
        month_end=month_end,
    )


def list_months(
    db: Connection, *, version: int, until: date
) -> dict[tuple[str, Measure], list[Month]]:
    """List by segment and measure what was measured up to a month end, the oldest first."""
    found: dict[tuple[str, Measure], list[Month]] = {}
    for row in sql.many(db, "list_months", version=version, until=until):
        months = found.setdefault((row.segment, Measure(row.measure)), [])
        months.append(Month(row.month_end, row.hits, row.out_of))
    return found


def insert_judgments(
    db: Connection, judged: Sequence[Judged], *, version: int, at: datetime
) -> set[tuple[str, Measure, date]]:
    """Keep judgments; return which are new, by segment, measure and month end."""
    rows = sql.many(
        db,
        "insert_judgments",
        segments=arrays.texts([one.segment for one in judged]),
        measures=arrays.texts([one.measure for one in judged]),
        month_ends=arrays.dates([one.month_end for one in judged]),
        hits=arrays.bigints([one.hits for one in judged]),
        out_of=arrays.bigints([one.out_of for one in judged]),
        base_ppm=arrays.ints([one.base_ppm for one in judged]),
        smooth_ppm=arrays.ints([one.smooth_ppm for one in judged]),
        warning_ppm=arrays.ints([one.warning_ppm for one in judged]),
        action_ppm=arrays.ints([one.action_ppm for one in judged]),
        single_ppm=arrays.ints([one.single_ppm for one in judged]),
        baseline_months=arrays.smallints([one.baseline_months for one in judged]),
        levels=arrays.texts([one.level for one in judged]),
        whys=arrays.texts([one.why for one in judged]),
        version=version,
        at=at,
    )
    return {(row.segment, Measure(row.measure), row.month_end) for row in rows}


def list_judgments(
    db: Connection, *, version: int, until: date
) -> dict[str, dict[date, list[Judged]]]:
    """List by segment and month end what was judged, the oldest first."""
    found: dict[str, dict[date, list[Judged]]] = {}
    for row in sql.many(db, "list_judgments", version=version, until=until):
        one = Judged(*row)._replace(
            measure=Measure(row.measure),
            level=Level(row.level),
            why=None if row.why is None else Unsaid(row.why),
        )
        found.setdefault(one.segment, {}).setdefault(one.month_end, []).append(one)
    return found


def conditions(segments: Iterable[tuple[str, str]]) -> dict[str, RuleBook]:
    """Read the conditions of segments, given by name; one that cannot be read is `InvalidInput`."""
    known = dict(supplied(BookKind.LIMITS) or {})
    return {name: condition.read(when, known) for name, when in segments}


def split_lines(
    db: Connection, segments: Mapping[str, RuleBook], customers: range, *, as_of: date
) -> dict[str, list[LineKey]]:
    """Tell which lines of some customers were in each segment as of a day."""
    found = _facts(db, segments.values(), customers, as_of=as_of)
    keys = [
        LineKey(*pair)
        for pair in zip(found["customer_id"].tolist(), found["line_id"].tolist(), strict=True)
    ]
    inside = {
        name: np.flatnonzero(condition.members(book, found, len(keys))).tolist()
        for name, book in segments.items()
    }
    return {name: [keys[place] for place in places] for name, places in inside.items()}


def read_members(
    db: Connection, segment: RuleBook, *, as_of: date, names: Iterable[str]
) -> Columns:
    """Read features of every line that is in a segment as of a day, in key order; ranges keep it small."""
    most = last_customer(db)
    parts: list[Columns] = []
    for first in range(0, most + 1, AT_ONCE):
        customers = range(first, first + AT_ONCE)
        found = _facts(db, [segment], customers, as_of=as_of, more=names)
        inside = condition.members(segment, found, len(found["customer_id"]))
        parts.append({name: column[inside] for name, column in found.items()})
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _facts(
    db: Connection,
    segments: Iterable[RuleBook],
    customers: range,
    *,
    as_of: date,
    more: Iterable[str] = (),
) -> Columns:
    inputs = [source.name for book in segments for source in book.inputs]
    names = tuple(dict.fromkeys((*inputs, *more)))
    return features.compute(db, customers, as_of=as_of, features=names)


def _keys(keys: Sequence[LineKey]) -> dict[str, Any]:
    return {
        "customer_ids": arrays.bigints([key.customer_id for key in keys]),
        "line_ids": arrays.bigints([key.line_id for key in keys]),
    }
