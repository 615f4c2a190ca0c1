"""What a person may say about a table beforehand, read from TOML; everything in it is optional.

```toml
target = "status"
bad = ["Charged Off", "Default"]
good = ["Fully Paid"]
encoding = "gb18030"
delimiter = ";"

[columns."income"]
kind = "number"          # or category, days
special = [-9, 99999999] # numbers that are codes; [] for none
direction = -1           # +1: more is worse, -1: more is better
reason = "CAP-04"        # what a person is told of it
missing = ["unknown"]    # further words for "nothing"
include = true           # although it is protected, nearly the answer, or looks useless
exclude = true

[columns."opened"]
kind = "days"
before = "2024-12-31"    # counted back from this date, or from the column of dates of this name
```
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
from typing import Any, Final, cast

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode

_TOP: Final = frozenset({"target", "bad", "good", "encoding", "delimiter", "columns"})
_COLUMN: Final = frozenset(
    {"kind", "special", "direction", "reason", "missing", "include", "exclude", "before"}
)


_LARGEST: Final = 1e300


class Kind(StrEnum):
    """How a column may be asked to be read."""

    NUMBER = "number"
    CATEGORY = "category"
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is said of one column; None and empty leave it to us. `specials` of () means none."""

    kind: Kind | None = None
    specials: tuple[float, ...] | None = None
    direction: int = 0
    reason: ReasonCode | None = None
    missing: tuple[str, ...] = ()
    include: bool = False
    exclude: bool = False
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What is said of a table."""

    target: str | None = None
    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    columns: Mapping[str, Wish] = field(default_factory=dict[str, Wish])

    def wish(self, column: str) -> Wish:
        """Return what is said of a column."""
        return self.columns.get(column, NO_WISH)


NO_WISH: Final = Wish()


def read_schema(body: str, *, file: str) -> Schema:
    """Parse a schema; everything wrong with it is told at once, `InvalidInput`."""
    try:
        table = tomllib.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{file}: not TOML: {error}", where=file) from error
    reader = _Reader()
    schema = reader.schema(table)
    if reader.problems:
        raise InvalidInput(f"{file}: {'; '.join(reader.problems)}", where=file)
    return schema


class _Reader:
    """Collects problems instead of stopping at the first; what is refused is read as unsaid."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def schema(self, table: Mapping[str, Any]) -> Schema:
        self._only(table, _TOP, "")
        columns = table.get("columns", {})
        if not isinstance(columns, dict):
            self.problems.append("columns: must be tables like [columns.income]")
            columns = {}
        return Schema(
            target=self._text(table, "target", ""),
            bad=self._labels(table, "bad", ""),
            good=self._labels(table, "good", ""),
            encoding=self._text(table, "encoding", ""),
            delimiter=self._delimiter(table),
            columns={
                " ".join(name.split()): self._wish(name, said)
                for name, said in cast("dict[str, Any]", columns).items()
            },
        )

    def _wish(self, name: str, said: object) -> Wish:
        where = _place(name)
        if not isinstance(said, dict):
            self.problems.append(f"{where}must be a table like [columns.{name}]")
            return NO_WISH
        table = cast("dict[str, Any]", said)
        self._only(table, _COLUMN, where)
        wish = Wish(
            kind=self._kind(table, where),
            specials=self._specials(table, where),
            direction=self._direction(table, where),
            reason=self._reason(table, where),
            missing=self._labels(table, "missing", where),
            include=self._flag(table, "include", where),
            exclude=self._flag(table, "exclude", where),
            before=self._text(table, "before", where),
        )
        self._agree(wish, where)
        return wish

    def _agree(self, wish: Wish, where: str) -> None:
        if wish.include and wish.exclude:
            self.problems.append(f"{where}include and exclude contradict each other")
        if wish.before is not None and where == _place(wish.before):
            self.problems.append(f"{where}it cannot be counted back from itself")
        if (wish.kind is Kind.DAYS) != (wish.before is not None):
            self.problems.append(f'{where}kind = "days" and before belong together')
        if wish.kind is Kind.CATEGORY and (wish.direction or wish.specials):
            self.problems.append(f"{where}a category has no direction and no special codes")

    def _only(self, table: Mapping[str, Any], allowed: frozenset[str], where: str) -> None:
        for key in table.keys() - allowed:
            self.problems.append(f"{where}{key!r} is not one of {', '.join(sorted(allowed))}")

    def _text(self, table: Mapping[str, Any], key: str, where: str) -> str | None:
        value = table.get(key)
        if value is None or (isinstance(value, str) and value.strip()):
            return value
        self.problems.append(f"{where}{key}: {value!r} is not a text")
        return None

    def _delimiter(self, table: Mapping[str, Any]) -> str | None:
        value = table.get("delimiter")
        if value is None or (
            isinstance(value, str) and len(value.encode()) == 1 and value not in '\0"\r\n'
        ):
            return value
        self.problems.append(f"delimiter: {value!r} is not one character")
        return None

    def _labels(self, table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
        value = table.get(key, [])
        listed = cast("list[object]", value if isinstance(value, list) else [value])
        if any(not isinstance(each, str | int | float) for each in listed):
            self.problems.append(f"{where}{key}: {value!r} is not a list of labels")
            return ()
        return tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in listed)

    def _specials(self, table: Mapping[str, Any], where: str) -> tuple[float, ...] | None:
        value = table.get("special")
        if value is None:
            return None
        if isinstance(value, list) and all(map(_is_number, cast("list[object]", value))):
            return tuple(float(each) for each in cast("list[float]", value))
        self.problems.append(f"{where}special: {value!r} is not a list of numbers")
        return None

    def _direction(self, table: Mapping[str, Any], where: str) -> int:
        value = table.get("direction", 0)
        if _is_number(value) and value in {-1, 0, 1}:
            return int(value)
        self.problems.append(f"{where}direction: {value!r} is not +1 or -1")
        return 0

    def _kind(self, table: Mapping[str, Any], where: str) -> Kind | None:
        value = table.get("kind")
        if value is None or value in list(Kind):
            return None if value is None else Kind(value)
        self.problems.append(f"{where}kind: {value!r} is not one of {', '.join(Kind)}")
        return None

    def _reason(self, table: Mapping[str, Any], where: str) -> ReasonCode | None:
        value = table.get("reason")
        if value is None or value in list(ReasonCode):
            return None if value is None else ReasonCode(value)
        self.problems.append(f"{where}reason: {value!r} is not a code of the catalog")
        return None

    def _flag(self, table: Mapping[str, Any], key: str, where: str) -> bool:
        value = table.get(key, False)
        if isinstance(value, bool):
            return value
        self.problems.append(f"{where}{key}: {value!r} is not true or false")
        return False


def _is_number(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return abs(value) < _LARGEST and isfinite(value)


def _place(column: str) -> str:
    return f"column {column!r}: "
