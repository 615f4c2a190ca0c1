"""A sample, column by column, as scorecards and models learn from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Codes: TypeAlias = "NDArray[np.int32]"
Bools: TypeAlias = "NDArray[np.bool_]"


class ColumnKind(StrEnum):
    """How a column is read: as amounts that have an order, or as names that have none."""

    NUMBER = "number"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True, eq=False)
class NumberColumn:
    """Numbers; NaN where missing. A special code (-7, 99999999) stands as itself and is listed.

    `specials` are values that mean something else than an amount; they get bins of their own.
    """

    name: str
    values: Floats
    specials: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: NDArray[np.intp] | Bools) -> NumberColumn:
        """Return some of the rows."""
        return NumberColumn(self.name, self.values[rows], self.specials)


@dataclass(frozen=True, slots=True, eq=False)
class CategoryColumn:
    """Names as places in `labels`; -1 where missing."""

    name: str
    codes: Codes
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: NDArray[np.intp] | Bools) -> CategoryColumn:
        """Return some of the rows, with the same labels."""
        return CategoryColumn(self.name, self.codes[rows], self.labels)


Column: TypeAlias = NumberColumn | CategoryColumn


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Columns of equal length and, for each row, whether it ended badly.

    `directions` says for some numbers whether more of it is known to be worse (+1) or better (-1).
    """

    columns: tuple[Column, ...]
    is_bad: Bools
    directions: Mapping[str, int] = field(default_factory=dict[str, int])

    def __len__(self) -> int:
        return len(self.is_bad)

    def take(self, rows: NDArray[np.intp] | Bools) -> Sample:
        """Return some of the rows."""
        columns = tuple(column.take(rows) for column in self.columns)
        return Sample(columns, self.is_bad[rows], self.directions)

    def column(self, name: str) -> Column:
        """Return the column of this name; `KeyError` if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
