"""A scorecard as JSON that people can read and compare: a line for every bin."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from whiteslip.decisioning.scorecards.model import (
    Bin,
    CategoryVariable,
    NumberVariable,
    Scorecard,
    Variable,
)

FORMAT: Final = "whiteslip scorecard 1"


def write(card: Scorecard) -> str:
    """Write a card so that reading it gives the same card, to the last digit."""
    head = {
        "format": FORMAT,
        "name": card.name,
        "version": card.version,
        "description": card.description,
        "base_points": card.base_points,
        "pdo": card.pdo,
        "base_odds": card.base_odds,
        "intercept": card.intercept,
    }
    lines = [f" {_json(key)}: {_json(value)}," for key, value in head.items()]
    variables = ",\n".join(_variable(variable) for variable in card.variables)
    return "\n".join(("{", *lines, ' "variables": [', variables, " ]", "}", ""))


def _variable(variable: Variable) -> str:
    head: dict[str, object] = {
        "name": variable.name,
        "kind": "number" if isinstance(variable, NumberVariable) else "category",
        "coefficient": variable.coefficient,
        "reason": variable.reason,
    }
    lines = [f"   {_json(key)}: {_json(value)}," for key, value in head.items()]
    match variable:
        case NumberVariable():
            lines += [*_list("bins", _number_bins(variable))]
            specials = [{"value": each.value, **_bin(each.bin)} for each in variable.specials]
            lines += [*_list("specials", specials)]
        case CategoryVariable():
            groups = [{"labels": group.labels, **_bin(group.bin)} for group in variable.groups]
            lines += [*_list("groups", groups)]
            lines.append(f'   "other": {_json(_bin(variable.other))},')
    lines.append(f'   "missing": {_json(_bin(variable.missing))}')
    return "\n".join(("  {", *lines, "  }"))


def _number_bins(variable: NumberVariable) -> Iterable[Mapping[str, object]]:
    edges = (None, *variable.cuts, None)
    for place, each in enumerate(variable.bins):
        yield {"from": edges[place], "to": edges[place + 1], **_bin(each)}


def _list(key: str, items: Iterable[Mapping[str, object]]) -> Iterable[str]:
    rows = ",\n".join(f"    {_json(item)}" for item in items)
    return (f"   {_json(key)}: [", rows, "   ],") if rows else (f"   {_json(key)}: [],",)


def _bin(each: Bin) -> dict[str, object]:
    return {"points": each.points, "woe": each.woe, "count": each.count, "bads": each.bads}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
