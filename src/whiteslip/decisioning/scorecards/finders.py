"""Into which bin of a variable one value falls; whether it may be a value of it at all."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from math import inf
from typing import TypeAlias, cast

import numpy as np

from whiteslip.decisioning.scorecards.model import CategoryVariable, NumberVariable, Variable
from whiteslip.decisioning.scorecards.slots import label_slots
from whiteslip.kernel.errors import InvalidInput

Find: TypeAlias = Callable[[object], int]


def finder(variable: Variable) -> Find:
    """Return a function from a value to the number of its bin among the variable's slots.

    None, NaN and infinities are missing; a value of a wrong type is `InvalidInput`.
    """
    match variable:
        case NumberVariable():
            return _number_finder(variable)
        case CategoryVariable():
            return _label_finder(variable)


def _number_finder(variable: NumberVariable) -> Find:
    name, cuts = variable.name, variable.cuts
    missing = len(variable.slots) - 1
    specials = {each.value: place for place, each in enumerate(variable.specials, len(cuts) + 1)}

    def find(value: object) -> int:
        number = value if type(value) is float else _number(name, value)
        return bisect_right(cuts, number) if -inf < number < inf else missing  # NaN is neither

    def find_special(value: object) -> int:
        number = value if type(value) is float else _number(name, value)
        special = specials.get(number)
        return find(number) if special is None else special

    return find_special if specials else find


def _number(name: str, value: object) -> float:
    if type(value) is int:
        return _rounded(value)
    if value is None:
        return inf
    if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool):
        return _rounded(cast(float, value))
    raise InvalidInput(f"{name!r} is a number, a {type(value).__name__} is given", where=name)


def _rounded(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return inf


def _label_finder(variable: CategoryVariable) -> Find:
    name, known = variable.name, label_slots(variable)
    other = len(variable.groups)

    def find(value: object) -> int:
        if type(value) is str or isinstance(value, str):
            return known.get(value, other)
        if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
            return other + 1
        raise InvalidInput(f"{name!r} is a text, a {type(value).__name__} is given", where=name)

    return find
