"""Trying a draft on cases whose end is known: what each rule does, who moves where, and what that costs.

A case is one judgment of one line. It is *mature* when enough time has passed to see how it ended,
and *bad* when it ended badly; rates are of mature cases only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.rulebooks.chunks import Bools, Column
from whiteslip.decisioning.rulebooks.model import Rule, RuleBook
from whiteslip.decisioning.rulebooks.rules import Verdicts, judge_columns
from whiteslip.decisioning.rulebooks.shifting import shifts
from whiteslip.kernel.verdict import Outcome

Amounts: TypeAlias = "NDArray[np.int64]"
Numbers: TypeAlias = "NDArray[np.uint8]"

OUTCOMES = tuple(Outcome)


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Facts as columns and, for each row, the amount at stake, how it ended, and whether that can be told yet."""

    columns: Mapping[str, Column]
    amount_minor: Amounts
    is_bad: Bools
    is_mature: Bools

    def __len__(self) -> int:
        return len(self.amount_minor)


class Cell(NamedTuple):
    """Some cases: how many, the amount at stake in minor units, and of the mature ones how many were bad."""

    cases: int
    amount_minor: int
    mature: int
    bad: int
    bad_amount_minor: int

    @property
    def bad_rate(self) -> float | None:
        """The share of mature cases that ended badly; None where none is mature."""
        return self.bad / self.mature if self.mature else None


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule does: where it fires, where it cannot be known, and where it alone decides.

    It alone decides where the outcome would be another without it.
    """

    rule: str
    outcome: Outcome
    fired: Cell
    unknown: Cell
    decisive: Cell


@dataclass(frozen=True, slots=True)
class Shift:
    """A rule with one threshold at another value: where it fires then, and how many outcomes change.

    `threshold` names the comparison as it stands in the book; `is_own` marks the book's own value.
    """

    rule: str
    threshold: str
    value: float
    is_own: bool
    fired: Cell
    outcomes_changed: int


Table: TypeAlias = tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Backtest:
    """A draft beside what it is held against; `swap[before][after]` are cells by the outcomes' numbers.

    `before` and `after` are the sums of the table's rows and columns.
    """

    whole: Cell
    before: tuple[Cell, ...]
    after: tuple[Cell, ...]
    swap: Table
    rules: tuple[RuleResult, ...]
    shifts: tuple[Shift, ...]

    @property
    def moved(self) -> int:
        """How many cases get another outcome."""
        return self.whole.cases - sum(self.swap[one][one].cases for one in OUTCOMES)


def backtest(
    draft: RuleBook, cases: Cases, *, before: Numbers, sensitivity: bool = True
) -> Backtest:
    """Judge every case by the draft; `before` are the outcomes' numbers it is held against."""
    verdicts = judge_columns(draft, cases.columns, rows=len(cases))
    swap = swap_table(cases, before, verdicts.outcome)
    asked = _contributions(verdicts)
    return Backtest(
        whole=count(cases, np.ones(len(cases), np.bool_)),
        before=tuple(map(_sum, swap)),
        after=tuple(map(_sum, zip(*swap, strict=True))),
        swap=swap,
        rules=tuple(_results(cases, verdicts, asked)),
        shifts=tuple(_sensitivity(cases, verdicts, asked)) if sensitivity else (),
    )


def count(cases: Cases, where: Bools) -> Cell:
    """Sum up the cases of a mask."""
    mature = where & cases.is_mature
    bad = mature & cases.is_bad
    return Cell(
        int(where.sum()),
        int(cases.amount_minor[where].sum()),
        int(mature.sum()),
        int(bad.sum()),
        int(cases.amount_minor[bad].sum()),
    )


