"""The text of a rule book as a table: its rules read as cells, one rule put back, and what changed between two."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

from whiteslip.decisioning.rulebooks.model import Problem
from whiteslip.kernel.errors import InvalidInput, NotFound

CELLS: Final = ("when", "outcome", "reasons", "unknown", "why")
_VERSION: Final = re.compile(r"(?m)^(version\s*=\s*)\d+")
_RULE: Final = re.compile(r"(?m)^\[\[rule\]\][^\n]*\n(?:(?!\[)[^\n]*\n?)*")


class Cells(NamedTuple):
    """A rule as people edit it."""

    id: str
    when: str
    outcome: str
    reasons: tuple[str, ...]
    unknown: str
    why: str


def rules(body: str) -> list[Cells]:
    """Read the rules of a text that can be read, in their order."""
    tables: list[dict[str, Any]] = tomllib.loads(body).get("rule", [])
    return [
        Cells(
            table["id"],
            table["when"],
            table["outcome"],
            tuple(table.get("reasons", ())),
            table.get("unknown", "review"),
            table.get("why", ""),
        )
        for table in tables
    ]


def renumber(body: str, version: int) -> str:
    """Write another version number into a text; everything else stays as it is."""
    text, count = _VERSION.subn(rf"\g<1>{version}", body, count=1)
    if count != 1:
        raise InvalidInput("the book does not say its version", where="version")
    return text


def put(body: str, cells: Cells) -> str:
    """Put the cells of a rule in the place of the rule of that id; every other line stays as it is."""
    for found in _RULE.finditer(body):
        table: dict[str, Any] = tomllib.loads(found[0])["rule"][0]
        if table["id"] == cells.id:
            return body[: found.start()] + _written(cells) + body[found.end() :]
    raise NotFound(f"there is no rule {cells.id}")


def changes(before: Sequence[Cells], after: Sequence[Cells]) -> Mapping[str, Mapping[str, str]]:
    """Name for each rule that is new or changed what its cells were; nothing for a new one."""
    known = {one.id: one for one in before}
    changed: dict[str, Mapping[str, str]] = {}
    for one in after:
        old = known.get(one.id)
        if old is None:
            changed[one.id] = {}
        elif old != one:
            changed[one.id] = {
                name: _text(getattr(old, name))
                for name in CELLS
                if getattr(old, name) != getattr(one, name)
            }
    return changed


def insist(problems: Iterable[Problem], rule: str) -> None:
    """Refuse a text with problems, naming the cell the first one of the rule is about, if it tells."""
    found = list(problems)
    if not found:
        return
    own = [one for one in found if one.rule == rule] or found
    first = own[0]
    raise InvalidInput(first.cause, where=first.key if first.key in CELLS else "when")


def _written(cells: Cells) -> str:
    reasons = ", ".join(json.dumps(code) for code in cells.reasons)
    rows = {
        "id": json.dumps(cells.id),
        "when": json.dumps(cells.when, ensure_ascii=False),
        "outcome": json.dumps(cells.outcome),
        "reasons": f"[{reasons}]",
        "unknown": json.dumps(cells.unknown),
        "why": json.dumps(cells.why, ensure_ascii=False),
    }
    told = "".join(f"{name:<7} = {value}\n" for name, value in rows.items())
    return f"[[rule]]\n{told}\n"


def _text(value: object) -> str:
    return ", ".join(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else str(value)
