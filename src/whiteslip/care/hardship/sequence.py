"""The written way from a missed due to the proposal of a charge-off: which step is due, and what holds it up."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple, cast

from whiteslip.kernel.errors import InvalidInput


class Step(NamedTuple):
    """A step: from which day past due, by whom, and what that person must do."""

    name: str
    days_past_due: int
    duty: str
    people: int


class Way(NamedTuple):
    """The steps in order, and how many days lie between two at least."""

    days_apart: int
    steps: tuple[Step, ...]


def step_due(
    steps: Sequence[Step],
    *,
    days_past_due: int,
    taken: int,
    last_on: date | None,
    days_apart: int,
    is_held: bool,
    on: date,
) -> Step | None:
    """Name the next step if its day has come; relief and disputes hold it up, and no step is skipped or rushed.

    `taken` is how many steps of this episode were taken, `last_on` when the latest was.
    """
    if is_held or taken >= len(steps) or days_past_due < steps[taken].days_past_due:
        return None
    if last_on is not None and on < last_on + timedelta(days=days_apart):
        return None
    return steps[taken]


def read(text: str) -> Way:
    """Read the sequence from TOML; what is missing, unknown or out of order is refused."""
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{_FILE} is not TOML: {error}") from error
    _only(table, {"days_apart", "step"}, _FILE)
    listed = table.get("step")
    if not isinstance(listed, list) or not listed:
        raise InvalidInput(f"{_FILE} needs [[step]] tables", where="step")
    steps = tuple(_step(each) for each in cast("list[Any]", listed))
    for before, after in pairwise(steps):
        if before.days_past_due >= after.days_past_due:
            raise InvalidInput(f"step {after.name} is not after {before.name}", where="step")
    return Way(_whole(table, "days_apart", 1, 30), steps)


def _step(value: object) -> Step:
    if not isinstance(value, dict):
        raise InvalidInput(f"a step of {_FILE} is a table", where="step")
    table = cast("dict[str, Any]", value)
    _only(table, set(Step._fields), "step")
    for key in ("name", "duty"):
        if not isinstance(table.get(key), str) or not table[key]:
            raise InvalidInput(f"a step needs its {key}", where=f"step.{key}")
    days = _whole(table, "days_past_due", 1, 3650)
    return Step(table["name"], days, table["duty"], _whole(table, "people", 0, 2))


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(table) - known):
        raise InvalidInput(f"unknown key {unknown[0]!r} in {where}", where=unknown[0])


def _whole(table: dict[str, Any], key: str, least: int, most: int) -> int:
    value = table.get(key)
    if type(value) is not int or not least <= value <= most:
        raise InvalidInput(f"{key} must be a whole number from {least} to {most}", where=key)
    return value


_FILE = "sequence.toml"
