"""Columns as callers hand them over, read some rows at a time into the slots of a variable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.samples.model import CategoryColumn, Column, NumberColumn
from whiteslip.decisioning.scorecards.finders import finder
from whiteslip.decisioning.scorecards.model import (
    CategoryVariable,
    NumberVariable,
    Scorecard,
    Variable,
)
from whiteslip.decisioning.scorecards.slots import Slots, category_slots, number_slots
from whiteslip.kernel.errors import InvalidInput

Given: TypeAlias = "NDArray[Any] | Column"

_NUMBERS: Final = "iufO"
_TEXTS: Final = "UO"


def count_rows(columns: Mapping[str, Given], rows: int | None) -> int:
    """Return the one length of all columns."""
    lengths = {len(column) for column in columns.values()}
    if rows is not None:
        lengths.add(rows)
    if len(lengths) > 1:
        raise InvalidInput(f"columns differ in length: {sorted(lengths)}", where="columns")
    return lengths.pop() if lengths else 0


def check_columns(card: Scorecard, columns: Mapping[str, Given]) -> None:
    """Refuse a column whose type cannot hold the variable."""
    for variable in card.variables:
        column = columns.get(variable.name)
        if column is not None and not _fits(variable, column):
            raise _wrong_type(variable, column)


def _fits(variable: Variable, column: Given) -> bool:
    is_number = isinstance(variable, NumberVariable)
    if isinstance(column, np.ndarray):
        return column.ndim == 1 and column.dtype.kind in (_NUMBERS if is_number else _TEXTS)
    return isinstance(column, NumberColumn) is is_number


def read_chunk(variable: Variable, column: Given | None, part: slice) -> Slots:
    """Return the slots of some rows; a column that is not there is missing."""
    if column is None:
        return np.zeros(part.stop - part.start, np.int32) + np.int32(len(variable.slots) - 1)
    if isinstance(variable, NumberVariable) and isinstance(column, NumberColumn):
        return number_slots(variable, column.values[part])
    if isinstance(variable, CategoryVariable) and isinstance(column, CategoryColumn):
        cut = CategoryColumn(column.name, column.codes[part], column.labels)
        return category_slots(variable, cut)
    if not isinstance(column, np.ndarray):
        raise _wrong_type(variable, column)
    if isinstance(variable, NumberVariable) and column.dtype.kind != "O":
        return number_slots(variable, column[part].astype(np.float64, copy=False))
    given: list[object] = column[part].tolist()
    return np.array(list(map(finder(variable), given)), np.int32)


def _wrong_type(variable: Variable, column: Given) -> InvalidInput:
    kind = "number" if isinstance(variable, NumberVariable) else "category"
    found = column.dtype if isinstance(column, np.ndarray) else type(column).__name__
    cause = f"{variable.name!r} is a {kind}, a column of {found} is given"
    return InvalidInput(cause, where=variable.name)
