"""From the JSON text of a scorecard to the card, with every problem found on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, Final, NoReturn, TypeAlias, TypeVar, cast

from whiteslip.decisioning.scorecards.model import (
    Bin,
    CategoryVariable,
    Group,
    NumberVariable,
    Scorecard,
    Special,
    Variable,
)
from whiteslip.decisioning.scorecards.writing import FORMAT
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode

_HEAD: Final = ("name", "version", "description", "base_points", "pdo", "base_odds", "intercept")
_BIN: Final = ("points", "woe", "count", "bads")
_COMMON: Final = ("name", "kind", "coefficient", "reason", "missing")
_MOST_SHOWN: Final = 20

Table: TypeAlias = dict[str, Any]
_T = TypeVar("_T")


def read(text: str, *, file: str) -> Scorecard:
    """Parse a card; `InvalidInput` names the file and every wrong field by its place in it."""
    reader = _Reader()
    try:
        content = json.loads(text, object_pairs_hook=_table, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{file}: not JSON: {error}", where=file) from error
    card = reader.card(content)
    if reader.problems:
        shown = reader.problems[:_MOST_SHOWN]
        more = len(reader.problems) - len(shown)
        rest = f"; and {more} more" if more else ""
        raise InvalidInput(f"{file}: {'; '.join(shown)}{rest}", where=file)
    return card


def _table(pairs: list[tuple[str, Any]]) -> Table:
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r} stands twice in one object")
    return table


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


class _Reader:
    """Collects problems instead of stopping at the first; what is refused is read as a stand-in."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def card(self, content: object) -> Scorecard:
        table = self._object(content, "the card", ("format", *_HEAD, "variables"))
        if table.get("format") != FORMAT:
            self._refuse("format", f"{table.get('format')!r} is not {FORMAT!r}")
        variables = self._each(table, "variables", "", self._variable)
        if not variables:
            self._refuse("variables", "there is none")
        self._distinct([each.name for each in variables], "variables", "name")
        return Scorecard(
            name=self._text(table, "name", ""),
            version=self._whole(table, "version", "", least=1),
            description=self._text(table, "description", "", empty=True),
            base_points=self._number(table, "base_points", ""),
            pdo=self._positive(table, "pdo"),
            base_odds=self._positive(table, "base_odds"),
            intercept=self._number(table, "intercept", ""),
            variables=tuple(variables),
        )

    def _variable(self, content: object, place: str) -> Variable:
        kind = cast(Table, content).get("kind") if isinstance(content, dict) else "number"
        if kind == "category":
            return self._category(cast(Table, content), place)
        if kind != "number":
            self._refuse(f"{place}.kind", f"{_shown(kind)} is not number or category")
        return self._amount(cast(object, content), place)

    def _amount(self, content: object, place: str) -> NumberVariable:
        table = self._object(content, place, (*_COMMON, "bins", "specials"))
        bins = self._each(table, "bins", place, self._ranged_bin)
        specials = self._each(table, "specials", place, self._special)
        self._distinct([each.value for each in specials], f"{place}.specials", "value")
        return NumberVariable(
            name=self._text(table, "name", place),
            cuts=self._cuts([edges for edges, _ in bins], f"{place}.bins"),
            bins=tuple(each for _, each in bins),
            specials=tuple(specials),
            missing=self._bin(table.get("missing", {}), f"{place}.missing"),
            coefficient=self._number(table, "coefficient", place),
            reason=self._reason(table, place),
        )

    def _category(self, content: object, place: str) -> CategoryVariable:
        table = self._object(content, place, (*_COMMON, "groups", "other"))
        groups = self._each(table, "groups", place, self._group)
        labels = [label for group in groups for label in group.labels]
        self._distinct(labels, f"{place}.groups", "label")
        return CategoryVariable(
            name=self._text(table, "name", place),
            groups=tuple(groups),
            other=self._bin(table.get("other", {}), f"{place}.other"),
            missing=self._bin(table.get("missing", {}), f"{place}.missing"),
            coefficient=self._number(table, "coefficient", place),
            reason=self._reason(table, place),
        )

    def _ranged_bin(
        self, content: object, place: str
    ) -> tuple[tuple[float | None, float | None], Bin]:
        table = self._object(content, place, ("from", "to", *_BIN))
        edges = (self._edge(table, "from", place), self._edge(table, "to", place))
        return edges, self._counted(table, place)

    def _cuts(
        self, edges: Sequence[tuple[float | None, float | None]], place: str
    ) -> tuple[float, ...]:
        if not edges:
            self._refuse(place, "there is none")
            return ()
        if edges[0][0] is not None or edges[-1][1] is not None:
            self._refuse(place, "the first is from null and the last to null")
        lows, highs = [low for low, _ in edges[1:]], [high for _, high in edges[:-1]]
        cuts = [0.0 if high is None else high for high in highs]
        if lows != highs or None in highs:
            self._refuse(place, "each bin must begin where the one before it ends")
        elif sorted(set(cuts)) != cuts:
            self._refuse(place, "the bins must ascend")
        return tuple(cuts)

    def _special(self, content: object, place: str) -> Special:
        table = self._object(content, place, ("value", *_BIN))
        return Special(self._number(table, "value", place), self._counted(table, place))

    def _group(self, content: object, place: str) -> Group:
        table = self._object(content, place, ("labels", *_BIN))
        labels = self._each(table, "labels", place, self._label)
        if not labels:
            self._refuse(f"{place}.labels", "there is none")
        return Group(tuple(labels), self._counted(table, place))

    def _label(self, content: object, place: str) -> str:
        if isinstance(content, str) and _is_unicode(content):
            return content
        self._refuse(place, f"{content!r} is not a text")
        return place

    def _bin(self, content: object, place: str) -> Bin:
        return self._counted(self._object(content, place, _BIN), place)

    def _counted(self, table: Table, place: str) -> Bin:
        count = self._whole(table, "count", place)
        bads = self._whole(table, "bads", place)
        if bads > count:
            self._refuse(f"{place}.bads", f"{bads} of {count} rows is too many")
        return Bin(
            self._number(table, "points", place), self._number(table, "woe", place), count, bads
        )

    def _edge(self, table: Table, key: str, place: str) -> float | None:
        return None if table.get(key) is None else self._number(table, key, place)

    def _reason(self, table: Table, place: str) -> ReasonCode | None:
        code = table.get("reason")
        if code is None or code in [each.value for each in ReasonCode]:
            return None if code is None else ReasonCode(code)
        self._refuse(f"{place}.reason", f"{code!r} is no reason code")
        return None

    def _positive(self, table: Table, key: str) -> float:
        number = self._number(table, key, "")
        if number <= 0 and key in table:
            self._refuse(key, f"{number!r} is not above 0")
        return number if number > 0 else 1.0

    def _number(self, table: Table, key: str, place: str) -> float:
        value = table.get(key, 0)
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                if isfinite(value):
                    return float(value)
            except OverflowError:
                pass
        self._refuse(_at(place, key), f"{_shown(value)} is not a finite number")
        return 0.0

    def _whole(self, table: Table, key: str, place: str, *, least: int = 0) -> int:
        value = table.get(key, least)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value < 2**31:
            return value
        self._refuse(_at(place, key), f"{_shown(value)} is not a whole number from {least}")
        return least

    def _text(self, table: Table, key: str, place: str, *, empty: bool = False) -> str:
        value = table.get(key, "-")
        if isinstance(value, str) and (value or empty) and _is_unicode(value):
            return value
        self._refuse(_at(place, key), f"{_shown(value)} is not a text")
        return ""

    def _each(
        self, table: Table, key: str, place: str, parse: Callable[[object, str], _T]
    ) -> list[_T]:
        content = table.get(key, [])
        if not isinstance(content, list):
            self._refuse(_at(place, key), "is not a list")
            return []
        items = cast(list[object], content)
        return [parse(item, f"{_at(place, key)}[{at}]") for at, item in enumerate(items)]

    def _object(self, content: object, place: str, keys: Sequence[str]) -> Table:
        if not isinstance(content, dict):
            self._refuse(place, "is not an object")
            return {}
        table = cast(Table, content)
        for key in keys:
            if key not in table:
                self._refuse(place, f"{key} is missing")
        for key in table.keys() - set(keys):
            self._refuse(place, f"{key!r} is not a key known here")
        return table

    def _distinct(self, values: Sequence[object], place: str, what: str) -> None:
        if len(set(values)) < len(values):
            twice = next(value for value in values if values.count(value) > 1)
            self._refuse(place, f"the {what} {twice!r} stands twice")

    def _refuse(self, place: str, cause: str) -> None:
        self.problems.append(f"{place}: {cause}")


def _at(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}..."


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= each <= "\udfff" for each in text)
