"""Features of any set of customers as of a day, the statements that compute them, and recording facts from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache, reduce
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.features import rules
from whiteslip.decisioning.features.model import (
    Declarations,
    Feature,
    FeatureType,
    OutsideFact,
    WhenAbsent,
)
from whiteslip.decisioning.features.reading import SCORES, read
from whiteslip.decisioning.habits.rules import SCORE_DAYS, SCORE_MODEL
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.planning import joining_sets
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvalidInput, InvariantBroken
from whiteslip.money.ledger.store import take_numbers

sql = Sql(__package__)

Columns: TypeAlias = "dict[str, NDArray[Any]]"
"""Columns by name, one place a line: `customer_id`, `line_id` and features.

Numbers are doubles with NaN where missing; truths and texts are objects with None where missing.
"""

_USE: Final = "use"

GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "consumption": "compute_consumption",
        "arrears": "compute_arrears",
        "payments": "compute_payments",
        _USE: "compute_use",
        "restrictions": "compute_restrictions",
        "capacity": "compute_capacity",
        "statuses": "compute_statuses",
        "warnings": "compute_warnings",
        SCORES: "compute_scores",
    }
)
"""The statement of each group; all take `first`, `last`, `customer_ids` (or NULL) and `as_of`."""

QUICK: Final = frozenset({"days_past_due", "late_days_12m", "restriction_level", "utilization"})
"""The features that `read_watch_facts` reads from live columns."""

_KEY = ("customer_id", "line_id")
_EVERYONE = (0, 2**63 - 1)


@cache
def declarations() -> Declarations:
    """Read the declarations that come with the program, once."""
    name = "features.toml"
    body = (resources.files(__package__ or "") / "data" / name).read_text("utf-8")
    declared, problems = read(body, file=name)
    if declared is None:
        raise InvariantBroken("; ".join(map(str, problems)))
    return declared


def compute(
    db: Connection,
    customer_ids: Iterable[int] | None,
    *,
    as_of: date,
    features: Iterable[str] | None = None,
) -> Columns:
    """Compute features (all, unless named) of every line of some customers (all, if None) as of a day.

    Scores are computed where they are named.
    Only what was known by the end of the day counts; a line opened later is left out. Rows are in
    the order of customer and line. Only the statements of the groups needed are run.
    """
    wanted = declarations().select(None) if features is None else _named(features)
    params = _params(customer_ids, as_of)
    groups = dict.fromkeys(feature.group for feature in wanted) or {_USE: None}
    parts: list[Columns] = []
    with joining_sets(db):
        for group in groups:
            mine = [feature for feature in wanted if feature.group == group]
            parts.append(_run(db, group, mine, params))
    joined = _aligned(parts)
    return {name: joined[name] for name in (*_KEY, *(feature.name for feature in wanted))}


def statement(features: Iterable[str]) -> str:
    """Return a query of some features and scores, one row a line with its key, to stand inside a larger one.

    It takes `first`, `last`, `customer_ids` (NULL for the whole range) and `as_of`. What is missing
    is NULL; counts and amounts are bigint, ratios double precision.
    """
    wanted = _named(features)
    if not wanted:
        raise InvalidInput("a query of no features", where="features")
    groups = list(dict.fromkeys(feature.group for feature in wanted))
    cells = ", ".join(f"{_cell(each, f'of_{each.group}')} AS {each.name}" for each in wanted)
    parts = [(g, text_of(g, [each for each in wanted if each.group == g])) for g in groups]
    tables = [f"(\n{text}\n) AS of_{group}" for group, text in parts]
    joined = "".join(f"\nINNER JOIN {table} USING (customer_id, line_id)" for table in tables[1:])
    return f"SELECT customer_id, line_id, {cells}\nFROM {tables[0]}{joined}"


def text_of(group: str, features: Iterable[Feature]) -> str:
    """Return the statement that these features of a group are read from.

    That of the scores speaks of the model and the age the checkout goes by; that of use looks back only for
    a feature that has a window.
    """
    text = sql.text(GROUPS[group])
    if group == _USE and not any(each.window_days for each in features):
        text = text.replace("/* months */ 6", "0")
        after = "AND movement.business_date > %(as_of)s::date"
        text = text.replace("/* after the day */", after)
    if group == SCORES:
        text = text.replace("/* score_model */", f"'{SCORE_MODEL}'")
        text = text.replace("/* score_days */", str(SCORE_DAYS))
    return text


def watch_facts(inputs: Iterable[str] = ()) -> str:
    """Return the query of what a watch book reads, for customers between `first` and `last` as of `as_of`.

    The quick facts are always there: they read today's live balances, so they hold only for today, and there they
    equal the features of the same names. Other inputs are computed as features, or read as scores; then the query
    also takes `customer_ids` (NULL for the whole range).
    """
    quick = sql.text("read_watch_facts")
    others = [name for name in inputs if name not in QUICK]
    if not others:
        return quick
    computed = statement(others)
    return (
        f"SELECT *\nFROM (\n{quick}\n) AS quick\n"
        f"INNER JOIN (\n{computed}\n) AS computed USING (customer_id, line_id)"
    )


def record_outside_facts(db: Connection, facts: Sequence[OutsideFact]) -> int:
    """Record facts, all or none, and return how many; one that cannot be right is an error that names it."""
    if not facts:
        return 0
    declared = declarations()
    values = [rules.store_value(fact, declared) for fact in facts]
    return sql.run(
        db,
        "insert_outside_facts",
        customer_ids=arrays.bigints([fact.customer_id for fact in facts]),
        fact_nos=arrays.bigints(take_numbers(db, len(facts))),
        observed_ons=arrays.dates([fact.observed_on for fact in facts]),
        known_ons=arrays.dates([fact.known_on for fact in facts]),
        wholes=arrays.bigints([value.whole for value in values]),
        ratios=arrays.floats([value.ratio for value in values]),
        names=arrays.texts([fact.name for fact in facts]),
        labels=arrays.texts([value.label for value in values]),
        sources=arrays.texts([fact.source for fact in facts]),
    )


def _params(customer_ids: Iterable[int] | None, as_of: date) -> dict[str, Any]:
    """Give the statements a range, and the list where the range holds others too."""
    if customer_ids is None:
        first, last = _EVERYONE
        return {"first": first, "last": last, "customer_ids": None, "as_of": as_of}
    ids = np.unique(np.fromiter(customer_ids, dtype=np.int64))
    first, last = (int(ids[0]), int(ids[-1])) if len(ids) else (0, -1)
    gapless = last - first + 1 == len(ids)
    listed = None if gapless else arrays.bigints(ids)
    return {"first": first, "last": last, "customer_ids": listed, "as_of": as_of}


def _named(names: Iterable[str]) -> tuple[Feature, ...]:
    return declarations().select_facts(names)


def _run(
    db: Connection, group: str, features: Sequence[Feature], params: Mapping[str, Any]
) -> Columns:
    """Run one group's statement, planned for just these customers, and read its rows as columns."""
    labels = {f"labels_{each.name}": arrays.texts(each.labels) for each in features if each.labels}
    cells = [f"array_agg(fact.{name}) AS {name}" for name in _KEY]
    cells += [f"array_agg({_packed(each)}) AS {each.name}" for each in features]
    text = text_of(group, features)
    query = f"SELECT {', '.join(cells)} FROM (\n{text}\n) AS fact"
    with db.cursor(binary=True) as cursor:
        found = arrays.read(cursor.execute(query.encode(), {**params, **labels}, prepare=False))
    return {**found, **{each.name: _unpacked(each, found[each.name]) for each in features}}


