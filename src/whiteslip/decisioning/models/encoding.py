"""How columns become the matrix a booster reads: the same when learning and when serving.

An input with special codes takes two features: the amount, missing where a code stands, and which
code it is. So a code can be told from an amount and from missing, and constraints bind amounts only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from whiteslip.decisioning.models.model import CategoryInput, Input, NumberInput
from whiteslip.decisioning.samples.model import CategoryColumn, Column, Floats, NumberColumn
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode


class Features(NamedTuple):
    """Features in their order: whose input each is, which are names, and how amounts may act."""

    owners: tuple[int, ...]
    categories: tuple[int, ...]
    directions: tuple[int, ...]


def inputs_of(
    columns: Sequence[Column], *, directions: Mapping[str, int], reasons: Mapping[str, ReasonCode]
) -> tuple[Input, ...]:
    """Describe the columns of a sample as inputs; what names none of them is `InvalidInput`."""
    names = [column.name for column in columns]
    if not names or len(set(names)) < len(names):
        raise InvalidInput(f"columns need names of their own: {names}", where="columns")
    numbers = {column.name for column in columns if isinstance(column, NumberColumn)}
    for what, given, allowed in (
        ("a direction", directions, numbers),
        ("a reason", reasons, set(names)),
    ):
        if loose := sorted(set(given) - allowed):
            raise InvalidInput(f"there is {what} for {', '.join(loose)}, which cannot have one")
    if not set(directions.values()) <= {-1, 0, 1}:
        raise InvalidInput(f"a direction is -1, 0 or +1: {dict(directions)}", where="directions")
    return tuple(_input(column, directions, reasons) for column in columns)


def features_of(inputs: Sequence[Input]) -> Features:
    """Lay out the features of some inputs."""
    owners: list[int] = []
    categories: list[int] = []
    directions: list[int] = []
    for place, source in enumerate(inputs):
        if isinstance(source, CategoryInput):
            categories.append(len(owners))
            owners.append(place)
            directions.append(0)
            continue
        owners.append(place)
        directions.append(source.direction)
        if source.specials:
            categories.append(len(owners))
            owners.append(place)
            directions.append(0)
    return Features(tuple(owners), tuple(categories), tuple(directions))


def matrix(inputs: Sequence[Input], columns: Sequence[Column]) -> Floats:
    """Return rows × features, column by column in memory; NaN is missing.

    A column that is missing, twice there, not asked for, of another kind or length, or that holds an
    infinite amount is `InvalidInput`; all of the first three are named at once.
    """
    found = {column.name: column for column in columns}
    _check_names(inputs, columns)
    lengths = {len(column) for column in columns}
    if len(lengths) != 1:
        raise InvalidInput(f"columns differ in length: {sorted(lengths)}", where="columns")
    width = len(features_of(inputs).owners)
    cells = np.empty((lengths.pop(), width), dtype=np.float64, order="F")
    place = 0
    for source in inputs:
        place += _fill(cells[:, place:], source, found[source.name])
    return cells


def _input(
    column: Column, directions: Mapping[str, int], reasons: Mapping[str, ReasonCode]
) -> Input:
    reason = reasons.get(column.name)
    if isinstance(column, CategoryColumn):
        return CategoryInput(column.name, column.labels, reason)
    return NumberInput(column.name, column.specials, directions.get(column.name, 0), reason)


def _check_names(inputs: Sequence[Input], columns: Sequence[Column]) -> None:
    wanted, given = {source.name for source in inputs}, [column.name for column in columns]
    faults = {
        "missing": sorted(wanted - set(given)),
        "not asked for": sorted(set(given) - wanted),
        "there twice": sorted({name for name in given if given.count(name) > 1}),
    }
    if told := [f"{what}: {', '.join(names)}" for what, names in faults.items() if names]:
        raise InvalidInput(f"columns {'; '.join(told)}", where="columns")


def _fill(cells: Floats, source: Input, column: Column) -> int:
    """Fill the first features with an input and return how many it took."""
    match source, column:
        case NumberInput(), NumberColumn():
            return _fill_number(cells, source, column)
        case CategoryInput(), CategoryColumn():
            _fill_category(cells[:, 0], source, column)
            return 1
        case _:
            is_number = isinstance(source, NumberInput)
            wanted, got = ("numbers", "names") if is_number else ("names", "numbers")
            raise InvalidInput(f"column {source.name} holds {got}, not {wanted}", where=source.name)


def _fill_number(cells: Floats, source: NumberInput, column: NumberColumn) -> int:
    if column.values.dtype.kind not in "fiu" or column.values.ndim != 1:
        text = f"column {source.name} holds {column.values.dtype}, not numbers"
        raise InvalidInput(text, where=source.name)
    cells[:, 0] = column.values
    infinite = np.isinf(cells[:, 0])
    # A code this model never met says nothing to it; read as an amount it would say a lot.
    for unknown in set(column.specials) - set(source.specials):
        special = column.values == unknown
        cells[special, 0] = np.nan
        infinite &= ~special
    if source.specials:
        cells[:, 1] = 0
    for place, known in enumerate(source.specials, start=1):
        special = column.values == known
        cells[special, 0] = np.nan
        cells[special, 1] = place
        infinite &= ~special
    if infinite.any():
        row = int(np.argmax(infinite))
        raise InvalidInput(f"column {source.name} is infinite in row {row}", where=source.name)
    return 2 if source.specials else 1


def _fill_category(cells: Floats, source: CategoryInput, column: CategoryColumn) -> None:
    codes = column.codes
    if codes.dtype.kind not in "iu" or codes.ndim != 1:
        text = f"column {source.name} holds {codes.dtype}, not places of labels"
        raise InvalidInput(text, where=source.name)
    if len(codes) and not -1 <= int(codes.min()) <= int(codes.max()) < len(column.labels):
        text = f"column {source.name} has codes from {codes.min()} to {codes.max()}"
        raise InvalidInput(f"{text} for {len(column.labels)} labels", where=source.name)
    if column.labels == source.labels:
        cells[:] = codes
        cells[codes < 0] = np.nan
        return
    places = {label: place for place, label in enumerate(source.labels)}
    known = [places.get(label, np.nan) for label in column.labels]
    cells[:] = np.array([*known, np.nan])[codes]  # -1, missing, is the last
