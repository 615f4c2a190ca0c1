"""Judging facts by a book: one row or columns of them, with the same meaning as the book's SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.rulebooks import columns as vectorized
from whiteslip.decisioning.rulebooks.chunks import Column, check_columns, count_rows
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.scalar import Test, compile_test, read_row
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import MOST_REASONS, ReasonCode
from whiteslip.kernel.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Verdicts on many rows as arrays: outcome numbers (uint8) and bit masks (uint64)."""

    book: RuleBook
    outcome: NDArray[np.uint8]
    fired: NDArray[np.uint64]
    unknown: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.outcome)

    def __getitem__(self, index: int) -> Verdict:
        return verdict_of(self.book, fired=int(self.fired[index]), unknown=int(self.unknown[index]))

    def __iter__(self) -> Iterator[Verdict]:
        for fired, unknown in zip(self.fired.tolist(), self.unknown.tolist(), strict=True):
            yield verdict_of(self.book, fired=fired, unknown=unknown)


def judge(book: RuleBook, facts: Mapping[str, object]) -> Verdict:
    """Judge one set of facts; None, NaN and an absent key are missing.

    A fact of another type than its input's is `InvalidInput`; other keys are ignored.
    """
    row = read_row(book.inputs, facts)
    fired = unknown = 0
    for bit, test in _tests(book):
        truth = test(row)
        if truth is None:
            unknown |= bit
        elif truth:
            fired |= bit
    return verdict_of(book, fired=fired, unknown=unknown)


def judge_columns(
    book: RuleBook, columns: Mapping[str, Column], *, rows: int | None = None
) -> Verdicts:
    """Judge many rows; `rows` is needed only where no column tells how many there are."""
    known = count_rows(columns)
    count = known if rows is None else rows
    if columns and count != known:
        raise InvalidInput(f"columns hold {known} rows, not {count}")
    check_columns(book.inputs, columns)
    masks = _program(book).run(columns, count)
    return Verdicts(book, masks.outcome, masks.fired, masks.unknown)


@lru_cache(maxsize=65_536)
def verdict_of(book: RuleBook, *, fired: int, unknown: int) -> Verdict:
    """Conclude from the rules that fired and were unknown, as any of the evaluators gives them."""
    grounds = sorted(_grounds(book, fired, unknown), key=lambda ground: -ground[0])
    if not grounds:
        outcome, reasons = book.default, book.default_reasons
    else:
        outcome = grounds[0][0]
        reasons = tuple(code for ground, codes in grounds if ground for code in codes)
    told = tuple(dict.fromkeys(reasons))[:MOST_REASONS]
    return Verdict(outcome, told, fired, unknown, book.name, book.version)


def _grounds(
    book: RuleBook, fired: int, unknown: int
) -> Iterator[tuple[Outcome, tuple[ReasonCode, ...]]]:
    """Yield, in the order of the book, each outcome that is called for and its reasons."""
    for index, rule in enumerate(book.rules):
        if fired >> index & 1:
            yield rule.outcome, rule.reasons
        elif unknown >> index & 1 and rule.reviews_unknown:
            yield Outcome.REVIEW, (ReasonCode.DATA_MISSING,)


@lru_cache(maxsize=64)
def _tests(book: RuleBook) -> tuple[tuple[int, Test], ...]:
    slots = {source.name: slot for slot, source in enumerate(book.inputs)}
    return tuple(
        (1 << index, compile_test(rule.when, slots)) for index, rule in enumerate(book.rules)
    )


@lru_cache(maxsize=64)
def _program(book: RuleBook) -> vectorized.Program:
    return vectorized.compile_program(book)
