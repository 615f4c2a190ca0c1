"""One meaning, three evaluators: the same points and probability on every row of every random card."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.decisioning.scorecards.random_cards import (
    INF,
    NAN,
    Answer,
    Evaluate,
    Rows,
    bin_of,
    by_columns,
    by_scalar,
    by_sql,
    card_of,
    random_card,
    random_rows,
)

from whiteslip.decisioning.scorecards import finders, rules, slots
from whiteslip.decisioning.scorecards.model import (
    CategoryVariable,
    Group,
    NumberVariable,
    Scorecard,
    Special,
)
from whiteslip.decisioning.scorecards.statement import Statement, compile_statement
from whiteslip.kernel.errors import InvalidInput

ROWS = 300
SEEDS = st.integers(0, 2**32)
of_many = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

Difference = tuple[int, Answer, Answer]


def differences(one: Evaluate, other: Evaluate, card: Scorecard, rows: Rows) -> list[Difference]:
    pairs = zip(one(card, rows), other(card, rows), strict=True)
    return [
        (index, *pair)
        for index, pair in enumerate(pairs)
        if abs(pair[0][0] - pair[1][0]) > 1e-9 * max(1.0, abs(pair[0][0]))
        or abs(pair[0][1] - pair[1][1]) > 1e-9
    ]


@of_many
@given(seed=SEEDS)
def test_scalar_columns_and_sql_agree(db: psycopg.Connection[Any], seed: int) -> None:
    card = random_card(seed)
    rows = random_rows(card, seed, ROWS)

    assert differences(by_scalar, by_columns, card, rows) == []
    assert differences(by_scalar, by_sql(db), card, rows) == []


@of_many
@given(seed=SEEDS)
def test_scalar_and_columns_agree_across_chunks(seed: int) -> None:
    card = random_card(seed)
    rows = random_rows(card, seed, 100)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "CHUNK_ROWS", 7)

        assert differences(by_scalar, by_columns, card, rows) == []


SHARP = card_of(
    NumberVariable(
        name="income",
        cuts=(0.0, 1.0, 3.0),
        bins=(bin_of(-20.0), bin_of(-5.0), bin_of(4.0), bin_of(15.0)),
        specials=(Special(-7.0, bin_of(33.0)),),
        missing=bin_of(-2.0),
        coefficient=1.0,
    ),
    CategoryVariable(
        name="status",
        groups=(
            Group(("gold", "白条"), bin_of(10.0)),
            Group(("50%", "o'brien", "A"), bin_of(-3.0)),
        ),
        other=bin_of(1.0),
        missing=bin_of(-6.0),
        coefficient=1.0,
    ),
)
SHARP_ROWS: Rows = {
    "income": [-8.0, -7.0, -0.0, 0.0, 0.99, 1.0, 3.0, 1e300, None, NAN, INF, -INF],
    "status": ["gold", "白条", "50%", "o'brien", "A", "a", "", None, "new", "A ", "gold", "A"],
}


def test_boundaries_specials_and_unseen_labels_are_where_they_belong(
    db: psycopg.Connection[Any],
) -> None:
    income = [-20.0, 33.0, -5.0, -5.0, -5.0, 4.0, 15.0, 15.0, -2.0, -2.0, -2.0, -2.0]
    status = [10.0, 10.0, -3.0, -3.0, -3.0, 1.0, 1.0, -6.0, 1.0, 1.0, 10.0, -3.0]
    expected = [SHARP.start_points + sum(pair) for pair in zip(income, status, strict=True)]

    for evaluate in (by_scalar, by_columns, by_sql(db)):
        points = [points for points, _ in evaluate(SHARP, SHARP_ROWS)]
        assert points == pytest.approx(expected)


def test_extreme_points_stay_within_what_every_evaluator_can_hold(
    db: psycopg.Connection[Any],
) -> None:
    for intercept in (1e6, -1e6):
        card = replace(SHARP, intercept=intercept)

        assert differences(by_scalar, by_columns, card, SHARP_ROWS) == []
        assert differences(by_scalar, by_sql(db), card, SHARP_ROWS) == []


def test_a_statement_holds_no_percent_sign() -> None:
    for seed in range(30):
        assert "%" not in compile_statement(random_card(seed), row="r").select_list


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 64, "白" * 22, "\ud800"])
def test_a_name_no_column_can_have_is_refused(name: str) -> None:
    variable = replace(SHARP.variables[0], name=name)

    with pytest.raises(InvalidInput, match="cannot name"):
        compile_statement(card_of(variable), row="r")


def test_a_label_no_row_can_hold_is_left_out_of_sql(db: psycopg.Connection[Any]) -> None:
    groups = (Group(("a\0b", "\ud800"), bin_of(50.0)), Group(("a", "c\0"), bin_of(7.0)))
    status = CategoryVariable("status", groups, bin_of(1.0), bin_of(2.0), 1.0)

    assert differences(by_scalar, by_sql(db), card_of(status), {"status": ["a", "b", None]}) == []


def _half_open_the_other_way(cuts: tuple[float, ...], number: float) -> int:
    return sum(cut < number for cut in cuts)


def _zero_is_missing(card: Scorecard, rows: Rows) -> list[Answer]:
    """Take a missing number for zero, as an evaluator that fails open does."""
    return by_scalar(card, {**rows, "income": [value or 0.0 for value in rows["income"]]})


def _strange_is_missing(card: Scorecard, rows: Rows) -> list[Answer]:
    known = {"gold", "白条", "50%", "o'brien", "A"}
    status = [value if value in known else None for value in rows["status"]]
    return by_scalar(card, {**rows, "status": status})


def _special_is_an_amount(card: Scorecard, rows: Rows) -> list[Answer]:
    income, status = card.variables
    assert isinstance(income, NumberVariable)
    return by_scalar(replace(card, variables=(replace(income, specials=()), status)), rows)


@pytest.mark.parametrize("wrong", [_zero_is_missing, _strange_is_missing, _special_is_an_amount])
def test_control_a_wrong_evaluator_is_noticed(wrong: Evaluate) -> None:
    assert differences(by_scalar, by_columns, SHARP, SHARP_ROWS) == []
    assert differences(wrong, by_columns, SHARP, SHARP_ROWS) != []


def test_control_a_bin_closed_at_the_wrong_end_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finders, "bisect_right", _half_open_the_other_way)

    assert differences(by_scalar, by_columns, replace(SHARP, version=4), SHARP_ROWS) != []


def test_control_infinity_taken_for_an_amount_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Careless:
        @staticmethod
        def isfinite(values: Any) -> Any:
            return ~np.isnan(values)

        def __getattr__(self, name: str) -> Any:
            return getattr(np, name)

    monkeypatch.setattr(slots, "np", Careless())

    assert differences(by_scalar, by_columns, SHARP, SHARP_ROWS) != []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (" < '0.0'", " <= '0.0'"),
        ("IS NOT TRUE", "IS NULL"),
        ('COLLATE "C" IN', 'COLLATE "C" NOT IN'),
    ],
)
def test_control_a_wrong_statement_is_noticed(
    db: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch, right: str, wrong: str
) -> None:
    def careless(card: Scorecard, *, row: str) -> Statement:
        made = compile_statement(card, row=row)
        assert right in made.points
        return Statement(made.points.replace(right, wrong), made.probability)

    assert differences(by_scalar, by_sql(db), SHARP, SHARP_ROWS) == []
    monkeypatch.setattr("tests.decisioning.scorecards.random_cards.compile_statement", careless)

    assert differences(by_scalar, by_sql(db), SHARP, SHARP_ROWS) != []
