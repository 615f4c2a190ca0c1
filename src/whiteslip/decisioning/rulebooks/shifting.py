"""Thresholds of a condition, and the condition with one of them at other values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple, TypeAlias

from whiteslip.decisioning.rulebooks.model import (
    NUMBER_BOUND,
    Compare,
    Constant,
    Every,
    Fact,
    Not,
    Predicate,
    Some,
    Value,
)
from whiteslip.decisioning.rulebooks.wording import text_of

FACTORS: Final = (0.5, 0.75, 0.9, 1.1, 1.25, 1.5)
"""How far a threshold is moved, as multiples of its own value; one of counts by 1 at least."""

_Rebuild: TypeAlias = Callable[[Predicate], Predicate]


class Shifted(NamedTuple):
    """A condition with one threshold at a value; `threshold` is the comparison as written."""

    threshold: str
    value: float
    is_own: bool
    when: Predicate


def shifts(when: Predicate) -> Iterator[Shifted]:
    """Move each number that a value is compared with, one at a time; its own value comes among them."""
    for compare, rebuild in _thresholds(when):
        own = _threshold(compare)
        for value in _values(compare, own):
            moved = _moved(compare, value)
            yield Shifted(text_of(compare), value, value == own, rebuild(moved))


def _thresholds(predicate: Predicate) -> Iterator[tuple[Compare, _Rebuild]]:
    match predicate:
        case Compare():
            if _has_threshold(predicate):
                yield predicate, lambda moved: moved
        case Not(part):
            for compare, rebuild in _thresholds(part):
                yield compare, _inside(Not, rebuild)
        case Every(parts) | Some(parts):
            for place in range(len(parts)):
                outer = _in_place(predicate, place)
                for compare, rebuild in _thresholds(parts[place]):
                    yield compare, _inside(outer, rebuild)
        case _:
            return


def _inside(outer: _Rebuild, inner: _Rebuild) -> _Rebuild:
    return lambda moved: outer(inner(moved))


def _in_place(predicate: Every | Some, place: int) -> _Rebuild:
    def rebuild(moved: Predicate) -> Predicate:
        parts = predicate.parts
        return replace(predicate, parts=(*parts[:place], moved, *parts[place + 1 :]))

    return rebuild


def _has_threshold(predicate: Compare) -> bool:
    """A number on one side and a value with an input on the other, and an order between them."""
    sides = [_number(side) for side in (predicate.left, predicate.right)]
    return predicate.sign not in ("=", "!=") and sides.count(None) == 1 and 0.0 not in sides


def _number(value: Value) -> float | None:
    match value:
        case Constant(float() as number):
            return number
        case _:
            return None


def _threshold(predicate: Compare) -> float:
    number = _number(predicate.right)
    return number if number is not None else _number(predicate.left) or 0.0


def _moved(predicate: Compare, value: float) -> Compare:
    if _number(predicate.right) is not None:
        return replace(predicate, right=Constant(value))
    return replace(predicate, left=Constant(value))


def _values(predicate: Compare, own: float) -> list[float]:
    """Whole numbers for an input of whole numbers, so that each value can differ in effect."""
    values = {own, *(own * factor for factor in FACTORS)}
    fact = predicate.left if _number(predicate.right) is not None else predicate.right
    if isinstance(fact, Fact) and fact.input.type.is_whole and own.is_integer():
        values = {own - 1, own + 1, *(float(round(value)) for value in values)}
    return sorted(value for value in values if abs(value) < NUMBER_BOUND)
