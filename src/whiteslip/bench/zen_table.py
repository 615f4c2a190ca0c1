"""A rule book as a decision table of zen-engine, the peer our books are measured beside.

A book becomes one column of whole expressions, which is the fastest form of it we found there (a
column for each input takes about twice as long), and every rule that matches is collected.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from typing import Any, Final, TypeAlias

from whiteslip.decisioning.rulebooks.model import (
    Arithmetic,
    Compare,
    Constant,
    Every,
    Fact,
    Holds,
    IsMissing,
    Not,
    OneOf,
    Predicate,
    RuleBook,
    Some,
    Value,
)
from whiteslip.kernel.errors import Unavailable

Facts: TypeAlias = Mapping[str, object]
Cells: TypeAlias = Mapping[str, str]
Table: TypeAlias = dict[str, Any]

KEY: Final = "table"
WHOLE: Final = ""
"""The field of the column whose cells are whole expressions."""
RULE: Final = "rule"


def load() -> Any:
    """Import the peer's module; `Unavailable` says how to get it."""
    try:
        import zen  # pyright: ignore[reportMissingTypeStubs]
    except ImportError as error:
        text = "zen-engine, the peer, is not installed: pip install zen-engine (a development dependency)"
        raise Unavailable(text) from error
    return zen


def version() -> str:
    """Return the version of the peer that is installed."""
    return metadata.version("zen-engine")


def refusal(table: Table) -> str:
    """Say what the peer's own validation has against a table; "" if nothing."""
    try:
        load().ZenEngine().create_decision(json.dumps(table)).validate()
    except Exception as error:  # it raises no narrower one
        return str(error)
    return ""


class ZenTable:
    """A decision table loaded once and asked by its key, which is the peer's fastest way."""

    def __init__(self, table: Table) -> None:
        self._engine: Any = load().ZenEngine(
            {"loader": {"type": "static", "content": {KEY: table}}}
        )

    def ask(self, facts: Facts) -> Any:
        """Return the result for one set of facts."""
        return self._engine.evaluate(KEY, facts)["result"]

    def ask_batch(self, rows: Sequence[Facts]) -> list[Any]:
        """Return the results of many sets of facts from one call."""
        asked = [{"key": KEY, "context": facts} for facts in rows]
        return [each["data"]["result"] for each in self._engine.evaluate_batch(asked)]


def table_of(
    inputs: Sequence[str],
    rules: Iterable[tuple[Cells, str]],
    *,
    hit_policy: str = "collect",
    looped: bool = False,
) -> Table:
    """Write a table: for each rule its cells by field, and what it gives.

    A `looped` table takes the rows as a list under the key `rows`.
    """
    columns = {field: f"i{number}" for number, field in enumerate(inputs)}
    listed = [
        {
            "_id": f"r{number}",
            **{column: cells.get(field, "") for field, column in columns.items()},
            "o0": json.dumps(given),
        }
        for number, (cells, given) in enumerate(rules)
    ]
    content: Table = {
        "hitPolicy": hit_policy,
        "inputs": [
            {"id": column, "name": field or "when", "field": field}
            for field, column in columns.items()
        ],
        "outputs": [{"id": "o0", "name": RULE, "field": RULE}],
        "rules": listed,
        **({"inputField": "rows", "executionMode": "loop"} if looped else {}),
    }
    nodes = [_node("in", "inputNode"), _node(KEY, "decisionTableNode", content)]
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [*nodes, _node("out", "outputNode")],
        "edges": [_edge("in", KEY), _edge(KEY, "out")],
    }


def translate(book: RuleBook, *, looped: bool = False) -> Table:
    """Write a book as a table that collects the ids of the rules that match."""
    rules = [({WHOLE: _condition(rule.when)}, rule.id) for rule in book.rules]
    return table_of([WHOLE], rules, looped=looped)


def _node(name: str, kind: str, content: Table | None = None) -> Table:
    place = {"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}}
    return place if content is None else {**place, "content": content}


def _edge(source: str, target: str) -> Table:
    return {"id": f"{source}-{target}", "sourceId": source, "targetId": target, "type": "edge"}


def _condition(predicate: Predicate) -> str:
    match predicate:
        case Compare(sign, left, right):
            return f"({_value(left)} {_sign(sign)} {_value(right)})"
        case OneOf(value, options):
            return f"({_value(value)} in [{', '.join(map(_value, options))}])"
        case IsMissing(value):
            return f"({_value(value)} == null)"
        case Holds(Fact(source)):
            return source.name
        case Every(parts):
            return _joined("and", parts)
        case Some(parts):
            return _joined("or", parts)
        case Not(part):
            return f"(not ({_condition(part)}))"


def _joined(word: str, parts: Iterable[Predicate]) -> str:
    return f"({f' {word} '.join(map(_condition, parts))})"


def _sign(sign: str) -> str:
    return "==" if sign == "=" else sign


def _value(value: Value) -> str:
    match value:
        case Constant(constant):
            return json.dumps(constant, ensure_ascii=False)
        case Fact(source):
            return source.name
        case Arithmetic(sign, left, right):
            return f"({_value(left)} {sign} {_value(right)})"