def swap_table(cases: Cases, before: Numbers, after: Numbers) -> Table:
    """Sum up the cases by outcome before and after, seven by seven."""
    size = len(OUTCOMES)
    places = before.astype(np.intp) * size + after
    mature = cases.is_mature
    bad = mature & cases.is_bad
    parts = (
        np.bincount(places, minlength=size * size),
        _summed(places, cases.amount_minor),
        np.bincount(places[mature], minlength=size * size),
        np.bincount(places[bad], minlength=size * size),
        _summed(places[bad], cases.amount_minor[bad]),
    )
    cells = [Cell(*numbers) for numbers in zip(*(part.tolist() for part in parts), strict=True)]
    return tuple(tuple(cells[size * row : size * (row + 1)]) for row in range(size))


def _summed(places: NDArray[np.intp], amounts: Amounts) -> Amounts:
    """Sum whole amounts by place; `bincount` would sum doubles."""
    sums = np.zeros(len(OUTCOMES) ** 2, np.int64)
    np.add.at(sums, places, amounts)
    return sums


def _sum(cells: tuple[Cell, ...]) -> Cell:
    return Cell(*(sum(numbers) for numbers in zip(*cells, strict=True)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The outcome each rule asks for in each row, counted from 1, and 0 where it asks for none.

    `strictest` and `second` are the largest of a row's and the next, ties counted.
    """

    by_rule: tuple[Numbers, ...]
    strictest: Numbers
    second: Numbers

    def without(self, index: int) -> Numbers:
        """The strictest that the other rules ask for."""
        return np.where(self.by_rule[index] == self.strictest, self.second, self.strictest)


def _contributions(verdicts: Verdicts) -> _Asked:
    by_rule = tuple(
        _asked(rule, _bit(verdicts.fired, index), _bit(verdicts.unknown, index))
        for index, rule in enumerate(verdicts.book.rules)
    )
    strictest = np.zeros(len(verdicts), np.uint8)
    second = np.zeros(len(verdicts), np.uint8)
    for asked in by_rule:
        second = np.maximum(second, np.minimum(strictest, asked))
        strictest = np.maximum(strictest, asked)
    return _Asked(by_rule, strictest, second)


def _asked(rule: Rule, fired: Bools, unknown: Bools) -> Numbers:
    asked = np.where(fired, np.uint8(rule.outcome + 1), np.uint8(0))
    return np.where(unknown, np.uint8(Outcome.REVIEW + 1), asked) if rule.reviews_unknown else asked


def _outcomes(asked: Numbers, default: Outcome) -> Numbers:
    return np.where(asked == 0, np.uint8(default), asked - np.uint8(1))


def _bit(masks: NDArray[np.uint64], index: int) -> Bools:
    return (masks >> np.uint64(index) & np.uint64(1)).astype(np.bool_)


def _results(cases: Cases, verdicts: Verdicts, asked: _Asked) -> Iterator[RuleResult]:
    default = verdicts.book.default
    for index, rule in enumerate(verdicts.book.rules):
        decides = _outcomes(asked.without(index), default) != verdicts.outcome
        yield RuleResult(
            rule.id,
            rule.outcome,
            fired=count(cases, _bit(verdicts.fired, index)),
            unknown=count(cases, _bit(verdicts.unknown, index)),
            decisive=count(cases, decides),
        )


def _sensitivity(cases: Cases, verdicts: Verdicts, asked: _Asked) -> Iterator[Shift]:
    """Judge each rule alone with its thresholds moved; what the other rules ask for stays."""
    book = verdicts.book
    for index, rule in enumerate(book.rules):
        others = asked.without(index)
        for moved in shifts(rule.when):
            alone = replace(book, rules=(replace(rule, when=moved.when),))
            found = judge_columns(alone, cases.columns, rows=len(cases))
            fired, unknown = _bit(found.fired, 0), _bit(found.unknown, 0)
            now = np.maximum(others, _asked(rule, fired, unknown))
            changed = _outcomes(now, book.default) != verdicts.outcome
            yield Shift(
                rule.id,
                moved.threshold,
                moved.value,
                moved.is_own,
                count(cases, fired),
                int(changed.sum()),
            )
