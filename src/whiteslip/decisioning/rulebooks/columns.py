"""The evaluator for many rows at once: NumPy over chunks that fit a core's cache.

A three-valued truth is a pair of bool arrays (surely, maybe): TRUE is (1, 1), UNKNOWN (0, 1) and
FALSE (0, 0). "and" and "or" then work on each half alone, and "not" swaps them. A pair whose halves
are the same array is wholly known, which is tested by identity and costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.rulebooks.chunks import Bools, Chunk, Column, read_chunk
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
from whiteslip.kernel.verdict import Outcome

CHUNK_ROWS: Final = 32_768
"""A column of a chunk is 256 KB: it stays in cache, and the calls of NumPy weigh little."""

Truths: TypeAlias = tuple[Bools, Bools]
Test: TypeAlias = Callable[[Chunk], Truths]
Slots: TypeAlias = Mapping[str, int]
Read: TypeAlias = Callable[[Chunk], tuple[Any, Bools | None]]
"""Gives the values (or one constant) and where they are missing, None = nowhere."""
_Bytes: TypeAlias = NDArray[np.uint8]

_HOLDS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
_APPLY: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
}


@dataclass(frozen=True, slots=True)
class Masks:
    """One entry a row: the outcome's number, the rules that fired, the rules that were unknown."""

    outcome: NDArray[np.uint8]
    fired: NDArray[np.uint64]
    unknown: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Program:
    """A book compiled for columns."""

    book: RuleBook
    tests: tuple[Test, ...]

    def run(self, columns: Mapping[str, Column], rows: int) -> Masks:
        """Evaluate every rule on every row."""
        masks = Masks(
            np.zeros(rows, np.uint8), np.zeros(rows, np.uint64), np.zeros(rows, np.uint64)
        )
        with np.errstate(all="ignore"):
            for start in range(0, rows, CHUNK_ROWS):
                part = slice(start, min(start + CHUNK_ROWS, rows))
                self._run_chunk(read_chunk(self.book.inputs, columns, part), part, masks)
        return masks

    def _run_chunk(self, chunk: Chunk, part: slice, masks: Masks) -> None:
        hits: dict[Outcome, Bools] = {}
        fired, unknown = _Bits(chunk.rows), _Bits(chunk.rows)
        for index, (rule, test) in enumerate(zip(self.book.rules, self.tests, strict=True)):
            surely, maybe = test(chunk)
            fired.add(index, surely)
            _join(hits, rule.outcome, surely)
            if maybe is not surely:
                doubtful = surely ^ maybe
                unknown.add(index, doubtful)
                if rule.reviews_unknown:
                    _join(hits, Outcome.REVIEW, doubtful)
        fired.store(masks.fired[part])
        unknown.store(masks.unknown[part])
        masks.outcome[part] = _strictest(hits, self.book.default, chunk.rows)


def compile_program(book: RuleBook) -> Program:
    """Compile every rule of a book."""
    slots = {source.name: slot for slot, source in enumerate(book.inputs)}
    return Program(book, tuple(compile_test(rule.when, slots) for rule in book.rules))


def compile_test(predicate: Predicate, slots: Slots) -> Test:
    """Compile a predicate to a function of a chunk."""
    match predicate:
        case Compare():
            return _comparison(predicate, slots)
        case OneOf(value, options):
            return _membership(_reader(value, slots), tuple(option.value for option in options))
        case IsMissing(value):
            return _absence(_reader(value, slots))
        case Holds(fact):
            return _truth(_reader(fact, slots))
        case Every(parts):
            return _fold(np.bitwise_and, tuple(compile_test(part, slots) for part in parts))
        case Some(parts):
            return _fold(np.bitwise_or, tuple(compile_test(part, slots) for part in parts))
        case Not(part):
            return _not(compile_test(part, slots))


class _Bits:
    """The masks of a chunk, eight rules a byte, so that adding a rule touches one byte a row."""

    def __init__(self, rows: int) -> None:
        self._bytes: dict[int, _Bytes] = {}
        self._scratch: _Bytes = np.empty(rows, np.uint8)

    def add(self, index: int, bits: Bools) -> None:
        place, shift = divmod(index, 8)
        held = self._bytes.get(place)
        if held is None:
            self._bytes[place] = np.left_shift(bits.view(np.uint8), np.uint8(shift))
            return
        np.left_shift(bits.view(np.uint8), np.uint8(shift), out=self._scratch)
        np.bitwise_or(held, self._scratch, out=held)

    def store(self, target: NDArray[np.uint64]) -> None:
        table = target.view(np.uint8).reshape(len(target), 8)
        for place, held in self._bytes.items():
            table[:, place if np.little_endian else 7 - place] = held


