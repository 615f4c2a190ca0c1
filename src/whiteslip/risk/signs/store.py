"""Looking at lines in sets, and keeping what was seen of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.features import store as features
from whiteslip.decisioning.features.model import FeatureType
from whiteslip.decisioning.habits.rules import SCORE_DAYS, SCORE_MODEL
from whiteslip.decisioning.rulebooks.model import Input, InputType
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.planning import joining_sets
from whiteslip.infra.sql import Sql
from whiteslip.money.lines.model import STEP_UP_LEVEL, LineKey
from whiteslip.risk.signs.model import (
    Color,
    Run,
    Sight,
    Standing,
    Terms,
    Waiting,
)
from whiteslip.risk.signs.reading import read_terms
from whiteslip.risk.signs.rules import WORST

sql = Sql(__package__)

OWN: Final[Mapping[str, InputType]] = MappingProxyType(
    {
        "later_days": InputType.INT,
        "days_to_spare": InputType.INT,
        "score_now": InputType.RATIO,
        "score_before": InputType.RATIO,
    }
)
"""What signs may read besides features: how late the last dues were paid, and two scores a month apart."""

AGE: Final = "line_age_days"


class Looked(NamedTuple):
    """The facts of lines, one place a line, with their keys in order."""

    keys: list[tuple[int, int]]
    age_days: NDArray[np.float64]
    facts: Mapping[str, NDArray[Any]]


class Offerable(NamedTuple):
    """Somebody who may be offered help, and the signs of the line it is for."""

    customer_id: int
    line_id: int
    signs: tuple[str, ...]


class Seen(NamedTuple):
    """The last sight kept of a line, for whoever answers it."""

    customer_id: int
    line_id: int
    seen_on: date
    color: Color


@cache
def terms() -> Terms:
    """Read the shipped signs, once."""
    file = resources.files(__package__ or "") / "data" / "signs.toml"
    return read_terms(file.read_text("utf-8"), readable())


@cache
def readable() -> Mapping[str, Input]:
    """Say what signs may read: every feature that is no text, and what is read for them alone."""
    declared = features.declarations().features.values()
    kinds = {one.name: one.type for one in declared if one.type is not FeatureType.TEXT}
    known = {name: Input(name, InputType(kind.value)) for name, kind in kinds.items()}
    return MappingProxyType({**known, **{name: Input(name, kind) for name, kind in OWN.items()}})


def hold_range(db: Connection, *, first: int) -> None:
    """Wait until nobody else looks at the range that begins with a customer, and keep others waiting."""
    sql.many(db, "hold_range", first=first)


def look(db: Connection, chosen: Terms, *, first: int, last: int, as_of: date) -> Looked:
    """Read the facts of every line of the customers `first` to `last` as of a day; lines overdue are left out."""
    wanted = [one.name for one in chosen.inputs if one.name not in OWN]
    found = features.compute(
        db, range(first, last + 1), as_of=as_of, features=dict.fromkeys([*wanted, AGE])
    )
    params = {"first": first, "last": last}
    with joining_sets(db):
        overdue = sql.columns(db, "find_overdue", **params)["line_id"]
        paying = sql.columns(db, "read_paying", as_of=as_of, **params)
    scores = sql.columns(
        db,
        "read_scores_before",
        as_of=as_of,
        model=SCORE_MODEL,
        score_days=SCORE_DAYS,
        **params,
    )
    kept = ~np.isin(found["line_id"], overdue)
    columns = {name: values[kept] for name, values in found.items()}
    facts = {name: columns[name] for name in wanted}
    facts |= _beside(columns["line_id"], paying, ("later_days", "days_to_spare"))
    facts |= _beside(columns["line_id"], scores, ("score_now", "score_before"))
    keys = list(zip(columns["customer_id"].tolist(), columns["line_id"].tolist(), strict=True))
    return Looked(keys, columns[AGE], facts)


def _beside(
    line_ids: NDArray[np.int64], read: Mapping[str, NDArray[Any]], names: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    """Put what was read of some lines beside all of them, NaN where nothing was."""
    order = np.argsort(read["line_id"])
    ordered = read["line_id"][order]
    places = np.searchsorted(ordered, line_ids)
    places[places == len(ordered)] = 0
    there = ordered[places] == line_ids if len(ordered) else np.zeros(len(line_ids), np.bool_)
    found: dict[str, NDArray[np.float64]] = {}
    for name in names:
        values = np.full(len(line_ids), np.nan)
        values[there] = read[name][order][places[there]]
        found[name] = values
    return found


def find_standing(db: Connection, *, first: int, last: int) -> dict[tuple[int, int], Standing]:
    """Find the last sight kept of each line of the customers `first` to `last`."""
    rows = sql.many(db, "find_standing", first=first, last=last)
    return {
        (row.customer_id, row.line_id): Standing(Color(row.color), tuple(row.signs)) for row in rows
    }


def insert_sights(
    db: Connection, sights: Sequence[Sight], *, version: int, on: date, at: datetime
) -> int:
    """Keep sights of one day; return how many are new."""
    if not sights:
        return 0
    return sql.run(
        db,
        "insert_sights",
        customer_ids=arrays.bigints([one.customer_id for one in sights]),
        line_ids=arrays.bigints([one.line_id for one in sights]),
        colors=arrays.texts([one.color for one in sights]),
        signs=arrays.texts([" ".join(one.signs) for one in sights]),
        facts=arrays.jsons([msgspec.json.encode(one.facts) for one in sights]),
        version=version,
        on=on,
        at=at,
    )


def find_offerable(db: Connection, chosen: Terms, *, most: int, on: date) -> list[Offerable]:
    """Find who may be offered help on a business date, the worst first."""
    rows = sql.many(
        db,
        "find_offerable",
        on=on,
        colors=arrays.texts([color for color in WORST if color in chosen.help.colors]),
        period_days=chosen.help.period_days,
        level=STEP_UP_LEVEL,
        most=most,
    )
    return [Offerable(row.customer_id, row.line_id, tuple(row.signs)) for row in rows]


def count_offered(db: Connection, *, on: date) -> int:
    """Count who was offered help on a business date."""
    return sql.one(db, "count_offered", on=on).offered


def find_waiting(db: Connection, *, most: int) -> list[Waiting]:
    """Find lines that are red and in nobody's hands, the worst first."""
    rows = sql.many(db, "find_waiting", most=most)
    return [Waiting(*row)._replace(signs=tuple(row.signs)) for row in rows]


