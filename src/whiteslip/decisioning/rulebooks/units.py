"""What arithmetic and comparison mean for typed values, and how large a result can become."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from whiteslip.decisioning.rulebooks.model import (
    NUMBER_BOUND,
    Arithmetic,
    ArithmeticSign,
    Constant,
    Fact,
    InputType,
    Predicate,
    Value,
)
from whiteslip.decisioning.rulebooks.tokens import WhenError

SMALLEST_RATIO: Final = 1e-30
"""Ratios between this and zero do not occur; SQL refuses products that underflow."""
_LARGEST: Final = 1e300
_SMALLEST: Final = 1e-300
_STEP: Final = 2.0**-53


class Unit(StrEnum):
    """What a part of a condition is, as told to its author."""

    MONEY = "an amount of money"
    NUMBER = "a number"
    LITERAL = "a written number"
    TEXT = "a text"
    BOOL = "a yes or no"
    CONDITION = "a condition"


NUMERIC: Final = (Unit.MONEY, Unit.NUMBER, Unit.LITERAL)

UNIT_OF: Final = {
    InputType.INT: Unit.NUMBER,
    InputType.RATIO: Unit.NUMBER,
    InputType.MONEY: Unit.MONEY,
    InputType.BOOL: Unit.BOOL,
    InputType.TEXT: Unit.TEXT,
}


@dataclass(frozen=True, slots=True)
class Part:
    """A parsed part, what it is, and the column where it begins."""

    node: Value | Predicate
    unit: Unit
    column: int

    def number(self) -> Value:
        """Read it as a number, or refuse."""
        if self.unit not in NUMERIC or not isinstance(self.node, Value):
            raise WhenError(f"a number is needed here, not {self.unit}", self.column)
        return self.node


def calculate(sign: ArithmeticSign, left: Part, right: Part) -> Part:
    """Join two numbers, folding constants; refuse what could leave the range of a double."""
    first, second = left.number(), right.number()
    unit = _unit(sign, left, right)
    if sign == "/" and second == Constant(0.0):
        raise WhenError("division by zero", right.column)
    if isinstance(first, Constant) and isinstance(second, Constant):
        return Part(Constant(_fold(sign, first, second)), Unit.LITERAL, left.column)
    node = Arithmetic(sign, first, second)
    grain, largest = _range(node)
    if grain < _SMALLEST or largest > _LARGEST:
        raise WhenError("this arithmetic can leave the range of a number", left.column)
    return Part(node, unit, left.column)


def check_comparable(left: Part, right: Part) -> None:
    """Refuse to compare money with a count, or a text with a number."""
    pair = {left.unit, right.unit}
    alike = left.unit == right.unit or (pair <= set(NUMERIC) and pair != {Unit.MONEY, Unit.NUMBER})
    if not alike or Unit.CONDITION in pair:
        raise WhenError(f"{left.unit} is not comparable with {right.unit}", right.column)


def _fold(sign: ArithmeticSign, left: Constant, right: Constant) -> float:
    one, other = float(left.value), float(right.value)
    match sign:
        case "+":
            return one + other
        case "-":
            return one - other
        case "*":
            return one * other
        case "/":
            return one / other


def _unit(sign: ArithmeticSign, left: Part, right: Part) -> Unit:
    units = (left.unit, right.unit)
    if units == (Unit.LITERAL, Unit.LITERAL):
        return Unit.LITERAL
    if Unit.MONEY not in units:
        return Unit.NUMBER
    match sign, units:
        case "/", (Unit.MONEY, Unit.MONEY):
            return Unit.NUMBER
        case "/", (Unit.MONEY, _):
            return Unit.MONEY
        case "*", _ if units != (Unit.MONEY, Unit.MONEY):
            return Unit.MONEY
        case "+" | "-", _ if Unit.NUMBER not in units:
            return Unit.MONEY
        case _:
            raise WhenError(f"{left.unit} {sign} {right.unit} has no meaning", left.column)


def _range(value: Value) -> tuple[float, float]:
    """Return a grain, of which every result is a multiple, and the largest magnitude.

    Sums keep the grain; a product or quotient is a double of at least the smallest magnitude, so a
    multiple of that times 2⁻⁵³.
    """
    match value:
        case Constant(number):
            size = abs(float(number)) or 1.0
            return size * _STEP, size
        case Fact(source):
            return (1.0 if source.type.is_whole else SMALLEST_RATIO * _STEP), NUMBER_BOUND
        case Arithmetic(sign, left, right):
            low, high = _range(left)
            other_low, other_high = _range(right)
            if sign == "*":
                return low * other_low * _STEP, high * other_high
            if sign == "/":
                return low / other_high * _STEP, high / other_low
            return min(low, other_low), high + other_high
