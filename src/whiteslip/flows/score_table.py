"""Score any table with a fitted model: points, probability and what counted most against each row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from whiteslip.decisioning.models import scoring
from whiteslip.decisioning.models.explaining import harm, worst
from whiteslip.decisioning.models.model import Model, ModelKind
from whiteslip.decisioning.samples.fitted import Fitted
from whiteslip.decisioning.samples.model import Column
from whiteslip.decisioning.samples.recipes import (
    DaysRecipe,
    is_name,
    misfits,
    read_columns,
    text_of,
)
from whiteslip.infra.tables import RawTable
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import MOST_REASONS

arrow: Any = pa

CHUNK_ROWS: Final = 50_000
_RESULTS: Final = frozenset({"points", "probability", "reasons"})


class ScoredTable(NamedTuple):
    """The result column by column, ready to be written, and what did not fit the model's reading."""

    columns: Mapping[str, Any]
    rows: int
    notes: tuple[str, ...]


def score_table(fitted: Fitted, raw: RawTable, *, key: str | None = None) -> ScoredTable:
    """Score every row. Columns only of which the models read are needed; missing ones are named.

    `key` is a column handed through, so that rows can be told apart; else rows are numbered from 1.
    `reasons` are the columns that counted most against a row, the worst first.
    """
    if key is not None and key not in raw.columns:
        raise InvalidInput(f"the table has no column {key!r}", where=key)
    models = {each.kind: model_of(fitted, each.kind) for each in fitted.learned}
    needed = {name for model in models.values() for name in scoring.names_read(model)}
    recipes = [recipe for recipe in fitted.ways() if recipe.name in needed]
    readings = read_columns(recipes, raw.columns)
    columns = [reading.column for reading in readings]
    name = key or "row"
    found: dict[str, Any] = {name: _key(raw, key) if key else np.arange(1, raw.rows + 1)}
    for kind, model in models.items():
        suffix = "" if kind == fitted.learned[0].kind else f"_{kind}"
        scores = scoring.score(model, columns)
        if scores.points is not None:
            found[f"points{suffix}"] = np.round(scores.points, 2)
        found[f"probability{suffix}"] = scores.probability
        found[f"reasons{suffix}"] = _reasons(model, columns, raw.rows)
    return ScoredTable(found, raw.rows, misfits(readings))


def model_of(fitted: Fitted, kind: str) -> Model:
    """Return the model of a kind; `InvalidInput` if none was fitted or its body is damaged."""
    learned = fitted.of_kind(kind)
    if learned is None:
        raise InvalidInput(f"{fitted.name} holds no {kind} model", where=kind)
    return scoring.read(learned.body, kind=ModelKind(kind), file=f"{fitted.name} ({kind})")


def columns_read(fitted: Fitted) -> tuple[str, ...]:
    """Name the columns of a table that the models need."""
    names = [
        name for each in fitted.learned for name in scoring.names_read(model_of(fitted, each.kind))
    ]
    for recipe in fitted.ways():
        if recipe.name in names and isinstance(recipe, DaysRecipe) and is_name(recipe.before):
            names.append(recipe.before)
    return tuple(dict.fromkeys(names))


def _key(raw: RawTable, key: str) -> Any:
    """Return the column handed through as whole numbers or text; one that would be taken for a result is refused."""
    if key.removesuffix("_boosted") in _RESULTS:
        raise InvalidInput(f"column {key!r} is called as one of the results; rename it", where=key)
    cells = raw.columns[key]
    return cells if arrow.types.is_integer(cells.type) else text_of(cells, key)


def _reasons(model: Model, columns: list[Column], rows: int) -> Any:
    """Join the names of the columns that counted most against each row."""
    names = arrow.array([*scoring.names_read(model), ""])
    chunks: list[Any] = []
    for start in range(0, rows, CHUNK_ROWS):
        part = np.arange(start, min(start + CHUNK_ROWS, rows), dtype=np.intp)
        chunks.append(_joined(worst(harm(model, columns, rows=part), most=MOST_REASONS), names))
    return (
        arrow.chunked_array(chunks, arrow.string()) if chunks else arrow.array([], arrow.string())
    )


def _joined(places: NDArray[np.intp], names: Any) -> Any:
    """Write each distinct set of places once: rows share few of them."""
    distinct, which = np.unique(places, axis=0, return_inverse=True)
    known: list[str] = names.to_pylist()
    rows: list[list[int]] = distinct.tolist()
    texts = ["; ".join(known[place] for place in row if place >= 0) for row in rows]
    return arrow.array(texts, arrow.string()).take(arrow.array(which.ravel()))
