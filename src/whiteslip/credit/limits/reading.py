"""Reading an assignment table, strictly: what is missing, unknown, out of order or not monotone is refused."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

from msgspec import Meta, Struct

from whiteslip.credit.limits.model import RiskBand, Rung, Table
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import Minor
from whiteslip.kernel.parameters import Text, Version, read_parameters

LARGEST_MINOR: Minor = 20_000_000
_FILE = "assignment.toml"
_Limit = Annotated[int, Meta(ge=1, le=LARGEST_MINOR)]
_Cell = Annotated[int, Meta(ge=0, le=LARGEST_MINOR)]


class _Risk(Struct, frozen=True, forbid_unknown_fields=True):
    name: Text
    limits_minor: tuple[_Cell, ...]
    most_probability: Annotated[float, Meta(gt=0, lt=1)] | None = None


class _Rung(Struct, frozen=True, forbid_unknown_fields=True):
    on_time_dues: Annotated[int, Meta(ge=0, le=1000)]
    limit_minor: _Cell
    starter_minor: _Cell


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    version: Version
    smallest_minor: _Limit
    largest_minor: _Limit
    step_minor: _Limit
    affordability_bands: Annotated[tuple[Text, ...], Meta(min_length=1)]
    risk: Annotated[tuple[_Risk, ...], Meta(min_length=1)]
    rung: Annotated[tuple[_Rung, ...], Meta(min_length=1)]


def read(text: str) -> Table:
    """Read a table from TOML; `InvalidInput` names the place."""
    table = read_parameters(text, _Table, file=_FILE)
    cells = tuple(one.limits_minor for one in table.risk)
    rungs = tuple(Rung(one.on_time_dues, one.limit_minor, one.starter_minor) for one in table.rung)
    if not table.step_minor <= table.smallest_minor <= table.largest_minor:
        raise InvalidInput(f"{_FILE}: step ≤ smallest ≤ largest does not hold")
    if len(set(table.affordability_bands)) < len(table.affordability_bands):
        raise InvalidInput("a band is named twice", where="affordability_bands")
    _check_size(cells, rungs, columns=len(table.affordability_bands), largest=table.largest_minor)
    _check_cells(cells)
    _check_rungs(rungs)
    return Table(
        table.version,
        table.smallest_minor,
        table.largest_minor,
        table.step_minor,
        _risk_bands(table.risk),
        table.affordability_bands,
        cells,
        rungs,
    )


def _risk_bands(read: Sequence[_Risk]) -> tuple[RiskBand, ...]:
    *bounded, last = read
    if last.most_probability is not None:
        raise InvalidInput("the last risk band has no upper end", where="risk")
    bands = (*(_risk_band(one) for one in bounded), RiskBand(last.name, 1.0))
    for before, after in pairwise(bands):
        if before.most_probability >= after.most_probability or before.name == after.name:
            raise InvalidInput(f"risk band {after.name} is not above {before.name}", where="risk")
    return bands


def _risk_band(read: _Risk) -> RiskBand:
    if read.most_probability is None:
        raise InvalidInput(f"risk band {read.name} has no most_probability", where="risk")
    return RiskBand(read.name, read.most_probability)


def _check_size(
    cells: Sequence[Sequence[Minor]], rungs: Sequence[Rung], *, columns: int, largest: Minor
) -> None:
    if any(len(row) != columns for row in cells):
        raise InvalidInput(f"every risk band needs {columns} limits", where="limits_minor")
    if any(cell > largest for row in cells for cell in row):
        raise InvalidInput(f"limits_minor is {largest} at most", where="limits_minor")
    if any(max(rung.limit_minor, rung.starter_minor) > largest for rung in rungs):
        raise InvalidInput(f"a rung is {largest} at most", where="rung")


def _check_cells(cells: tuple[tuple[Minor, ...], ...]) -> None:
    """Refuse a table in which a worse band is given more."""
    for row in cells:
        if any(worse > better for better, worse in pairwise(row)):
            raise InvalidInput("a worse affordability is given more", where="limits_minor")
    for better, worse in pairwise(cells):
        if any(lower > upper for upper, lower in zip(better, worse, strict=True)):
            raise InvalidInput("a worse risk is given more", where="limits_minor")


def _check_rungs(rungs: tuple[Rung, ...]) -> None:
    if rungs[0].on_time_dues:
        raise InvalidInput("the ladder begins with no dues paid", where="rung")
    if any(rung.starter_minor > rung.limit_minor for rung in rungs):
        raise InvalidInput("a starter is given more", where="rung")
    for lower, upper in pairwise(rungs):
        grows = lower.on_time_dues < upper.on_time_dues
        if not grows or any(low > up for low, up in zip(lower, upper, strict=True)):
            raise InvalidInput("a ladder goes up", where="rung")
