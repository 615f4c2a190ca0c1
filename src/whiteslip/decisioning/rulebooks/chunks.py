"""Columns of facts as callers hand them over, and one chunk of them made ready for the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.rulebooks.model import NUMBER_BOUND, Input, InputType
from whiteslip.kernel.errors import InvalidInput

Bools: TypeAlias = NDArray[np.bool_]

_KINDS: Final[Mapping[InputType, str]] = {
    InputType.INT: "iuf",
    InputType.MONEY: "iuf",
    InputType.RATIO: "iuf",
    InputType.TEXT: "UO",
    InputType.BOOL: "bO",
}


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one input, and where they are missing; NaN and None are missing as well."""

    values: NDArray[Any]
    missing: Bools | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """The inputs of some rows: numbers as doubles, NaN where missing; None = missing nowhere."""

    rows: int
    values: Sequence[NDArray[Any]]
    missing: Sequence[Bools | None]


def count_rows(columns: Mapping[str, Column]) -> int:
    """Return the one length of all columns and masks."""
    lengths = {len(column.values) for column in columns.values()}
    lengths |= {len(c.missing) for c in columns.values() if c.missing is not None}
    if len(lengths) > 1:
        raise InvalidInput(f"columns differ in length: {sorted(lengths)}")
    return lengths.pop() if lengths else 0


def check_columns(inputs: Sequence[Input], columns: Mapping[str, Column]) -> None:
    """Refuse a column whose type cannot hold the input."""
    for source in inputs:
        column = columns.get(source.name)
        if column is not None and column.values.dtype.kind not in _KINDS[source.type]:
            raise _wrong_type(source, str(column.values.dtype))


def read_chunk(inputs: Sequence[Input], columns: Mapping[str, Column], part: slice) -> Chunk:
    """Cut some rows out of the columns a book reads; a column that is not there is missing."""
    rows = part.stop - part.start
    values: list[NDArray[Any]] = []
    missing: list[Bools | None] = []
    for source in inputs:
        column = columns.get(source.name, _NOWHERE)
        held, absent = _READ[source.type](source, _cut(column, part), rows)
        values.append(held)
        missing.append(absent if absent is not None and absent.any() else None)
    return Chunk(rows, values, missing)


_NOWHERE: Final = Column(np.empty(0))


def _cut(column: Column, part: slice) -> Column | None:
    if column is _NOWHERE:
        return None
    absent = None if column.missing is None else column.missing[part]
    return Column(column.values[part], absent)


def _read_number(source: Input, column: Column | None, rows: int) -> tuple[Any, Bools | None]:
    if column is None:
        return np.full(rows, np.nan), np.ones(rows, np.bool_)
    numbers = column.values.astype(np.float64, copy=False)
    present = np.less(np.abs(numbers), NUMBER_BOUND)
    if column.missing is not None:
        np.greater(present, column.missing, out=present)
    if not present.all():
        numbers = np.where(present, numbers, np.nan)
    if source.type.is_whole and column.values.dtype.kind == "f":
        _check_whole(source, numbers, present)
    return numbers, ~present


def _check_whole(source: Input, numbers: NDArray[np.float64], present: Bools) -> None:
    broken = np.not_equal(np.rint(numbers), numbers) & present
    if broken.any():
        raise _wrong_type(source, "fraction")


def _read_bool(source: Input, column: Column | None, rows: int) -> tuple[Any, Bools | None]:
    if column is None:
        return np.zeros(rows, np.bool_), np.ones(rows, np.bool_)
    values, absent = _without_none(source, column, bool, False)  # noqa: FBT003 - the filler
    truths = values.astype(np.bool_)
    return (truths if absent is None else np.greater(truths, absent)), absent


def _read_text(source: Input, column: Column | None, rows: int) -> tuple[Any, Bools | None]:
    if column is None:
        return np.full(rows, ""), np.ones(rows, np.bool_)
    return _without_none(source, column, str, "")


def _without_none(
    source: Input, column: Column, kind: type, filler: object
) -> tuple[NDArray[Any], Bools | None]:
    """Replace what is missing in an object column by a filler, and refuse any other type."""
    if column.values.dtype.kind != "O":
        return column.values, column.missing
    absent = np.array([value is None for value in column.values], np.bool_)
    if column.missing is not None:
        absent |= column.missing
    values = np.where(absent, np.array(filler, object), column.values)
    for value in values:
        if not isinstance(value, kind):
            raise _wrong_type(source, type(value).__name__)
    return values, absent


def _wrong_type(source: Input, found: str) -> InvalidInput:
    message = f"input {source.name!r} is {source.type.value}, a {found} is given"
    return InvalidInput(message, where=source.name)


_READ: Final = {
    InputType.INT: _read_number,
    InputType.MONEY: _read_number,
    InputType.RATIO: _read_number,
    InputType.TEXT: _read_text,
    InputType.BOOL: _read_bool,
}
