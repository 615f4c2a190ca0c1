"""Numbers and labels are read as people write them."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.decisioning.samples import cells


def numbers(*texts: str) -> list[float]:
    column = cells.arrow.array(list(texts), pa.string())
    return cells.numbers(column, decimal=cells.decimal_sign(column)).tolist()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-3.5", -3.5),
        ("+4", 4),
        (".5", 0.5),
        ("1e3", 1000),
        ("1,234", 1234),
        ("12,345.67", 12345.67),
        ("1,23,456", 123456),
        ("1 234 567", 1234567),
        ("1'234.5", 1234.5),
        ("$ 5.20", 5.2),
        ("€7", 7),
        ("7 EUR", 7),
        ("NT$1,000", 1000),
        ("1.5万", 15000),
        ("2亿元", 2e8),
        ("12 %", 0.12),
        ("(1,200)", -1200),
        ("1,200-", -1200),
        ("−5", -5),
        ("- 5", -5),
        ("１２．５", 12.5),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, value: float) -> None:
    assert numbers(text, "0.25")[0] == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1-2", "1.2.3", "12a", "1e400", "1e308", "inf", "NaN", "--1", "1,23", "%", "$"],
)
def test_what_is_no_amount_is_none(text: str) -> None:
    assert math.isnan(numbers(text, "0.25")[0])


def test_the_whole_column_tells_what_a_comma_means() -> None:
    assert numbers("1.234,5", "2,25", "1.234") == [1234.5, 2.25, 1234]
    assert numbers("1,234.5", "2.25", "1,234") == [1234.5, 2.25, 1234]
    assert numbers("1,234", "5,678") == [1234, 5678]
    assert numbers("1.234", "5.678") == [1.234, 5.678]
    assert numbers("1.234.567", "8.999.000") == [1234567, 8999000]


@given(st.floats(-1e12, 1e12).map(lambda value: round(value, 2)))
def test_both_ways_of_grouping_say_the_same(value: float) -> None:
    english = f"{value:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))

    assert numbers(english, "0.25", "1,000.5")[0] == pytest.approx(value, abs=1e-3)
    assert numbers(german, "0,25", "1.000,5")[0] == pytest.approx(value, abs=1e-3)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: abs(x) < 1e15)))
def test_written_floats_come_back(values: list[float]) -> None:
    texts = [repr(value) for value in values]

    assert cells.numbers(cells.arrow.array(texts, pa.string()), decimal=".").tolist() == values


@given(st.lists(st.text(max_size=12), max_size=30))
def test_no_text_breaks_the_reading(texts: list[str]) -> None:
    found = cells.distinct(cells.arrow.array(texts, pa.string()))
    read = cells.numbers(found.values, decimal=cells.decimal_sign(found.values))

    assert found.counts.sum() == len(texts)
    assert len(read) == len(found.values) == len(cells.keys(found.values))
    assert np.isnan(read[cells.says_nothing(found.values, cells.NOTHING)]).all()


def test_spellings_have_one_key() -> None:
    spelled = cells.arrow.array(["Own  House", "own house", "ＯＷＮ HOUSE", "Own\thouse "])

    assert set(cells.keys(spelled).to_pylist()) == {"own house"}
    assert cells.keys(cells.arrow.array(["A  B", "a b"])).to_pylist() == ["a b", "a b"]


def test_words_for_nothing_are_known() -> None:
    words = ["", "#N/A", "NULL", " n/a ", "-", "缺失", "None", "no", "0"]
    column = cells.arrow.array(words)

    assert cells.says_nothing(column, cells.NOTHING).tolist() == [True] * 6 + [False] * 3
    assert cells.says_nothing(column, cells.NO_NUMBER).tolist() == [True] * 7 + [False] * 2


def test_distinct_cells_keep_their_rows() -> None:
    found = cells.distinct(cells.arrow.array([" b", "a", None, "b ", "a", "b"]))

    assert found.values.to_pylist() == ["b", "a"]
    assert found.codes.tolist() == [0, 1, -1, 0, 1, 0]
    assert found.counts.tolist() == [3, 2]


def test_typed_columns_become_text() -> None:
    numbers = cells.as_text(cells.arrow.array([1.0, 2.5, None]))
    flags = cells.as_text(cells.arrow.array([True, False]))
    assert numbers is not None
    assert flags is not None
    assert numbers.to_pylist() == ["1", "2.5", None]
    assert flags.to_pylist() == ["true", "false"]
    assert cells.as_text(cells.arrow.array([[1], [2]])) is None