def _join(hits: dict[Outcome, Bools], outcome: Outcome, bits: Bools) -> None:
    held = hits.get(outcome)
    if held is None:
        hits[outcome] = bits.copy()
    else:
        np.bitwise_or(held, bits, out=held)


def _strictest(hits: Mapping[Outcome, Bools], default: Outcome, rows: int) -> _Bytes:
    """Number outcomes from 1, so that 0 is left to mean that nothing fired: the default."""
    strictest = np.zeros(rows, np.uint8)
    for outcome, bits in hits.items():
        np.maximum(strictest, bits.view(np.uint8) * np.uint8(outcome + 1), out=strictest)
    table = np.array([default, *sorted(Outcome)], np.uint8)
    return table[strictest]


def _comparison(predicate: Compare, slots: Slots) -> Test:
    left, right = _reader(predicate.left, slots), _reader(predicate.right, slots)
    holds = _HOLDS[predicate.sign]

    def test(chunk: Chunk) -> Truths:
        one, one_missing = left(chunk)
        other, other_missing = right(chunk)
        return _known_where(holds(one, other), _either(one_missing, other_missing))

    return test


def _membership(read: Read, options: tuple[Any, ...]) -> Test:
    def test(chunk: Chunk) -> Truths:
        values, missing = read(chunk)
        found = reduce(np.bitwise_or, [np.equal(values, option) for option in options])
        return _known_where(found, missing)

    return test


def _absence(read: Read) -> Test:
    def test(chunk: Chunk) -> Truths:
        _, missing = read(chunk)
        bits = np.zeros(chunk.rows, np.bool_) if missing is None else missing
        return bits, bits

    return test


def _truth(read: Read) -> Test:
    def test(chunk: Chunk) -> Truths:
        values, missing = read(chunk)
        return _known_where(values, missing)

    return test


def _known_where(bits: Any, missing: Bools | None) -> Truths:
    surely: Bools = bits if bits.dtype == np.bool_ else bits.astype(np.bool_)
    if missing is None:
        return surely, surely
    maybe = surely | missing
    return maybe ^ missing, maybe


def _fold(join: Callable[[Bools, Bools], Bools], tests: tuple[Test, ...]) -> Test:
    def test(chunk: Chunk) -> Truths:
        surely, maybe = tests[0](chunk)
        for part in tests[1:]:
            surely_too, maybe_too = part(chunk)
            known = maybe is surely and maybe_too is surely_too
            surely, maybe_before = join(surely, surely_too), maybe
            maybe = surely if known else join(maybe_before, maybe_too)
        return surely, maybe

    return test


def _not(part: Test) -> Test:
    def test(chunk: Chunk) -> Truths:
        surely, maybe = part(chunk)
        never = ~maybe
        return never, (never if maybe is surely else ~surely)

    return test


def _either(one: Bools | None, other: Bools | None) -> Bools | None:
    if one is None or other is None:
        return other if one is None else one
    return one | other


def _reader(value: Value, slots: Slots) -> Read:
    match value:
        case Constant(constant):
            return lambda _chunk: (constant, None)
        case Fact(source):
            slot = slots[source.name]
            return lambda chunk: (chunk.values[slot], chunk.missing[slot])
        case Arithmetic():
            return _calculation(value, slots)


def _calculation(value: Arithmetic, slots: Slots) -> Read:
    left, right = _reader(value.left, slots), _reader(value.right, slots)
    if value.sign == "/":
        return _division(left, right)
    apply = _APPLY[value.sign]

    def read(chunk: Chunk) -> tuple[Any, Bools | None]:
        one, one_missing = left(chunk)
        other, other_missing = right(chunk)
        return apply(one, other), _either(one_missing, other_missing)

    return read


def _division(left: Read, right: Read) -> Read:
    def read(chunk: Chunk) -> tuple[Any, Bools | None]:
        one, one_missing = left(chunk)
        other, other_missing = right(chunk)
        missing = _either(one_missing, other_missing)
        zero = np.equal(other, 0.0)
        if zero.any():
            shape = np.broadcast_to(zero, chunk.rows)
            missing = _either(missing, shape)
        return np.divide(one, other), missing

    return read
