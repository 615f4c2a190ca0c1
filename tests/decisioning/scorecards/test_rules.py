"""Scoring one set of facts, or many: what counts as missing, what is refused, and who is to blame."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from tests.decisioning.scorecards.random_cards import bin_of, card_of

from whiteslip.decisioning.samples.model import CategoryColumn, NumberColumn
from whiteslip.decisioning.scorecards.model import (
    CategoryVariable,
    Group,
    NumberVariable,
    Special,
)
from whiteslip.decisioning.scorecards.rules import Yardstick, score, score_columns
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode

USAGE = NumberVariable(
    name="usage",
    cuts=(0.5, 0.9),
    bins=(bin_of(12.0), bin_of(0.0), bin_of(-30.0)),
    specials=(Special(-1.0, bin_of(20.0)),),
    missing=bin_of(-5.0),
    coefficient=1.0,
    reason=ReasonCode.HIGH_UTILIZATION,
)
JOB = CategoryVariable(
    name="job",
    groups=(Group(("steady",), bin_of(8.0)), Group(("odd", "零工"), bin_of(-9.0))),
    other=bin_of(-1.0),
    missing=bin_of(-3.0),
    coefficient=1.0,
    reason=ReasonCode.UNSTABLE_INCOME,
)
CARD = card_of(USAGE, JOB)


def gained(**facts: object) -> float:
    return score(CARD, facts).points - CARD.start_points


@pytest.mark.parametrize(
    "nothing", [None, float("nan"), float("inf"), -float("inf"), 10**400, np.float64("nan")]
)
def test_what_is_not_known_is_missing(nothing: object) -> None:
    assert gained(usage=nothing, job="steady") == pytest.approx(3.0)
    assert gained(job="steady") == pytest.approx(3.0)


@pytest.mark.parametrize("value", [1, 1.0, np.float32(1), np.int64(1), np.float64(1)])
def test_every_kind_of_number_is_a_number(value: object) -> None:
    assert gained(usage=value, job="steady") == pytest.approx(-22.0)


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"usage": "0.5"}, "usage"),
        ({"usage": True}, "usage"),
        ({"usage": np.True_}, "usage"),
        ({"usage": Decimal(1)}, "usage"),
        ({"usage": [1]}, "usage"),
        ({"job": 3}, "job"),
        ({"job": 1.5}, "job"),
        ({"job": b"odd"}, "job"),
        ({"job": ["odd"]}, "job"),
    ],
)
def test_a_wrong_type_is_refused_by_name(facts: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInput, match=named) as refused:
        score(CARD, facts)
    assert refused.value.where == named
    with pytest.raises(InvalidInput, match=named):
        score_columns(CARD, {named: np.array([None, facts[named]], object)[1:]})


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("usage", np.array(["0.5"])),
        ("usage", np.array([True])),
        ("usage", np.array([[1.0]])),
        ("usage", CategoryColumn("usage", np.array([0], np.int32), ("a",))),
        ("job", np.array([1.0])),
        ("job", NumberColumn("job", np.array([1.0]))),
    ],
)
def test_a_column_of_a_wrong_type_is_refused_by_name(name: str, column: Any) -> None:
    with pytest.raises(InvalidInput, match=name):
        score_columns(CARD, {name: column})


def test_points_are_lost_against_the_best_ordinary_value() -> None:
    found = score(CARD, {"usage": 0.95, "job": "零工"})

    assert found.lost == pytest.approx({"usage": 42.0, "job": 17.0})
    assert found.reasons == (ReasonCode.HIGH_UTILIZATION, ReasonCode.UNSTABLE_INCOME)
    assert found.probability == pytest.approx(CARD.probability(found.points))


def test_points_may_be_lost_against_neutral_instead() -> None:
    found = score(CARD, {"usage": 0.7, "job": "odd"}, against=Yardstick.NEUTRAL)

    assert found.lost == pytest.approx({"usage": 0.0, "job": 9.0})
    assert found.reasons == (ReasonCode.UNSTABLE_INCOME,)


def test_the_best_values_lose_nothing() -> None:
    found = score(CARD, {"usage": -1, "job": "steady"})

    assert found.lost == {"usage": 0.0, "job": 0.0}
    assert found.reasons == ()


def test_nobody_is_told_of_a_value_that_is_not_there() -> None:
    found = score(CARD, {"job": "steady"})

    assert found.reasons == (ReasonCode.DATA_MISSING,)


def test_a_variable_without_a_reason_is_never_told() -> None:
    silent = card_of(replace(USAGE, reason=None), JOB)

    assert score(silent, {"usage": 1.0, "job": "odd"}).reasons == (ReasonCode.UNSTABLE_INCOME,)
    assert score(silent, {"job": "steady"}).reasons == ()


def test_at_most_four_reasons_are_told_each_once() -> None:
    codes = list(ReasonCode)[:6]
    card = card_of(
        *(
            replace(USAGE, name=f"usage {place}", reason=codes[place // 2])
            for place in range(2 * len(codes))
        )
    )
    facts = {variable.name: 1.0 for variable in card.variables}

    assert score(card, facts).reasons == tuple(codes[:4])


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(InvalidInput, match="differ in length"):
        score_columns(CARD, {"usage": np.zeros(2), "job": np.array(["odd"])})
    with pytest.raises(InvalidInput, match="differ in length"):
        score_columns(CARD, {"usage": np.zeros(2)}, rows=3)


def test_rows_of_which_nothing_is_known_are_scored() -> None:
    found = score_columns(CARD, {}, rows=2)

    assert found.points == pytest.approx([CARD.start_points - 8.0] * 2)
    assert len(score_columns(CARD, {})) == 0


def test_whole_numbers_and_texts_are_read_from_arrays() -> None:
    found = score_columns(CARD, {"usage": np.array([0, 1]), "job": np.array(["steady", "零工"])})

    assert found.points - CARD.start_points == pytest.approx([20.0, -39.0])
