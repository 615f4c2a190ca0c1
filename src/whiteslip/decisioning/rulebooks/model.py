"""The nouns of a rule book, and the predicate tree that all three evaluators read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, TypeAlias

from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome

MOST_RULES = 62
"""The masks of a book fit a signed 64-bit integer."""

NUMBER_BOUND = 2.0**53
"""Doubles count exactly strictly between ±2⁵³; a number beyond is no fact: missing."""


class InputType(StrEnum):
    """What an input may hold; money is in minor units, a ratio is any real number."""

    INT = "int"
    MONEY = "money"
    RATIO = "ratio"
    BOOL = "bool"
    TEXT = "text"

    @property
    def is_number(self) -> bool:
        """Whether it is held as a double."""
        return self in _NUMBERS

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers are facts."""
        return self in (InputType.INT, InputType.MONEY)


_NUMBERS = (InputType.INT, InputType.MONEY, InputType.RATIO)


class WhenUnknown(StrEnum):
    """What a rule does when its condition cannot be known."""

    REVIEW = "review"
    NO_MATCH = "no_match"


class BookKind(StrEnum):
    """What a book judges; each kind declares the outcomes it may use."""

    WATCH = "watch"
    CHECKOUT = "checkout"
    APPLICATION = "application"
    LIMITS = "limits"


ALLOWED_OUTCOMES: Mapping[BookKind, frozenset[Outcome]] = MappingProxyType(
    {
        BookKind.WATCH: frozenset(Outcome),
        BookKind.CHECKOUT: frozenset(Outcome) - {Outcome.REDUCE, Outcome.SUSPEND},
        BookKind.APPLICATION: frozenset(
            {Outcome.CLEAR, Outcome.WATCH, Outcome.STEP_UP, Outcome.REVIEW, Outcome.RESTRICT}
        ),
        BookKind.LIMITS: frozenset({Outcome.CLEAR, Outcome.WATCH, Outcome.REDUCE, Outcome.REVIEW}),
    }
)


@dataclass(frozen=True, slots=True)
class Input:
    """A named, typed fact a book reads."""

    name: str
    type: InputType


ArithmeticSign: TypeAlias = Literal["+", "-", "*", "/"]
CompareSign: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">="]

OPPOSITE: Mapping[CompareSign, CompareSign] = MappingProxyType(
    {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
)
MIRRORED: Mapping[CompareSign, CompareSign] = MappingProxyType(
    {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
)


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: a double, a text or a truth."""

    value: float | str | bool


@dataclass(frozen=True, slots=True)
class Fact:
    """The value of an input, possibly missing."""

    input: Input


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers and a sign; a missing part or a division by zero makes it missing."""

    sign: ArithmeticSign
    left: Value
    right: Value


Value: TypeAlias = Constant | Fact | Arithmetic


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values of one type; UNKNOWN when either is missing. Only numbers have an order."""

    sign: CompareSign
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    """Whether a value is among some literals; UNKNOWN when it is missing."""

    value: Value
    options: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class IsMissing:
    """Whether a value is missing; always known."""

    value: Value


@dataclass(frozen=True, slots=True)
class Holds:
    """The truth of a bool input."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Every:
    """Kleene "and"."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """Kleene "or"."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Kleene "not": UNKNOWN stays UNKNOWN."""

    part: Predicate


Predicate: TypeAlias = Compare | OneOf | IsMissing | Holds | Every | Some | Not


@dataclass(frozen=True, slots=True)
class Rule:
    """When it holds, the outcome is at least this one, for these reasons."""

    id: str
    when: Predicate
    outcome: Outcome
    reasons: tuple[ReasonCode, ...]
    unknown: WhenUnknown
    why: str

    @property
    def reviews_unknown(self) -> bool:
        """Whether an unknown condition leads to review; always for restrict and worse."""
        return self.unknown is WhenUnknown.REVIEW or self.outcome >= Outcome.RESTRICT


@dataclass(frozen=True, slots=True, eq=False)
class RuleBook:
    """One version of a book as parsed, and its text; equal only to itself, so it keys a cache."""

    name: str
    version: int
    kind: BookKind
    description: str
    exclusive: bool
    default: Outcome
    default_reasons: tuple[ReasonCode, ...]
    inputs: tuple[Input, ...]
    rules: tuple[Rule, ...]
    body: str

    def mask(self, *ids: str) -> int:
        """The bit mask of the rules named, for reading a verdict."""
        return sum(1 << index for index, rule in enumerate(self.rules) if rule.id in ids)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a book is refused: the file, the rule ("" = the book itself), the cause, and the line and key where known."""

    file: str
    rule: str
    cause: str
    line: int | None = None
    key: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}, rule {self.rule}: {self.cause}" if self.rule else f"{place}: {self.cause}"
