"""Reading an assignment table, strictly: what is missing, unknown, out of order or not monotone is refused."""

from __future__ import annotations

import tomllib
from itertools import pairwise
from typing import Any, cast

from whiteslip.credit.limits.model import RiskBand, Rung, Table
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import Minor

LARGEST_MINOR: Minor = 20_000_000
_FILE = "assignment.toml"
_NUMBERS = {
    "version": (1, 10_000),
    "smallest_minor": (1, LARGEST_MINOR),
    "largest_minor": (1, LARGEST_MINOR),
    "step_minor": (1, LARGEST_MINOR),
}
_LISTS = ("affordability_bands", "risk", "rung")


def read(text: str) -> Table:
    """Read a table from TOML; `InvalidInput` names the place."""
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{_FILE} is not TOML: {error}") from error
    _only(table, {*_NUMBERS, *_LISTS}, _FILE)
    numbers = {key: _whole(table, key, *bounds) for key, bounds in _NUMBERS.items()}
    columns = _names(table.get("affordability_bands"))
    rows = _tables(table, "risk")
    cells = tuple(_cells(row, len(columns), numbers["largest_minor"]) for row in rows)
    rungs = tuple(_rung(rung, numbers["largest_minor"]) for rung in _tables(table, "rung"))
    _check_cells(cells)
    _check_rungs(rungs)
    if not numbers["step_minor"] <= numbers["smallest_minor"] <= numbers["largest_minor"]:
        raise InvalidInput(f"{_FILE}: step ≤ smallest ≤ largest does not hold")
    return Table(
        risk_bands=_risk_bands(rows),
        affordability_bands=columns,
        cells=cells,
        rungs=rungs,
        **numbers,
    )


def _risk_bands(rows: list[dict[str, Any]]) -> tuple[RiskBand, ...]:
    last = len(rows) - 1
    bands = tuple(_risk_band(row, is_last=index == last) for index, row in enumerate(rows))
    for before, after in pairwise(bands):
        if before.most_probability >= after.most_probability or before.name == after.name:
            raise InvalidInput(f"risk band {after.name} is not above {before.name}", where="risk")
    return bands


def _risk_band(row: dict[str, Any], *, is_last: bool) -> RiskBand:
    bound = {"most_probability"} if not is_last else set[str]()
    _only(row, {"name", "limits_minor", *bound}, "risk")
    (name,) = _names([row.get("name")])
    if is_last:
        return RiskBand(name, 1.0)
    most = row.get("most_probability")
    if type(most) is not float or not 0 < most < 1:
        raise InvalidInput(f"most_probability of {name} is between 0 and 1", where="risk")
    return RiskBand(name, most)


def _cells(row: dict[str, Any], columns: int, largest: Minor) -> tuple[Minor, ...]:
    listed = row.get("limits_minor")
    if not isinstance(listed, list) or len(cast("list[Any]", listed)) != columns:
        text = f"risk band {row.get('name')} needs {columns} limits"
        raise InvalidInput(text, where="limits_minor")
    values = cast("list[Any]", listed)
    return tuple(_whole({"limits_minor": value}, "limits_minor", 0, largest) for value in values)


def _check_cells(cells: tuple[tuple[Minor, ...], ...]) -> None:
    """Refuse a table in which a worse band is given more."""
    for row in cells:
        if any(worse > better for better, worse in pairwise(row)):
            raise InvalidInput("a worse affordability is given more", where="limits_minor")
    for better, worse in pairwise(cells):
        if any(lower > upper for upper, lower in zip(better, worse, strict=True)):
            raise InvalidInput("a worse risk is given more", where="limits_minor")


def _rung(rung: dict[str, Any], largest: Minor) -> Rung:
    _only(rung, set(Rung._fields), "rung")
    return Rung(
        _whole(rung, "on_time_dues", 0, 1000),
        _whole(rung, "limit_minor", 0, largest),
        _whole(rung, "starter_minor", 0, largest),
    )


def _check_rungs(rungs: tuple[Rung, ...]) -> None:
    if rungs[0].on_time_dues:
        raise InvalidInput("the ladder begins with no dues paid", where="rung")
    if any(rung.starter_minor > rung.limit_minor for rung in rungs):
        raise InvalidInput("a starter is given more", where="rung")
    for lower, upper in pairwise(rungs):
        grows = lower.on_time_dues < upper.on_time_dues
        if not grows or any(low > up for low, up in zip(lower, upper, strict=True)):
            raise InvalidInput("a ladder goes up", where="rung")


def _names(listed: object) -> tuple[str, ...]:
    values = cast("list[Any]", listed) if isinstance(listed, list) else []
    names = tuple(value for value in values if isinstance(value, str) and value)
    if not names or len(set(names)) < len(values):
        raise InvalidInput(f"{_FILE}: bands need names, each its own", where="name")
    return names


def _tables(table: dict[str, Any], key: str) -> list[dict[str, Any]]:
    listed = table.get(key)
    rows = cast("list[Any]", listed) if isinstance(listed, list) else []
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput(f"{_FILE} needs [[{key}]] tables", where=key)
    return cast("list[dict[str, Any]]", rows)


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(table) - known):
        raise InvalidInput(f"unknown key {unknown[0]!r} in {where}", where=unknown[0])


def _whole(table: dict[str, Any], key: str, least: int, most: int) -> int:
    value = table.get(key)
    if type(value) is not int or not least <= value <= most:
        raise InvalidInput(f"{key} must be a whole number from {least} to {most}", where=key)
    return value
