"""The truth tables of Kleene's logic, and what counts as missing, in each evaluator."""

from __future__ import annotations

from itertools import product
from typing import Any

import psycopg
import pytest
from tests.decisioning.rulebooks.random_books import (
    Evaluate,
    book_of,
    by_columns,
    by_scalar,
    by_sql,
    rule_of,
)

from whiteslip.decisioning.rulebooks.rules import judge

Truth = bool | None
TRUTHS: list[Truth] = [True, None, False]
AND = [True, None, False, None, None, False, False, False, False]
OR = [True, True, True, True, None, None, True, None, False]
SAME = [True, None, False, None, None, None, False, None, True]
NAN = float("nan")


@pytest.fixture(params=["scalar", "columns", "sql"])
def evaluate(request: pytest.FixtureRequest) -> Evaluate:
    if request.param == "sql":
        return by_sql(request.getfixturevalue("db"))
    return {"scalar": by_scalar, "columns": by_columns}[request.param]


def truths(evaluate: Evaluate, when: str, **facts: list[Any]) -> list[Truth]:
    count = len(next(iter(facts.values())))
    rows = {name: facts.get(name, [None] * count) for name in ("n1", "r1", "r2", "b1", "b2", "t1")}
    found = evaluate(book_of(rule_of(when)), rows)
    return [True if fired else None if unknown else False for _, fired, unknown in found]


@pytest.mark.parametrize(
    ("when", "table"), [("b1 and b2", AND), ("b1 or b2", OR), ("b1 = b2", SAME)]
)
def test_two_conditions(evaluate: Evaluate, when: str, table: list[Truth]) -> None:
    one, other = zip(*product(TRUTHS, TRUTHS), strict=True)

    assert truths(evaluate, when, b1=list(one), b2=list(other)) == table


def test_not(evaluate: Evaluate) -> None:
    assert truths(evaluate, "not b1", b1=TRUTHS) == [False, None, True]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("r1 > 0.5", [True, False, None, None, None]),
        ("not (r1 > 0.5)", [False, True, None, None, None]),
        ("r1 != 0.5", [True, False, None, None, None]),
        ("r1 in (0.5, 0.7)", [False, True, None, None, None]),
        ("r1 not in (0.5, 0.7)", [True, False, None, None, None]),
        ("r1 between 0.4 and 0.6", [False, True, None, None, None]),
        ("r1 - r1 = 0", [True, True, None, None, None]),
        ("r1 is missing", [False, False, True, True, True]),
        ("r1 is not missing", [True, True, False, False, False]),
        ("r1 * 2 is missing", [False, False, True, True, True]),
        ("r1 is missing or r1 > 0.5", [True, False, True, True, True]),
        ("r1 between r2 and 0.6", [False, None, None, None, None]),
    ],
)
def test_none_nan_and_infinity_are_missing(
    evaluate: Evaluate, when: str, expected: list[Truth]
) -> None:
    assert truths(evaluate, when, r1=[0.9, 0.5, None, NAN, float("inf")]) == expected


def test_division_by_zero_is_unknown_and_missing(evaluate: Evaluate) -> None:
    facts: dict[str, list[Any]] = {"r1": [1.0, 0.0, 1.0, 4.0], "r2": [0.0, 0.0, -0.0, 2.0]}

    assert truths(evaluate, "r1 / r2 > 1", **facts) == [None, None, None, True]
    assert truths(evaluate, "not (r1 / r2 > 1)", **facts) == [None, None, None, False]
    assert truths(evaluate, "r1 / r2 is missing", **facts) == [True, True, True, False]


def test_numbers_beyond_exact_doubles_are_missing(evaluate: Evaluate) -> None:
    edge = [2**53 - 1, 2**53, 2**53 + 1, -(2**53), 1 - 2**53]

    assert truths(evaluate, "n1 is missing", n1=edge) == [False, True, True, True, False]


def test_texts_are_compared_as_they_are(evaluate: Evaluate) -> None:
    texts = ["o'brien", "O'Brien", "", None, "100%", "白条"]

    assert truths(evaluate, 't1 = "o\'brien"', t1=texts) == [True, False, False, None, False, False]
    assert truths(evaluate, "t1 != ''", t1=texts) == [True, True, False, None, True, True]
    found = truths(evaluate, "t1 in ('100%', '白条')", t1=texts)
    assert found == [False, False, False, None, True, True]


def test_sql_text_of_a_literal_cannot_leave_its_quotes(db: psycopg.Connection[Any]) -> None:
    hostile = "'; DROP SCHEMA money CASCADE; --"
    book = book_of(rule_of(f't1 = "{hostile}"'))

    assert [each[1] for each in by_sql(db)(book, {"t1": [hostile, "x"]})] == [1, 0]
    assert judge(book, {"t1": hostile}).fired == 1
