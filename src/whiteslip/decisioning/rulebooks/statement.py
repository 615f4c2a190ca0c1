"""The evaluator inside PostgreSQL: a book rendered as expressions over the columns of a row alias.

The text holds no percent sign, so it may stand in a statement with placeholders; names are checked
and quoted, numbers are written as doubles, and a text that is more than letters and digits travels
as hex.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

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
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.verdict import Outcome

_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_PLAIN: Final = re.compile(r"[A-Za-z0-9 _.-]*", re.ASCII)
_ARGUMENTS: Final = 100
"""PostgreSQL passes at most so many to a function."""
_BOUND: Final = "'9007199254740992'::double precision"


@dataclass(frozen=True, slots=True)
class Statement:
    """Three expressions over one row alias; the row has a column for every input of the book."""

    fired_mask: str
    """bigint"""
    unknown_mask: str
    """bigint"""
    outcome: str
    """smallint"""

    @property
    def select_list(self) -> str:
        """All three, named as they are here."""
        return (
            f"{self.fired_mask} AS fired_mask,\n{self.unknown_mask} AS unknown_mask,\n"
            f"{self.outcome} AS outcome"
        )


def compile_statement(book: RuleBook, *, row: str) -> Statement:
    """Render a book for rows of alias `row`; the column of an input has the input's name.

    A number beyond ±2⁵³, an infinity and NaN are missing, as in the other evaluators.
    """
    alias = quoted_name(row)
    tests = tuple(render(rule.when, alias) for rule in book.rules)
    return Statement(
        fired_mask=_mask(f"({test}) IS TRUE" for test in tests),
        unknown_mask=_mask(f"({test}) IS NULL" for test in tests),
        outcome=_outcome(book, tests),
    )


def compile_seen(book: RuleBook, *, row: str) -> str:
    """Render what a book reads of a row as a JSON array in the order of its inputs, for the record of a decision.

    The values are the ones the rules are evaluated on: what is missing to them is null.
    """
    cells = [_fact(Fact(source), quoted_name(row)) for source in book.inputs]
    parts = [cells[start : start + _ARGUMENTS] for start in range(0, len(cells), _ARGUMENTS)]
    return " || ".join(f"jsonb_build_array({', '.join(part)})" for part in parts or [[]])


def render(predicate: Predicate, alias: str) -> str:
    """Render a predicate as a boolean expression; SQL's own NULL is its UNKNOWN."""
    match predicate:
        case Compare(sign, left, right):
            shown = "<>" if sign == "!=" else sign
            return f"({_value(left, alias)} {shown} {_value(right, alias)})"
        case OneOf(value, options):
            items = ", ".join(_value(option, alias) for option in options)
            return f"({_value(value, alias)} IN ({items}))"
        case IsMissing(value):
            return f"({_value(value, alias)} IS NULL)"
        case Holds(fact):
            return _value(fact, alias)
        case Every(parts):
            return "(" + " AND ".join(render(part, alias) for part in parts) + ")"
        case Some(parts):
            return "(" + " OR ".join(render(part, alias) for part in parts) + ")"
        case Not(part):
            return f"(NOT {render(part, alias)})"


def _mask(conditions: Iterable[str]) -> str:
    bits = [
        f"CASE WHEN {condition} THEN {1 << index}::bigint ELSE 0::bigint END"
        for index, condition in enumerate(conditions)
    ]
    return "(" + "\n| ".join(bits or ["0::bigint"]) + ")"


def _outcome(book: RuleBook, tests: tuple[str, ...]) -> str:
    cases = [
        f"WHEN {' OR '.join(conditions)} THEN {outcome.value}::smallint"
        for outcome in sorted(Outcome, reverse=True)
        if (conditions := _conditions(book, tests, outcome))
    ]
    default = f"{book.default.value}::smallint"
    return "\n".join(("(CASE", *cases, f"ELSE {default} END)")) if cases else default


def _conditions(book: RuleBook, tests: tuple[str, ...], outcome: Outcome) -> list[str]:
    found: list[str] = []
    for rule, test in zip(book.rules, tests, strict=True):
        if rule.outcome is outcome:
            found.append(f"({test}) IS TRUE")
        if outcome is Outcome.REVIEW and rule.reviews_unknown:
            found.append(f"({test}) IS NULL")
    return found


def _value(value: Value, alias: str) -> str:
    match value:
        case Constant(constant):
            return _constant(constant)
        case Fact():
            return _fact(value, alias)
        case Arithmetic("/", left, right):
            divisor = f"NULLIF({_value(right, alias)}, '0'::double precision)"
            return f"({_value(left, alias)} / {divisor})"
        case Arithmetic(sign, left, right):
            return f"({_value(left, alias)} {sign} {_value(right, alias)})"


def _constant(constant: float | str | bool) -> str:  # noqa: FBT001 - a literal of the language
    if isinstance(constant, bool):
        return "true" if constant else "false"
    if isinstance(constant, str):
        return _text(constant)
    return f"'{constant!r}'::double precision"


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return f"'{text}'::text"
    return f"convert_from(decode('{text.encode().hex()}', 'hex'), 'UTF8')"


def _fact(fact: Fact, alias: str) -> str:
    column = f"{alias}.{quoted_name(fact.input.name)}"
    if fact.input.type.is_number:
        number = f"{column}::double precision"
        return f"(CASE WHEN abs({number}) < {_BOUND} THEN {number} END)"
    if fact.input.type == "bool":
        return f"({column}::boolean)"
    return f'({column}::text COLLATE "C")'


def quoted_name(name: str) -> str:
    """Quote the name of a column or a row; what is not a plain one is refused."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"{name!r} cannot name a column or a row", where="row")
    return f'"{name}"'