def _cell(feature: Feature, table: str) -> str:
    """Write a feature's value, with what its absence means, as SQL of its type."""
    value = f"{table}.{feature.name}"
    if feature.when_absent is WhenAbsent.ZERO:
        value = f"coalesce({value}, 0)"
    return f"{value}::{_SQL_TYPES[feature.type]}"


def _packed(feature: Feature) -> str:
    """Write a feature as SQL without NULL, as columns are read."""
    cell = _cell(feature, "fact")
    match feature.type:
        case FeatureType.BOOL:
            return f"coalesce({cell}::integer, -1)"
        case FeatureType.TEXT:
            return f"coalesce(array_position(%(labels_{feature.name})b::text[], {cell}), 0)"
        case _:
            return f"coalesce({cell}::double precision, 'NaN')"


def _unpacked(feature: Feature, found: NDArray[Any]) -> NDArray[Any]:
    match feature.type:
        case FeatureType.BOOL:
            meanings = np.array([False, True, None], dtype=object)
            return meanings[found]
        case FeatureType.TEXT:
            meanings = np.array([None, *feature.labels], dtype=object)
            return meanings[found]
        case _:
            return found


def _aligned(parts: Sequence[Columns]) -> Columns:
    """Put the groups' rows side by side, in the order of their keys.

    A line opened between two of the statements is in the later ones only; it is left out.
    """
    common = reduce(np.intersect1d, [part["line_id"] for part in parts])
    joined: Columns = {}
    for part in parts:
        order = np.lexsort((part["line_id"], part["customer_id"]))
        kept = order[np.isin(part["line_id"][order], common)]
        joined |= {name: values[kept] for name, values in part.items()}
    return joined


_SQL_TYPES: Final[Mapping[FeatureType, str]] = MappingProxyType(
    {
        FeatureType.INT: "bigint",
        FeatureType.MONEY: "bigint",
        FeatureType.RATIO: "double precision",
        FeatureType.BOOL: "boolean",
        FeatureType.TEXT: "text",
    }
)
