"""Conditions as text again, and in the one form in which two that mean the same look the same."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from whiteslip.decisioning.rulebooks.model import (
    MIRRORED,
    OPPOSITE,
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
    Some,
    Value,
)


def text_of(predicate: Predicate) -> str:
    """Write a condition in the rule language; it reads back as the same tree."""
    match predicate:
        case Compare(sign, left, right):
            return f"{value_text(left)} {sign} {value_text(right)}"
        case OneOf(value, options):
            return f"{value_text(value)} in ({', '.join(map(value_text, options))})"
        case IsMissing(value):
            return f"{value_text(value)} is missing"
        case Holds(fact):
            return fact.input.name
        case Every(parts):
            return " and ".join(map(_inner, parts))
        case Some(parts):
            return " or ".join(map(_inner, parts))
        case Not(part):
            return _negated(part)


def value_text(value: Value) -> str:
    """Write a value in the rule language."""
    match value:
        case Constant(constant):
            return _constant(constant)
        case Fact(source):
            return source.name
        case Arithmetic(sign, left, right):
            return f"{_operand(left)} {sign} {_operand(right)}"


def normalize(predicate: Predicate) -> Predicate:
    """Bring a condition into one form: written values on the right, no negation that can be avoided, parts in order.

    The meaning stays, UNKNOWN included: "not" swaps a comparison's sign, De Morgan's laws hold for three values too.
    """
    return _plain(predicate, holds=True)


def _plain(predicate: Predicate, *, holds: bool) -> Predicate:
    match predicate:
        case Not(part):
            return _plain(part, holds=not holds)
        case Every(parts):
            return _joined(Every if holds else Some, parts, holds=holds)
        case Some(parts):
            return _joined(Some if holds else Every, parts, holds=holds)
        case Compare():
            return _compared(predicate, holds=holds)
        case OneOf(value, options):
            ordered = tuple(sorted(dict.fromkeys(options), key=value_text))
            if len(ordered) == 1:
                return Compare("=" if holds else "!=", value, ordered[0])
            predicate = OneOf(value, ordered)
            return predicate if holds else Not(predicate)
        case _:
            return predicate if holds else Not(predicate)


def _joined(
    join: Callable[[tuple[Predicate, ...]], Every | Some],
    parts: tuple[Predicate, ...],
    *,
    holds: bool,
) -> Predicate:
    found: dict[Predicate, None] = {}
    for part in parts:
        plain = _plain(part, holds=holds)
        inner = plain.parts if isinstance(plain, Every | Some) and type(plain) is join else (plain,)
        found.update(dict.fromkeys(inner))
    ordered = tuple(sorted(found, key=text_of))
    return ordered[0] if len(ordered) == 1 else join(ordered)


def _compared(predicate: Compare, *, holds: bool) -> Predicate:
    sign = predicate.sign if holds else OPPOSITE[predicate.sign]
    left, right = predicate.left, predicate.right
    backward = isinstance(left, Constant) and not isinstance(right, Constant)
    alike = isinstance(left, Constant) == isinstance(right, Constant)
    if backward or (alike and value_text(right) < value_text(left)):
        return Compare(MIRRORED[sign], right, left)
    return Compare(sign, left, right)


def _negated(part: Predicate) -> str:
    match part:
        case OneOf(value, options):
            return f"{value_text(value)} not in ({', '.join(map(value_text, options))})"
        case IsMissing(value):
            return f"{value_text(value)} is not missing"
        case Holds(fact):
            return f"not {fact.input.name}"
        case _:
            return f"not ({text_of(part)})"


def _inner(predicate: Predicate) -> str:
    text = text_of(predicate)
    return f"({text})" if isinstance(predicate, Every | Some) else text


def _operand(value: Value) -> str:
    text = value_text(value)
    return f"({text})" if isinstance(value, Arithmetic) else text


def _constant(constant: float | str | bool) -> str:  # noqa: FBT001 - a literal of the language
    if isinstance(constant, bool):
        return "true" if constant else "false"
    if isinstance(constant, str):
        return f'"{constant}"' if "'" in constant else f"'{constant}'"
    return number_text(constant)


def number_text(number: float) -> str:
    """Write a number without an exponent and as short as it reads back."""
    if number.is_integer():
        return str(int(number))
    return format(Decimal(repr(number)), "f")
