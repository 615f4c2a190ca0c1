"""From the TOML text of the declarations to the declarations, with every problem found on the way."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final, TypeVar, cast

from whiteslip.decisioning.features.model import (
    Declarations,
    Feature,
    FeatureType,
    OutsideName,
    Problem,
    Text,
    WhenAbsent,
)
from whiteslip.kernel.reason import ReasonCode

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_FEATURE_KEYS: Final = frozenset(
    {"group", "type", "null", "direction", "window", "labels", "reason", "zh", "en"}
)
_SCORE_KEYS: Final = frozenset({"type", "zh", "en"})
_OUTSIDE_KEYS: Final = frozenset({"type", "least", "most", "labels", "zh", "en"})
_MOST_DAYS: Final = 3660

SCORES: Final = "scores"
"""The group of what a model said."""

Table = Mapping[str, Any]
_E = TypeVar("_E", FeatureType, WhenAbsent)


def read(body: str, *, file: str) -> tuple[Declarations | None, tuple[Problem, ...]]:
    """Parse the declarations; they are None if there is any problem."""
    try:
        table = tomllib.loads(body)
    except tomllib.TOMLDecodeError as error:
        return None, (Problem(file, "", f"not TOML: {error}"),)
    reader = _Reader(file)
    declared = reader.declarations(table)
    return (None if reader.problems else declared), tuple(reader.problems)


class _Reader:
    """Collects problems instead of stopping at the first; what is refused is read as a stand-in."""

    def __init__(self, file: str) -> None:
        self.problems: list[Problem] = []
        self._file = file

    def declarations(self, table: Table) -> Declarations:
        self._only(table, frozenset({"feature", "score", "outside"}), "")
        features = self._tables(table, "feature")
        scores = self._tables(table, "score")
        outside = self._tables(table, "outside")
        if not features:
            self._refuse("", "there is no feature")
        return Declarations(
            {name: self._feature(name, about) for name, about in features.items()},
            {name: self._outside(name, about) for name, about in outside.items()},
            {name: self._score(name, about, features) for name, about in scores.items()},
        )

    def _feature(self, name: str, table: Table) -> Feature:
        where = f"feature {name}"
        self._only(table, _FEATURE_KEYS, where)
        held = self._one_of(FeatureType, table.get("type"), "type", where, FeatureType.INT)
        absent = self._one_of(WhenAbsent, table.get("null"), "null", where, WhenAbsent.MISSING)
        self._check_name(name, table.get("type"), where)
        if absent is WhenAbsent.ZERO and not held.is_number:
            self._refuse(where, f"null: a {held.value} has no zero")
        return Feature(
            name=name,
            group=self._group(table.get("group"), where),
            type=held,
            when_absent=absent,
            direction=self._direction(table.get("direction"), held, where),
            window_days=self._window(table.get("window"), where),
            labels=self._labels(table.get("labels"), held, where),
            about=self._text(table, where),
            reason=self._reason(table.get("reason"), where),
        )

    def _score(self, name: str, table: Table, features: Mapping[str, Table]) -> Feature:
        """Read a score: missing where there is none, and more of it is always worse."""
        where = f"score {name}"
        self._only(table, _SCORE_KEYS, where)
        held = self._one_of(FeatureType, table.get("type"), "type", where, FeatureType.RATIO)
        self._check_name(name, table.get("type"), where)
        if not held.is_number:
            self._refuse(where, f"type: a score is no {held.value}")
        if name in features:
            self._refuse(where, "a feature has this name")
        about = self._text(table, where)
        return Feature(name, SCORES, held, WhenAbsent.MISSING, 1, None, (), about)

    def _outside(self, name: str, table: Table) -> OutsideName:
        where = f"outside {name}"
        self._only(table, _OUTSIDE_KEYS, where)
        held = self._one_of(FeatureType, table.get("type"), "type", where, FeatureType.INT)
        self._check_name(name, table.get("type"), where)
        least, most = self._bound(table, "least", where), self._bound(table, "most", where)
        if not held.is_number and (least is not None or most is not None):
            self._refuse(where, f"least, most: a {held.value} has no order")
        if least is not None and most is not None and least > most:
            self._refuse(where, f"least {least} is above most {most}")
        return OutsideName(
            name=name,
            type=held,
            least=least,
            most=most,
            labels=self._labels(table.get("labels"), held, where),
            about=self._text(table, where),
        )

    def _check_name(self, name: str, held: object, where: str) -> None:
        if not _NAME.fullmatch(name):
            self._refuse(where, f"{name!r} is not small letters, digits and underscores")
        if held in list(FeatureType) and name.endswith("_minor") != (held == FeatureType.MONEY):
            self._refuse(where, "a name ends in _minor where, and only where, the type is money")

    def _tables(self, table: Table, key: str) -> Mapping[str, Table]:
        found = table.get(key, {})
        if not isinstance(found, dict):
            self._refuse("", f"{key} is a {type(found).__name__}, a table is needed")
            return {}
        tables: dict[str, Table] = {}
        for name, about in cast("dict[str, object]", found).items():
            if isinstance(about, dict):
                tables[name] = cast("Table", about)
            else:
                self._refuse(f"{key} {name}", f"is a {type(about).__name__}, a table is needed")
        return tables

    def _group(self, value: object, where: str) -> str:
        if isinstance(value, str) and _NAME.fullmatch(value):
            return value
        self._refuse(where, f"group: {value!r} does not name a statement")
        return ""

    def _direction(self, value: object, held: FeatureType, where: str) -> int:
        if type(value) is not int or value not in (-1, 0, 1):
            self._refuse(where, f"direction: {value!r} is not -1, 0 or 1")
            return 0
        if value and held is FeatureType.TEXT:
            self._refuse(where, "direction: a text has no order")
        return value

    def _window(self, value: object, where: str) -> int | None:
        if value is None or (type(value) is int and 1 <= value <= _MOST_DAYS):
            return value
        self._refuse(where, f"window: {value!r} is not a number of days from 1 to {_MOST_DAYS}")
        return None

    def _reason(self, value: object, where: str) -> ReasonCode | None:
        if value is None:
            return None
        if value in list(ReasonCode):
            return ReasonCode(value)
        self._refuse(where, f"reason: {value!r} is not a code of the catalog")
        return None

    def _bound(self, table: Table, key: str, where: str) -> int | None:
        value = table.get(key)
        if value is None or type(value) is int:
            return value
        self._refuse(where, f"{key}: {value!r} is not a whole number")
        return None

    def _labels(self, value: object, held: FeatureType, where: str) -> tuple[str, ...]:
        if value is None and held is not FeatureType.TEXT:
            return ()
        listed = cast("list[object]", value) if isinstance(value, list) else []
        labels = tuple(label for label in listed if isinstance(label, str) and label)
        if held is not FeatureType.TEXT:
            self._refuse(where, f"labels: a {held.value} has none")
        elif not labels or len(set(labels)) < len(listed):
            self._refuse(where, "labels: a text needs a list of different labels")
        return labels

    def _text(self, table: Table, where: str) -> Text:
        return Text(self._words(table, "zh", where), self._words(table, "en", where))

    def _words(self, table: Table, key: str, where: str) -> str:
        value = table.get(key)
        if isinstance(value, str) and value.strip():
            return value
        self._refuse(where, f"{key}: a description is needed")
        return ""

    def _one_of(self, kind: type[_E], value: object, key: str, where: str, stand_in: _E) -> _E:
        allowed = [member.value for member in kind]
        if value in allowed:
            return kind(value)
        cause = "is missing" if value is None else f"{value!r} is not one of {', '.join(allowed)}"
        self._refuse(where, f"{key}: {cause}")
        return stand_in

    def _only(self, table: Table, keys: frozenset[str], where: str) -> None:
        for key in sorted(table.keys() - keys):
            self._refuse(where, f"{key!r} is not a key known here")

    def _refuse(self, where: str, cause: str) -> None:
        self.problems.append(Problem(self._file, where, cause))
