"""How each column is read: decided once when a model is fitted, repeated exactly when it scores."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as _compute

from whiteslip.decisioning.samples import cells as reading
from whiteslip.decisioning.samples.cells import Cells, Distinct
from whiteslip.decisioning.samples.dates import SENTINELS, read_dates
from whiteslip.decisioning.samples.model import (
    Bools,
    CategoryColumn,
    Codes,
    Column,
    Floats,
    NumberColumn,
)
from whiteslip.kernel.errors import InvalidInput

arrow: Any = pa
compute: Any = _compute

POOLED: Final = "(other)"
"""The label under which rare labels stand together."""
MOST_TOLD: Final = 5
_A_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class NumberRecipe:
    """Read amounts; `texts` are words (in their common form) that stand as a special code.

    `decimal` begins the fraction, "." or ","; `missing` are further words that say nothing.
    """

    name: str
    decimal: str = "."
    specials: tuple[float, ...] = ()
    texts: tuple[tuple[str, float], ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CategoryRecipe:
    """Read labels; spellings are joined. If `pooled`, an unlisted label is `(other)`."""

    name: str
    labels: tuple[str, ...]
    pooled: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DaysRecipe:
    """Read dates of one form as days before a date, or before that of another column."""

    name: str
    form: str
    before: str
    before_form: str = ""
    missing: tuple[str, ...] = ()


Recipe: TypeAlias = NumberRecipe | CategoryRecipe | DaysRecipe


class Reading(NamedTuple):
    """A column as read; `unreadable` and `unseen` count the first few cells that did not fit."""

    column: Column
    missing: int
    unreadable: Mapping[str, int]
    unseen: Mapping[str, int]
    unreadable_rows: int = 0
    unseen_rows: int = 0


def read_columns(recipes: Sequence[Recipe], table: Mapping[str, Cells]) -> tuple[Reading, ...]:
    """Read the columns of a table by their recipes; columns that are not there are all named."""
    needed = [recipe.name for recipe in recipes]
    needed += [
        each.before for each in recipes if isinstance(each, DaysRecipe) and is_name(each.before)
    ]
    if absent := [name for name in dict.fromkeys(needed) if name not in table]:
        raise InvalidInput(f"the table lacks columns: {', '.join(absent)}", where="columns")
    return tuple(read_column(recipe, table) for recipe in recipes)


def read_column(recipe: Recipe, table: Mapping[str, Cells]) -> Reading:
    """Read one column; cells that hold no plain values at all are `InvalidInput`."""
    match recipe:
        case NumberRecipe():
            return _read_number(recipe, table[recipe.name])
        case CategoryRecipe():
            return _read_category(recipe, table[recipe.name])
        case DaysRecipe():
            return _read_days(recipe, table)


def spread(values: Floats, codes: Codes) -> Floats:
    """Give each row the value of its distinct cell; NaN where it has none."""
    return np.append(values, np.nan)[codes]


def number_of_each(found: Distinct, recipe: NumberRecipe) -> tuple[Floats, Bools]:
    """Return the number of each distinct cell, and which cells are neither numbers nor nothing."""
    values = reading.numbers(found.values, decimal=recipe.decimal)
    nothing = reading.says_nothing(found.values, reading.NO_NUMBER | set(recipe.missing))
    values[nothing] = np.nan
    if recipe.texts:
        words = arrow.array([word for word, _ in recipe.texts])
        places = compute.index_in(reading.keys(found.values), value_set=words)
        place = np.array(compute.fill_null(places, -1).to_numpy(zero_copy_only=False))
        stands_for = np.array([*(code for _, code in recipe.texts), np.nan])[place]
        values = np.where(place >= 0, stands_for, values)
    return values, np.isnan(values) & ~nothing


def text_of(cells: Cells, name: str) -> Cells:
    """Return a column as text, or refuse lists, structures and bytes."""
    text = reading.as_text(cells)
    if text is None:
        raise InvalidInput(f"column {name}: {cells.type} holds no plain values", where=name)
    return text


def counted(found: Distinct, chosen: Bools) -> Mapping[str, int]:
    """Name the chosen distinct cells and their rows, the most frequent few first."""
    places = np.flatnonzero(chosen)
    order = places[np.argsort(-found.counts[places], kind="stable")][:MOST_TOLD]
    return {str(found.values[int(place)].as_py())[:40]: int(found.counts[place]) for place in order}


def misfits(readings: Sequence[Reading]) -> tuple[str, ...]:
    """Tell of cells that did not fit how their column is read."""
    notes: list[str] = []
    for each in readings:
        name = each.column.name
        for rows, few, what in (
            (each.unreadable_rows, each.unreadable, "cannot be read and count as missing"),
            (each.unseen_rows, each.unseen, "with labels never seen"),
        ):
            if rows:
                told = ", ".join(f"{text!r} ({times:,})" for text, times in few.items())
                cells = "1 cell" if rows == 1 else f"{rows:,} cells"
                notes.append(f"{name}: {cells} {what}: {told}")
    return tuple(notes)


def _read_number(recipe: NumberRecipe, cells: Cells) -> Reading:
    types = arrow.types
    typed = types.is_integer(cells.type) or types.is_floating(cells.type)
    if (typed or types.is_decimal(cells.type)) and not recipe.texts and not recipe.missing:
        values = reading.as_floats(cells)
        values[~(np.abs(values) < reading.LARGEST)] = np.nan
        column = NumberColumn(recipe.name, values, recipe.specials)
        return Reading(column, int(np.isnan(values).sum()), {}, {})
    found = reading.distinct(text_of(cells, recipe.name))
    each, unreadable = number_of_each(found, recipe)
    column = NumberColumn(recipe.name, spread(each, found.codes), recipe.specials)
    lost = int(found.counts[unreadable].sum())
    missing = int(np.isnan(column.values).sum())
    return Reading(column, missing, counted(found, unreadable), {}, unreadable_rows=lost)


def _read_category(recipe: CategoryRecipe, cells: Cells) -> Reading:
    found = reading.distinct(text_of(cells, recipe.name))
    nothing = reading.says_nothing(found.values, reading.NOTHING | set(recipe.missing))
    known = reading.keys(arrow.array(recipe.labels, arrow.string()))
    places = compute.index_in(reading.keys(found.values), value_set=known)
    place: Codes = np.array(compute.fill_null(places, -1).to_numpy(zero_copy_only=False))
    unseen = (place < 0) & ~nothing
    labels = recipe.labels
    if unseen.any():
        labels, place = _with_unseen(recipe, found, place, unseen)
    codes = np.append(place, -1)[found.codes].astype(np.int32)
    column = CategoryColumn(recipe.name, codes, labels)
    rows = int(found.counts[unseen].sum())
    missing = int((codes < 0).sum())
    return Reading(column, missing, {}, counted(found, unseen), unseen_rows=rows)


def _with_unseen(
    recipe: CategoryRecipe, found: Distinct, place: Codes, unseen: Bools
) -> tuple[tuple[str, ...], Codes]:
    """Pool labels that are not listed, or keep them as labels of their own behind the listed ones."""
    if recipe.pooled:
        return recipe.labels, np.where(unseen, recipe.labels.index(POOLED), place)
    rows = np.flatnonzero(unseen)
    fresh = reading.keys(found.values.take(arrow.array(rows))).dictionary_encode()
    added = np.array(fresh.indices.to_numpy(zero_copy_only=False)) + len(recipe.labels)
    moved = place.copy()
    moved[rows] = added
    return (*recipe.labels, *fresh.dictionary.to_pylist()), moved


def _read_days(recipe: DaysRecipe, table: Mapping[str, Cells]) -> Reading:
    days, unreadable, told = _days_of(recipe, table[recipe.name])
    if is_name(recipe.before):
        other = DaysRecipe(recipe.before, recipe.before_form, "", missing=recipe.missing)
        until = _days_of(other, table[recipe.before])[0]
    else:
        until = np.array([np.datetime64(recipe.before, "D").astype(np.int64)], dtype=np.float64)
    values = until - days
    column = NumberColumn(recipe.name, values)
    missing = int(np.isnan(values).sum())
    return Reading(column, missing, told, {}, unreadable_rows=unreadable)


def _days_of(recipe: DaysRecipe, cells: Cells) -> tuple[Floats, int, Mapping[str, int]]:
    """Return each row's day since 1970-01-01, how many cells are no date, and some of them."""
    found = reading.distinct(text_of(cells, recipe.name))
    nothing = reading.says_nothing(found.values, reading.NO_NUMBER | set(recipe.missing))
    dates = read_dates(found.values, form=recipe.form)
    days = np.full(len(found.counts), np.nan) if dates is None else dates.days
    unreadable = np.isnan(days) & ~nothing
    days = np.where(nothing | _is_sentinel(days), np.nan, days)
    return (
        spread(days, found.codes),
        int(found.counts[unreadable].sum()),
        counted(found, unreadable),
    )


def _is_sentinel(days: Floats) -> Bools:
    known = np.array(sorted(SENTINELS), dtype="datetime64[D]").astype(np.int64)
    return np.isin(days, known)


def is_name(before: str) -> bool:
    """Say whether `before` names a column rather than a date."""
    try:
        date.fromisoformat(before)
    except ValueError:
        return True
    return not _A_DAY.match(before)
