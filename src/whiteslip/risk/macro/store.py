"""The series that ship with the program, and their values as they were learned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import Conflict
from whiteslip.risk.macro.model import Declared, Standing, Value
from whiteslip.risk.macro.reading import read_series
from whiteslip.risk.macro.rules import stand

sql = Sql(__package__)


@cache
def declared() -> Declared:
    """Read the shipped series, once."""
    file = resources.files(__package__ or "") / "data" / "macro.toml"
    return read_series(file.read_text("utf-8"))


def insert_values(
    db: Connection, values: Sequence[Value], *, source: str, actor: str, at: datetime
) -> None:
    """Keep values, all or none: where another was faster it is `Conflict`, and the transaction is to end."""
    if not values:
        return
    written = sql.run(
        db,
        "insert_values",
        series=arrays.texts([one.series for one in values]),
        of_ons=arrays.dates([one.of_on for one in values]),
        revisions=arrays.ints([one.revision for one in values]),
        learned_ons=arrays.dates([one.learned_on for one in values]),
        values_micro=arrays.bigints([one.value_micro for one in values]),
        source=source,
        actor=actor,
        at=at,
    )
    if written != len(values):
        raise Conflict("somebody else keeps values of the same dates: read them again")


def find_latest(db: Connection, dates: Iterable[tuple[str, date]]) -> dict[tuple[str, date], Value]:
    """Find the latest revision of each of some dates of series."""
    wanted = sorted(set(dates))
    rows = sql.many(
        db,
        "find_latest",
        series=arrays.texts([series for series, _ in wanted]),
        of_ons=arrays.dates([of_on for _, of_on in wanted]),
    )
    return {(row.series, row.of_on): Value(*row) for row in rows}


def find_known(
    db: Connection, *, known_on: date, chosen: Declared | None = None
) -> dict[str, Standing]:
    """Tell how every series that is followed stands, as it was known on a day."""
    last = {row.series: Value(*row) for row in sql.many(db, "find_known", known_on=known_on)}
    every = (chosen or declared()).series
    return {name: stand(one, last.get(name), on=known_on) for name, one in every.items()}


def list_values(db: Connection, series: str, *, known_on: date, most: int) -> list[Value]:
    """List the last dates of a series as they were known on a day, the latest first."""
    rows = sql.many(db, "list_values", series=series, known_on=known_on, most=most)
    return [Value(*row) for row in rows]
