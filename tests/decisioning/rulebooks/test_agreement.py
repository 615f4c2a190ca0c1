"""One meaning, three evaluators: the same answer on every row of every random book."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.decisioning.rulebooks.random_books import (
    Answer,
    Evaluate,
    Rows,
    book_of,
    by_columns,
    by_scalar,
    by_sql,
    columns_of,
    random_book,
    random_rows,
    rule_of,
)

from whiteslip.decisioning.rulebooks import columns, scalar
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.decisioning.rulebooks.regions import TooComplexError, where
from whiteslip.decisioning.rulebooks.rules import judge_columns, verdict_of
from whiteslip.decisioning.rulebooks.statement import Statement, compile_statement

ROWS = 1_000
SEEDS = st.integers(0, 2**32)
of_many = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

Difference = tuple[int, Answer, Answer]


def differences(one: Evaluate, other: Evaluate, book: RuleBook, rows: Rows) -> list[Difference]:
    pairs = zip(one(book, rows), other(book, rows), strict=True)
    return [(index, *pair) for index, pair in enumerate(pairs) if pair[0] != pair[1]]


@of_many
@given(seed=SEEDS)
def test_scalar_columns_and_sql_agree(db: psycopg.Connection[Any], seed: int) -> None:
    book, rows = random_book(seed), random_rows(seed, ROWS)

    assert differences(by_scalar, by_columns, book, rows) == []
    assert differences(by_scalar, by_sql(db), book, rows) == []


@of_many
@given(seed=SEEDS)
def test_scalar_and_columns_agree_across_chunks(seed: int) -> None:
    book, rows = random_book(seed), random_rows(seed, 100)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "CHUNK_ROWS", 7)

        assert differences(by_scalar, by_columns, book, rows) == []


@of_many
@given(seed=SEEDS)
def test_what_is_called_unreachable_never_fires(seed: int) -> None:
    book, rows = random_book(seed), random_rows(seed, 300)
    fired = 0
    for _, each, _ in by_columns(book, rows):
        fired |= each

    for index, rule in enumerate(book.rules):
        try:
            never = where(rule.when, holds=True) == ()
        except TooComplexError:
            never = False
        assert not (never and fired >> index & 1), rule


@of_many
@given(seed=SEEDS)
def test_outcomes_follow_from_the_masks(seed: int) -> None:
    book, rows = random_book(seed), random_rows(seed, 200)
    found = judge_columns(book, columns_of(rows))

    for outcome, fired, unknown in by_columns(book, rows):
        assert verdict_of(book, fired=fired, unknown=unknown).outcome == outcome
    assert [int(verdict.outcome) for verdict in found] == found.outcome.tolist()


SHARP = (
    rule_of("n1 >= 2", "at-least"),
    rule_of("not (r1 > 0.5)", "not-more", "restrict"),
    rule_of("m1 / m2 > 1", "quotient", "review"),
    rule_of("t1 = '50%' or b1", "either", "reduce"),
    rule_of("n1 / n2 < 1 and b2", "divided"),
)


def _true_when_unknown(part: scalar.Test) -> scalar.Test:
    return lambda row: not part(row)


def _never_missing(one: object, other: object) -> None:
    return None


def _altered(change: Callable[[str], str]) -> Evaluate:
    def evaluate(book: RuleBook, rows: Rows) -> list[Answer]:
        other, problems = read(change(book.body), file="altered")
        assert other is not None, problems
        return by_scalar(other, rows)

    return evaluate


def _filled(book: RuleBook, rows: Rows) -> list[Answer]:
    """Take a missing number for zero, as an engine that fails open does."""
    filled: Mapping[str, Sequence[Any]] = {
        name: [0 if value is None and name[0] in "nmr" else value for value in values]
        for name, values in rows.items()
    }
    return by_scalar(book, filled)


@pytest.mark.parametrize(
    "wrong",
    [
        _altered(lambda body: body.replace(">=", ">")),
        _altered(lambda body: body.replace(" or ", " and ")),
        _altered(lambda body: body.replace("= 'reduce'", "= 'watch'")),
        _altered(lambda body: body.replace("50%", "50")),
        _filled,
    ],
)
def test_control_a_wrong_evaluator_is_noticed(wrong: Evaluate) -> None:
    book = book_of(*SHARP)
    rows = random_rows(3, ROWS, missing=0.2)

    assert differences(by_scalar, by_columns, book, rows) == []
    assert differences(wrong, by_columns, book, rows) != []


def test_control_two_valued_not_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scalar, "_not", _true_when_unknown)

    assert (
        differences(by_scalar, by_columns, book_of(*SHARP), random_rows(3, ROWS, missing=0.2)) != []
    )


def test_control_lost_masks_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "_either", _never_missing)

    assert (
        differences(by_scalar, by_columns, book_of(*SHARP), random_rows(3, ROWS, missing=0.2)) != []
    )


def test_control_a_wrong_statement_is_noticed(
    db: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(book: RuleBook, *, row: str) -> Statement:
        right = compile_statement(book, row=row)
        return Statement(right.fired_mask, right.unknown_mask.replace("IS NULL", "IS TRUE"), "0")

    target = "tests.decisioning.rulebooks.random_books.compile_statement"
    assert (
        differences(by_scalar, by_sql(db), book_of(*SHARP), random_rows(3, ROWS, missing=0.2)) == []
    )
    monkeypatch.setattr(target, careless)

    assert (
        differences(by_scalar, by_sql(db), book_of(*SHARP), random_rows(3, ROWS, missing=0.2)) != []
    )
