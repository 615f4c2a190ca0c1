"""Every statement of the replayed book against the recorded bill and against the oracle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from whiteslip.world.expectation import BALANCE, MEASURES
from whiteslip.world.panel import Ints
from whiteslip.world.positions import NO_STATEMENT

MOST_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A statement that is not the recorded bill, and why."""

    customer: int
    month: str
    recorded_minor: int
    statement_minor: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A figure on which the book and the oracle differ."""

    customer: int
    month: str
    measure: str
    book: int
    oracle: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the book stands to the panel and to the oracle; lists hold at most `MOST_LISTED`."""

    statements: int
    statements_equal: int
    oracle_compared: int
    oracle_agrees: int
    unexplained: int
    exceptions: tuple[Mismatch, ...]
    disagreements: tuple[Disagreement, ...]
    equal_by_month: tuple[int, ...]

    @property
    def faultless(self) -> bool:
        """Whether every statement is the recorded bill and the oracle agrees throughout."""
        return not self.unexplained and self.oracle_agrees == self.oracle_compared

    def listed(self) -> dict[str, object]:
        """The lists as plain data."""
        return {
            "exceptions": [asdict(each) for each in self.exceptions],
            "oracle_disagreements": [asdict(each) for each in self.disagreements],
        }


def compare(
    book: Ints, oracle: Ints, bills_minor: Ints, *, ids: Ints, months: Sequence[str]
) -> Comparison:
    """Compare positions (customers × statements × measures) with the bills and the oracle's."""
    balances = book[:, :, BALANCE]
    equal = balances == bills_minor
    agrees = (book == oracle).all(axis=2)
    exceptions = _exceptions(balances, oracle[:, :, BALANCE], bills_minor, ids, months)
    return Comparison(
        statements=int((balances != NO_STATEMENT).sum()),
        statements_equal=int(equal.sum()),
        oracle_compared=agrees.size,
        oracle_agrees=int(agrees.sum()),
        unexplained=int((~equal).sum()),
        exceptions=tuple(exceptions),
        disagreements=tuple(_disagreements(book, oracle, ids, months)),
        equal_by_month=tuple(int(count) for count in equal.sum(axis=0)),
    )


def _exceptions(
    balances: Ints, expected: Ints, bills: Ints, ids: Ints, months: Sequence[str]
) -> Iterator[Mismatch]:
    for place, month in _places(balances != bills):
        balance = int(balances[place, month])
        if balance == NO_STATEMENT:
            reason = "no statement was closed"
        elif balance == expected[place, month]:
            reason = (
                "the payments and purchases that were replayed do not lead to the recorded bill"
            )
        else:
            reason = "the book differs from the recorded bill and from the oracle"
        yield Mismatch(
            customer=int(ids[place]),
            month=months[month],
            recorded_minor=int(bills[place, month]),
            statement_minor=None if balance == NO_STATEMENT else balance,
            reason=reason,
        )


def _disagreements(
    book: Ints, oracle: Ints, ids: Ints, months: Sequence[str]
) -> Iterator[Disagreement]:
    for place, month, measure in _places(book != oracle):
        yield Disagreement(
            customer=int(ids[place]),
            month=months[month],
            measure=MEASURES[measure],
            book=int(book[place, month, measure]),
            oracle=int(oracle[place, month, measure]),
        )


def _places(differs: NDArray[np.bool_]) -> list[list[int]]:
    return cast("list[list[int]]", np.argwhere(differs)[:MOST_LISTED].tolist())
