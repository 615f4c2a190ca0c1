"""Judging rows of facts by a book, and writing down what each judgment saw."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.decisions.rules import Fact, write_facts
from whiteslip.decisioning.rulebooks.chunks import Column
from whiteslip.decisioning.rulebooks.model import InputType, RuleBook
from whiteslip.decisioning.rulebooks.rules import Verdicts, judge, judge_columns
from whiteslip.kernel.verdict import Verdict

FEW: Final = 16
"""Up to so many rows are judged faster one by one."""


class Judged(NamedTuple):
    """A verdict, and the values of the book's inputs it rests on, in their order."""

    verdict: Verdict
    seen: tuple[Fact, ...]

    @property
    def written(self) -> str:
        """The facts as they are kept."""
        return write_facts(self.seen)


def judge_rows(
    book: RuleBook, fields: tuple[str, ...], rows: Sequence[tuple[Fact, ...]]
) -> list[Judged]:
    """Judge rows whose values stand under `fields`; an input that is no field is missing."""
    if not rows:
        return []
    places = _places(book, fields)
    if len(rows) <= FEW:
        return [_one(book, places, row) for row in rows]
    columns = dict(zip(fields, zip(*rows, strict=True), strict=True))
    facts = {
        source.name: _column(columns[source.name], source.type)
        for source in book.inputs
        if source.name in columns
    }
    verdicts = judge_columns(book, facts, rows=len(rows))
    return [
        Judged(verdict, _seen(places, row)) for verdict, row in zip(verdicts, rows, strict=True)
    ]


def judge_each(
    books: Sequence[RuleBook], fields: tuple[str, ...], rows: Sequence[tuple[Fact, ...]]
) -> list[Judged]:
    """Judge each row by its own book, as under a challenger."""
    judged: list[Judged | None] = [None] * len(rows)
    for book in dict.fromkeys(books):
        places = [place for place, one in enumerate(books) if one is book]
        found = judge_rows(book, fields, [rows[place] for place in places])
        for place, one in zip(places, found, strict=True):
            judged[place] = one
    return [one for one in judged if one is not None]


def as_verdicts(book: RuleBook, judged: Sequence[Judged]) -> Verdicts:
    """Put the verdicts of one book together as arrays."""
    verdicts = [one.verdict for one in judged]
    return Verdicts(
        book,
        np.array([one.outcome for one in verdicts], dtype=np.uint8),
        np.array([one.fired for one in verdicts], dtype=np.uint64),
        np.array([one.unknown for one in verdicts], dtype=np.uint64),
    )


def _one(book: RuleBook, places: _Places, row: tuple[Fact, ...]) -> Judged:
    seen = _seen(places, row)
    names = [source.name for source in book.inputs]
    return Judged(judge(book, dict(zip(names, seen, strict=True))), seen)


class _Places(NamedTuple):
    """Where a book's inputs stand in a row; `missing` of them are nowhere, and then `at` says where each stands."""

    all_at: itemgetter[Any] | None
    at: tuple[int | None, ...]


@lru_cache(maxsize=64)
def _places(book: RuleBook, fields: tuple[str, ...]) -> _Places:
    where = {name: place for place, name in enumerate(fields)}
    at = tuple(where.get(source.name) for source in book.inputs)
    everywhere = len(at) > 1 and None not in at
    return _Places(itemgetter(*at) if everywhere else None, at)


def _seen(places: _Places, row: tuple[Fact, ...]) -> tuple[Fact, ...]:
    if places.all_at is not None:
        return places.all_at(row)
    return tuple(None if place is None else row[place] for place in places.at)


def _column(values: tuple[Fact, ...], kind: InputType) -> Column:
    if kind.is_number:
        return Column(np.array(values, dtype=np.float64))
    missing: NDArray[np.bool_] = np.array([value is None for value in values], dtype=np.bool_)
    if kind is InputType.BOOL:
        return Column(np.array(values, dtype=np.bool_), missing)
    return Column(np.array(["" if value is None else value for value in values]), missing)