def find_run(db: Connection, *, on: date | None = None) -> Run | None:
    """Find the run of a day, or the last one."""
    row = sql.maybe(db, "find_run", on=on)
    return None if row is None else Run(*row)


def insert_run(db: Connection, run: Run) -> bool:
    """Keep a run; tell whether the day had none before."""
    return sql.run(db, "insert_run", **run._asdict()) == 1


def lock_sights(db: Connection, keys: Collection[LineKey]) -> dict[LineKey, Seen]:
    """Lock the last sight kept of lines until the transaction ends, in the order of their keys."""
    ordered = sorted(keys)
    rows = sql.many(
        db,
        "lock_sights",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        line_ids=arrays.bigints([key.line_id for key in ordered]),
    )
    return {
        LineKey(row.customer_id, row.line_id): Seen(*row)._replace(color=Color(row.color))
        for row in rows
    }


def insert_answers(
    db: Connection,
    answers: Iterable[tuple[Seen, str, str]],
    *,
    at: datetime,
) -> set[LineKey]:
    """Keep who answers which sight, and with what note; return the lines whose sight had no answer before."""
    given = list(answers)
    rows = sql.many(
        db,
        "insert_answers",
        customer_ids=arrays.bigints([seen.customer_id for seen, _, _ in given]),
        line_ids=arrays.bigints([seen.line_id for seen, _, _ in given]),
        seen_ons=arrays.dates([seen.seen_on for seen, _, _ in given]),
        actors=arrays.texts([actor for _, actor, _ in given]),
        notes=arrays.texts([note for _, _, note in given]),
        at=at,
    )
    return {LineKey(*row) for row in rows}
