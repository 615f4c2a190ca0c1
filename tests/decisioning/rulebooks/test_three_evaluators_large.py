"""Three evaluators at volume: 200 random books over 10,000 random rows each, missing values included.

Rows go into PostgreSQL once a draw and masks come back as arrays, so that it takes seconds.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray
from tests.decisioning.rulebooks.random_books import (
    INPUTS,
    SQL_TYPE,
    TYPED,
    Rows,
    columns_of,
    random_book,
    random_rows,
)

from whiteslip.decisioning.rulebooks import columns, scalar, statement
from whiteslip.decisioning.rulebooks.chunks import Column
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.rules import judge_columns, verdict_of
from whiteslip.decisioning.rulebooks.scalar import Held
from whiteslip.decisioning.rulebooks.statement import compile_statement
from whiteslip.infra import arrays
from whiteslip.kernel.verdict import Outcome

ROWS = 10_000
DRAWS = 8
BOOKS_A_DRAW = 25
Db = psycopg.Connection[Any]
Ints = NDArray[np.int64]


class Masks(NamedTuple):
    """What an evaluator says of all rows of a draw."""

    fired: Ints
    unknown: Ints
    outcome: Ints


class Draw(NamedTuple):
    """Random rows as each evaluator reads them; in the database they are the table `fact`."""

    seed: int
    held: list[list[Held]]
    columns: Mapping[str, Column]


def drawn(db: Db, seed: int, *, rows: int = ROWS) -> Draw:
    """Draw rows, the same for the same seed, and leave them in the database."""
    values = random_rows(seed, rows)
    _store(db, values)
    inputs = list(TYPED.values())
    named = (dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True))
    return Draw(seed, [scalar.read_row(inputs, row) for row in named], columns_of(values))


def _store(db: Db, rows: Rows) -> None:
    given = ", ".join(f"%({name})s::{SQL_TYPE[INPUTS[name]]}[]" for name in rows)
    params = {name: list(values) for name, values in rows.items()}
    db.execute("DROP TABLE IF EXISTS pg_temp.fact")
    db.execute(
        f"CREATE TEMP TABLE fact AS SELECT * FROM unnest({given})"
        f" WITH ORDINALITY AS fact ({', '.join(rows)}, place)".encode(),
        params,
    )


def by_scalar(book: RuleBook, draw: Draw) -> Masks:
    slots = {name: slot for slot, name in enumerate(TYPED)}
    tests = [scalar.compile_test(rule.when, slots) for rule in book.rules]
    fired, unknown = np.zeros(len(draw.held), np.int64), np.zeros(len(draw.held), np.int64)
    for index, test in enumerate(tests):
        truths = [test(row) for row in draw.held]
        fired |= np.array([truth is True for truth in truths], np.int64) << index
        unknown |= np.array([truth is None for truth in truths], np.int64) << index
    return Masks(fired, unknown, _outcomes(book, fired, unknown))


def by_columns(book: RuleBook, draw: Draw) -> Masks:
    found = judge_columns(book, draw.columns)
    return Masks(*(mask.astype(np.int64) for mask in (found.fired, found.unknown, found.outcome)))


def by_sql(db: Db, book: RuleBook) -> Masks:
    query = (
        "SELECT array_agg(fired_mask ORDER BY place) AS fired,"
        " array_agg(unknown_mask ORDER BY place) AS unknown,"
        " array_agg(outcome ORDER BY place) AS outcome FROM"
        f" (SELECT place, {compile_statement(book, row='fact').select_list} FROM fact) AS judged"
    )
    with db.cursor(binary=True) as cursor:
        return Masks(**arrays.read(cursor.execute(query.encode())))


def _outcomes(book: RuleBook, fired: Ints, unknown: Ints) -> Ints:
    pairs, places = np.unique(np.stack((fired, unknown)), axis=1, return_inverse=True)
    outcomes = [
        int(verdict_of(book, fired=int(one), unknown=int(other)).outcome) for one, other in pairs.T
    ]
    return np.array(outcomes, np.int64)[places]


def differences(db: Db, book: RuleBook, draw: Draw) -> int:
    """Count the rows on which the three do not agree."""
    scalars, others = by_scalar(book, draw), (by_columns(book, draw), by_sql(db, book))
    differ = np.zeros(len(draw.held), np.bool_)
    for other in others:
        for one, two in zip(scalars, other, strict=True):
            differ |= one != two
    return int(differ.sum())


def books(draw: Draw) -> Iterator[RuleBook]:
    return (random_book(draw.seed * 1_000 + number) for number in range(BOOKS_A_DRAW))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(DRAWS))
def test_three_evaluators_agree_on_every_row(db: Db, seed: int) -> None:
    draw = drawn(db, seed)

    assert {book.body: differences(db, book, draw) for book in books(draw)} == {
        book.body: 0 for book in books(draw)
    }


def _never(_value: object) -> bool:
    return False


def _nowhere(_one: object, _other: object) -> None:
    return None


def _default(_hits: object, default: Outcome, rows: int) -> NDArray[np.uint8]:
    return np.full(rows, default, np.uint8)


def _two_valued(part: scalar.Test) -> scalar.Test:
    return lambda row: not part(row)


def _only_last(tests: tuple[scalar.Test, ...]) -> scalar.Test:
    return tests[-1]


def _constant(constant: object) -> str:
    return "'1'::double precision" if isinstance(constant, float) else "NULL"


def _no_doubt(book: RuleBook, tests: tuple[str, ...], outcome: Outcome) -> list[str]:
    rules = zip(book.rules, tests, strict=True)
    return [f"({test}) IS TRUE" for rule, test in rules if rule.outcome is outcome]


PLANTED: list[tuple[Any, str, object]] = [
    (columns, "_HOLDS", {**columns._HOLDS, ">=": np.greater}),  # pyright: ignore[reportPrivateUsage]
    (columns, "_APPLY", {**columns._APPLY, "-": np.add}),  # pyright: ignore[reportPrivateUsage]
    (columns, "_either", _nowhere),
    (columns, "_strictest", _default),
    (scalar, "_HOLDS", {**scalar._HOLDS, "<": operator.le}),  # pyright: ignore[reportPrivateUsage]
    (scalar, "_is_missing", _never),
    (scalar, "_not", _two_valued),
    (scalar, "_every", _only_last),
    (statement, "_constant", _constant),
    (statement, "_BOUND", "'9e300'::double precision"),
    (statement, "_conditions", _no_doubt),
]


@pytest.mark.parametrize(
    ("module", "name", "bug"), PLANTED, ids=[f"{each[0].__name__}.{each[1]}" for each in PLANTED]
)
def test_control_a_planted_bug_is_noticed(
    db: Db, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, bug: object
) -> None:
    draw = drawn(db, 1, rows=1_000)
    assert not any(differences(db, book, draw) for book in books(draw))

    monkeypatch.setattr(module, name, bug)

    assert any(differences(db, book, draw) for book in books(draw))
