"""The evaluator for one set of facts: predicates compiled to nested closures over a row."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias, cast

from whiteslip.decisioning.rulebooks.model import (
    NUMBER_BOUND,
    Arithmetic,
    Compare,
    Constant,
    Every,
    Fact,
    Holds,
    Input,
    InputType,
    IsMissing,
    Not,
    OneOf,
    Predicate,
    Some,
    Value,
)
from whiteslip.kernel.errors import InvalidInput

Truth: TypeAlias = bool | None
"""None is UNKNOWN."""
Held: TypeAlias = float | str | bool | None
"""A missing number is NaN, so that arithmetic carries it; a missing text or bool is None."""
Row: TypeAlias = Sequence[Held]
Test: TypeAlias = Callable[[Row], Truth]
Slots: TypeAlias = Mapping[str, int]
_Order: TypeAlias = Callable[[Any, Any], bool]

NAN: Final = float("nan")

_HOLDS: Final[Mapping[str, _Order]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def read_row(inputs: Sequence[Input], facts: Mapping[str, object]) -> list[Held]:
    """Take the facts a book reads, in its order; no key means missing, a wrong type is refused."""
    return [_READ[source.type](source, facts.get(source.name)) for source in inputs]


def compile_test(predicate: Predicate, slots: Slots) -> Test:
    """Compile a predicate to a function of a row that answers True, False or None."""
    match predicate:
        case Compare():
            return _comparison(predicate, slots)
        case OneOf():
            return _membership(predicate, slots)
        case IsMissing(value):
            read = compile_value(value, slots)
            return lambda row: _is_missing(read(row))
        case Holds(fact):
            slot = slots[fact.input.name]
            return lambda row: cast(Truth, row[slot])
        case Every(parts):
            return _every(tuple(compile_test(part, slots) for part in parts))
        case Some(parts):
            return _some(tuple(compile_test(part, slots) for part in parts))
        case Not(part):
            return _not(compile_test(part, slots))


def _is_missing(value: Held) -> bool:
    return value is None or value != value  # noqa: PLR0124 - NaN


def _comparison(predicate: Compare, slots: Slots) -> Test:
    holds: _Order = _HOLDS[predicate.sign]
    if isinstance(predicate.left, Fact) and isinstance(predicate.right, Constant):
        return _against_constant(slots[predicate.left.input.name], holds, predicate.right.value)
    left, right = compile_value(predicate.left, slots), compile_value(predicate.right, slots)

    def test(row: Row) -> Truth:
        one, other = left(row), right(row)
        unknown = _is_missing(one) or _is_missing(other)
        return None if unknown else holds(one, other)

    return test


def _against_constant(slot: int, holds: _Order, constant: Held) -> Test:
    def test(row: Row) -> Truth:
        value = row[slot]
        if value is None or value != value:  # noqa: PLR0124 - NaN
            return None
        return holds(value, constant)

    return test


def _membership(predicate: OneOf, slots: Slots) -> Test:
    read = compile_value(predicate.value, slots)
    options = frozenset(option.value for option in predicate.options)

    def test(row: Row) -> Truth:
        value = read(row)
        return None if _is_missing(value) else value in options

    return test


def _every(tests: tuple[Test, ...]) -> Test:
    def test(row: Row) -> Truth:
        truth: Truth = True
        for part in tests:
            value = part(row)
            if value is False:
                return False
            if value is None:
                truth = None
        return truth

    return test


def _some(tests: tuple[Test, ...]) -> Test:
    def test(row: Row) -> Truth:
        truth: Truth = False
        for part in tests:
            value = part(row)
            if value is True:
                return True
            if value is None:
                truth = None
        return truth

    return test


def _not(part: Test) -> Test:
    def test(row: Row) -> Truth:
        value = part(row)
        return None if value is None else not value

    return test


def compile_value(value: Value, slots: Slots) -> Callable[[Row], Held]:
    """Compile a value to a function of a row; a missing number is NaN."""
    match value:
        case Constant(constant):
            return lambda _row: constant
        case Fact(source):
            return operator.itemgetter(slots[source.name])
        case Arithmetic():
            return _calculation(value, slots)


def _calculation(value: Arithmetic, slots: Slots) -> Callable[[Row], float]:
    left = cast(Callable[[Row], float], compile_value(value.left, slots))
    right = cast(Callable[[Row], float], compile_value(value.right, slots))
    match value.sign:
        case "+":
            return lambda row: left(row) + right(row)
        case "-":
            return lambda row: left(row) - right(row)
        case "*":
            return lambda row: left(row) * right(row)
        case "/":
            return lambda row: left(row) / divisor if (divisor := right(row)) else NAN


def _read_number(source: Input, fact: object) -> float:
    if fact is None:
        return NAN
    if isinstance(fact, bool) or not isinstance(fact, int | float):
        raise _wrong_type(source, fact)
    if not -NUMBER_BOUND < fact < NUMBER_BOUND:
        return NAN
    number = float(fact)
    if source.type.is_whole and not number.is_integer():
        raise _wrong_type(source, fact)
    return number


def _read_text(source: Input, fact: object) -> str | None:
    if fact is None or isinstance(fact, str):
        return fact
    raise _wrong_type(source, fact)


def _read_bool(source: Input, fact: object) -> bool | None:
    if fact is None or isinstance(fact, bool):
        return fact
    raise _wrong_type(source, fact)


def _wrong_type(source: Input, fact: object) -> InvalidInput:
    found = type(fact).__name__
    message = f"input {source.name!r} is {source.type.value}, a {found} is given"
    return InvalidInput(message, where=source.name)


_READ: Final[Mapping[InputType, Callable[[Input, object], Held]]] = {
    InputType.INT: _read_number,
    InputType.MONEY: _read_number,
    InputType.RATIO: _read_number,
    InputType.TEXT: _read_text,
    InputType.BOOL: _read_bool,
}
