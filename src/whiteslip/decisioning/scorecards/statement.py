"""The evaluator inside PostgreSQL: a card rendered as expressions over the columns of a row alias.

The text holds no percent sign, so it may stand in a statement with placeholders; names are quoted,
numbers are written as doubles, and a text that is more than letters and digits travels as hex.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from whiteslip.decisioning.scorecards.model import (
    MOST_LOG_ODDS,
    CategoryVariable,
    NumberVariable,
    Scorecard,
    Variable,
)
from whiteslip.kernel.errors import InvalidInput

_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_ .-]*", re.ASCII)
_PLAIN_TEXT: Final = re.compile(r"[A-Za-z0-9 _.-]*", re.ASCII)
_STORABLE: Final = re.compile("[^\0\ud800-\udfff]*")
_LONGEST_NAME: Final = 63


@dataclass(frozen=True, slots=True)
class Statement:
    """Two expressions over one row alias; the row has a column for every variable of the card."""

    points: str
    """double precision"""
    probability: str
    """double precision, of a bad ending"""

    @property
    def select_list(self) -> str:
        """Both, named as they are here."""
        return f"{self.points} AS points,\n{self.probability} AS probability"


def compile_statement(card: Scorecard, *, row: str) -> Statement:
    """Render a card for rows of alias `row`; the column of a variable has the variable's name.

    Columns of numbers are read as double precision, NULL, NaN and infinities are missing; columns
    of labels are read as text, NULL is missing. A name PostgreSQL cannot hold is `InvalidInput`.
    """
    alias = _name(row)
    terms = [_number(card.start_points)]
    terms += [_points(variable, alias) for variable in card.variables]
    points = "(" + "\n+ ".join(terms) + ")"
    return Statement(points, _probability(card, points))


def _probability(card: Scorecard, points: str) -> str:
    """Render 1 / (1 + base odds x 2 ** ((points - base points) / pdo)), its log odds held in bounds."""
    distance = f"({points} - {_number(card.base_points)}) / {_number(card.factor)}"
    odds = f"ln({_number(card.base_odds)}) + {distance}"
    held = f"least(greatest({odds}, {_number(-MOST_LOG_ODDS)}), {_number(MOST_LOG_ODDS)})"
    return f"({_number(1.0)} / ({_number(1.0)} + exp({held})))"


def _points(variable: Variable, alias: str) -> str:
    match variable:
        case NumberVariable():
            return _number_points(variable, f"{alias}.{_name(variable.name)}::double precision")
        case CategoryVariable():
            return _label_points(variable, f'{alias}.{_name(variable.name)}::text COLLATE "C"')


def _number_points(variable: NumberVariable, value: str) -> str:
    """Compare from the lowest bin up; PostgreSQL takes NaN for greater than infinity."""
    cases = [
        f"WHEN (abs({value}) < {_number(float('inf'))}) IS NOT TRUE THEN {_number(variable.missing.points)}"
    ]
    cases += [
        f"WHEN {value} = {_number(special.value)} THEN {_number(special.bin.points)}"
        for special in variable.specials
    ]
    cases += [
        f"WHEN {value} < {_number(cut)} THEN {_number(each.points)}"
        for cut, each in zip(variable.cuts, variable.bins[:-1], strict=True)
    ]
    return _case(cases, variable.bins[-1].points)


def _label_points(variable: CategoryVariable, value: str) -> str:
    cases = [f"WHEN {value} IS NULL THEN {_number(variable.missing.points)}"]
    cases += [
        f"WHEN {value} IN ({labels}) THEN {_number(group.bin.points)}"
        for group in variable.groups
        if (labels := ", ".join(_texts(group.labels)))
    ]
    return _case(cases, variable.other.points)


def _case(cases: Iterable[str], otherwise: float) -> str:
    return "\n".join(("(CASE", *cases, f"ELSE {_number(otherwise)} END)"))


def _number(number: float) -> str:
    return f"'{number!r}'::double precision"


def _texts(labels: Iterable[str]) -> Iterable[str]:
    for label in labels:
        if _PLAIN_TEXT.fullmatch(label):
            yield f"'{label}'::text"
        elif _STORABLE.fullmatch(label):  # no row of PostgreSQL's can hold another
            yield f"convert_from(decode('{label.encode().hex()}', 'hex'), 'UTF8')"


def _name(name: str) -> str:
    if not name or not _STORABLE.fullmatch(name) or len(name.encode()) > _LONGEST_NAME:
        cause = f"{name!r} cannot name a column or a row: at most {_LONGEST_NAME} bytes"
        raise InvalidInput(cause, where=name)
    if _PLAIN_NAME.fullmatch(name):
        return f'"{name}"'
    return 'U&"' + "".join(_escaped(each) for each in name) + '"'


def _escaped(character: str) -> str:
    return character if _PLAIN_TEXT.fullmatch(character) else f"\\+{ord(character):06x}"
