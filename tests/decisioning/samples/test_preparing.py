"""Any table becomes a sample: what is kept, what is left out, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whiteslip.decisioning.samples import fitted
from whiteslip.decisioning.samples.cells import arrow
from whiteslip.decisioning.samples.leaks import auc_alone
from whiteslip.decisioning.samples.model import CategoryColumn, NumberColumn
from whiteslip.decisioning.samples.preparing import ColumnReport, Prepared, prepare
from whiteslip.decisioning.samples.profiling import Fate, Limits
from whiteslip.decisioning.samples.recipes import (
    POOLED,
    CategoryRecipe,
    DaysRecipe,
    NumberRecipe,
    read_column,
    read_columns,
)
from whiteslip.decisioning.samples.schema import Schema, read_schema
from whiteslip.kernel.errors import InvalidInput

ROWS = 400
RNG = np.random.default_rng(3)
X = RNG.normal(0, 1, ROWS).round(2)
Y = (X + RNG.normal(0, 1.5, ROWS) > 1).astype(int)


def column(values: Sequence[object]) -> Any:
    return arrow.array([None if value is None else str(value) for value in values], arrow.string())


def prepared(schema: str = "", **columns: Any) -> Prepared:
    table = {"x": column(X.tolist()), **{name: column(each) for name, each in columns.items()}}
    table["y"] = column(Y.tolist())
    return prepare(table, target="y", schema=read_schema(schema, file="s.toml"))


def report(found: Prepared, name: str) -> ColumnReport:
    return next(each for each in found.reports if each.name == name)


def fate(values: Sequence[object], name: str = "z") -> Fate:
    return report(prepared("", **{name: values}), name).fate


def every(*values: object) -> list[object]:
    return [values[place % len(values)] for place in range(ROWS)]


def test_a_plain_number_is_taken_as_it_is() -> None:
    found = prepared()

    (read,) = found.sample.columns
    assert isinstance(read, NumberColumn)
    assert read.values.tolist() == X.tolist()
    assert found.sample.is_bad.tolist() == (Y == 1).tolist()
    assert report(found, "x") == ColumnReport(
        "x", Fate.USED, "number", (), 0, len(set(X.tolist())), auc_alone(read, Y == 1)
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (every("a"), Fate.CONSTANT),
        (every("1", "1.0"), Fate.CONSTANT),
        ([None] * (ROWS - 1) + ["5"], Fate.EMPTY),
        (every("", "NA", "-"), Fate.EMPTY),
        (range(ROWS), Fate.NUMBERING),
        ([f"k{place}" for place in range(ROWS)], Fate.NUMBERING),
        ([f"what {place} said" for place in range(ROWS)], Fate.FREE_TEXT),
        ([f"2024-0{place % 9 + 1}-11" for place in range(ROWS)], Fate.DATE),
        ((X * 100).round(), Fate.DUPLICATE),
        (Y + 4, Fate.LEAK),
        (every("m", "f"), Fate.PROTECTED),
        (every("1", "2", "3"), Fate.USED),
        (every("007", "012"), Fate.USED),
    ],
)
def test_what_becomes_of_a_column(values: Sequence[object], expected: Fate) -> None:
    assert fate(values) is expected


def test_zero_led_digits_are_names_not_amounts() -> None:
    read = prepared(z=every("007", "012", "000")).sample.column("z")

    assert isinstance(read, CategoryColumn)
    assert set(read.labels) == {"007", "012", "000"}


def test_a_few_numbers_among_many_words_do_not_make_a_number() -> None:
    words = [f"w{place % 25}" if place % 2 else str(place % 12) for place in range(ROWS)]

    assert isinstance(prepared(z=words).sample.column("z"), CategoryColumn)


def test_a_customer_number_may_repeat() -> None:
    values = [f"{1000 + place * 7}" for place in range(ROWS - 20)] + ["1007"] * 20

    assert fate(values, "customer_id") is Fate.NUMBERING
    assert fate(values, "income") is Fate.USED


def test_rare_words_among_numbers_are_missing_and_frequent_ones_codes() -> None:
    values = [str(place % 50) for place in range(ROWS)]
    values[:60] = ["No History"] * 60
    values[60:63] = ["oops", "?!", "oops"]

    found = prepared(z=values)
    read = found.sample.column("z")

    assert isinstance(read, NumberColumn)
    assert read.specials == (-999001.0,)
    assert (read.values[:60] == -999001).all()
    assert np.isnan(read.values[60:63]).all()
    assert report(found, "z").missing == 3
    assert "'oops' (2)" in " ".join(report(found, "z").notes)


def test_special_codes_are_found_and_may_be_said() -> None:
    values = [-9 if place % 8 == 0 else place % 60 for place in range(ROWS)]

    assert _specials(prepared(z=values)) == (-9.0,)
    assert _specials(prepared("[columns.z]\nspecial = []", z=values)) == ()
    assert _specials(prepared("[columns.z]\nspecial = [7, -9]", z=values)) == (-9.0, 7.0)


def _specials(found: Prepared) -> tuple[float, ...]:
    read = found.sample.column("z")
    assert isinstance(read, NumberColumn)
    return read.specials


def test_a_schema_has_the_last_word() -> None:
    found = prepared(
        """
        [columns.a]
        kind = "category"
        [columns.SEX]
        include = true
        [columns.b]
        exclude = true
        [columns.x]
        direction = 1
        """,
        a=every(1, 2, 3, 4),
        SEX=every(1, 2),
        b=every(5, 6, 7),
    )

    assert isinstance(found.sample.column("a"), CategoryColumn)
    assert report(found, "SEX").fate is Fate.USED
    assert report(found, "b").fate is Fate.ASKED_OUT
    assert found.sample.directions == {"x": 1}


def test_dates_become_days_before_a_date_or_another_column() -> None:
    opened = [f"2024-01-{place % 28 + 1:02d}" for place in range(ROWS)]
    opened[0] = "1900-01-01"
    asked = [f"{place % 5 + 1}.3.2024" for place in range(ROWS)]
    found = prepared(
        """
        [columns.opened]
        kind = "days"
        before = "asked"
        [columns.asked]
        kind = "days"
        before = "2024-12-31"
        """,
        opened=opened,
        asked=asked,
    )

    days, until = found.sample.column("opened"), found.sample.column("asked")
    assert isinstance(days, NumberColumn)
    assert isinstance(until, NumberColumn)
    assert np.isnan(days.values[0])
    assert days.values[1:3].tolist() == [60, 60]
    assert until.values[0] == 305


def test_a_hidden_copy_of_a_protected_column_is_left_out_wherever_it_stands() -> None:
    codes = RNG.integers(1, 3, ROWS)
    found = prepared(early=codes + 6, SEX=codes, late=[f"g{code}" for code in codes])

    assert {name: report(found, name).fate for name in ("early", "SEX", "late")} == {
        "early": Fate.PROTECTED,
        "SEX": Fate.PROTECTED,
        "late": Fate.PROTECTED,
    }
    assert [each.name for each in found.sample.columns] == ["x"]
    assert [recipe.name for recipe in found.recipes] == ["x"]


def test_rare_labels_stand_together_and_unseen_ones_with_them() -> None:
    values = ["big"] * 300 + [f"rare{place}" for place in range(100)]
    found = prepared(z=values)
    recipe = next(each for each in found.recipes if each.name == "z")

    assert recipe == CategoryRecipe("z", ("big", POOLED), pooled=True)
    again = read_column(recipe, {"z": column(["BIG ", "new", "", "rare7"])})
    assert isinstance(again.column, CategoryColumn)
    assert again.column.codes.tolist() == [0, 1, -1, 1]
    assert (again.unseen_rows, dict(again.unseen)) == (2, {"new": 1, "rare7": 1})


def test_unseen_labels_are_kept_apart_where_nothing_was_pooled() -> None:
    recipe = CategoryRecipe("z", ("a", "b"))
    again = read_column(recipe, {"z": column(["B", "c", "C ", "d", None])})

    assert isinstance(again.column, CategoryColumn)
    assert again.column.labels == ("a", "b", "c", "d")
    assert again.column.codes.tolist() == [1, 2, 2, 3, -1]
    assert again.unseen_rows == 3


def test_typed_numbers_hold_no_infinities_and_no_giants() -> None:
    values = arrow.array([1.5, None, float("inf"), float("nan"), -1e308, 1e14])

    read = read_column(NumberRecipe("z"), {"z": values})

    assert isinstance(read.column, NumberColumn)
    np.testing.assert_array_equal(read.column.values, [1.5, *[np.nan] * 4, 1e14])
    assert read.missing == 4


def test_missing_columns_are_all_named() -> None:
    recipes = [NumberRecipe("a"), NumberRecipe("b"), DaysRecipe("c", "year-month-day", "d")]

    with pytest.raises(InvalidInput, match="lacks columns: a, c, d"):
        read_columns(recipes, {"b": column(["1"])})


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ("[columns.nope]\nexclude = true", "column of the schema 'nope' is not in the table"),
        ("[columns.x]\nexclude = true", "no column is left"),
        ("[columns.x]\nkind = 'days'\nbefore = 'z'", "'z' is not in the table"),
    ],
)
def test_wishes_that_cannot_be_met_are_refused(schema: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        prepared(schema)


def test_a_leak_hidden_in_what_is_missing_is_found_and_noise_is_not() -> None:
    values = np.where(Y == 1, np.nan, 5.0)

    assert auc_alone(NumberColumn("z", values), Y == 1) > 0.99
    assert auc_alone(NumberColumn("z", RNG.normal(size=ROWS)), Y == 1) < 0.65
    many = CategoryColumn("z", np.arange(ROWS, dtype=np.int32), tuple(map(str, range(ROWS))))
    assert auc_alone(many, Y == 1) < 0.6


def test_the_limit_of_leaks_is_a_parameter() -> None:
    table = {"x": column(X.tolist()), "y": column(Y.tolist())}

    with pytest.raises(InvalidInput, match="nearly the answer"):
        prepare(table, target="y", schema=Schema(), limits=Limits(most_alone_auc=0.6))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(["1", "2.5", "", "a", "A ", "2024-01-01", "-9", "1,5", "∞"]), min_size=1
    )
)
def test_what_is_scored_is_read_as_what_was_learned(values: list[str]) -> None:
    cells = [values[place % len(values)] for place in range(ROWS)]
    found = prepared(z=cells)
    recipes = tuple(fitted.read_as(recipe) for recipe in found.recipes)
    assert len(recipes) == len(found.sample.columns)

    table = {"x": column(X.tolist()), "z": column(cells)}
    for reading, learned in zip(
        read_columns(found.recipes, table), found.sample.columns, strict=True
    ):
        if isinstance(learned, NumberColumn):
            assert isinstance(reading.column, NumberColumn)
            np.testing.assert_array_equal(reading.column.values, learned.values)
        else:
            assert isinstance(reading.column, CategoryColumn)
            assert (reading.column.codes == learned.codes).all()


def test_amounts_that_never_repeat_are_not_taken_for_one_another() -> None:
    generator = np.random.default_rng(5)
    some, other = generator.normal(size=(2, ROWS))
    some[:80] = other[:80] = np.nan  # from one source, so missing together

    found = prepared("", some=some, other=other, turned=1 - some, grown=np.exp(other))

    assert {each.name for each in found.used} == {"x", "some", "other"}
    assert report(found, "turned").fate is report(found, "grown").fate is Fate.DUPLICATE


def test_repeated_rows_do_not_make_columns_alike() -> None:
    generator = np.random.default_rng(6)
    found = prepared("", **{name: np.repeat(generator.normal(size=200), 2) for name in "ab"})

    assert {each.name for each in found.used} == {"x", "a", "b"}


def test_an_exact_age_hides_nothing_but_its_own_recodings() -> None:
    age = np.random.default_rng(7).uniform(18, 80, ROWS)
    found = prepared(
        "", age=age, born=2024 - age, income=np.random.default_rng(8).normal(size=ROWS)
    )

    assert {each.name for each in found.used} == {"x", "income"}
    assert report(found, "born").fate is Fate.PROTECTED


def test_many_labels_of_many_rows_are_all_kept() -> None:
    rows = 2_000
    endings = column((np.arange(rows) % 7 == 0).tolist())
    labels = column([f"shop {place % 200}" for place in range(rows)])
    found = prepare({"z": labels, "y": endings}, target="y", schema=Schema())

    read = found.sample.column("z")
    assert isinstance(read, CategoryColumn)
    assert len(read.labels) == 200


def test_what_stands_only_where_it_ended_badly_is_a_leak() -> None:
    bad = Y.astype(bool)
    some = bad & (np.arange(ROWS) % 3 == 0)

    assert fate(np.where(some, 7.5, 0.0).tolist()) is Fate.LEAK
    assert fate([None if not each else "sold" for each in some.tolist()]) is Fate.LEAK
    assert fate(np.where(some | (np.arange(ROWS) % 50 == 1), 7.5, 0.0).tolist()) is Fate.USED


@pytest.mark.parametrize("before", ["NaT", "today", "2024", "20240101"])
def test_only_a_whole_date_or_a_column_is_counted_back_from(before: str) -> None:
    dates = [f"2024-01-{place % 28 + 1:02d}" for place in range(ROWS)]
    with pytest.raises(InvalidInput, match="is not in the table"):
        prepared(f'[columns.z]\nkind = "days"\nbefore = "{before}"', z=dates)


def test_wishes_that_cannot_be_met_are_told() -> None:
    found = prepared(
        '[columns.z]\nkind = "number"\n[columns.w]\ndirection = 1',
        z=every("a", "b"),
        w=every("c", "d"),
    )

    assert report(found, "z").fate is Fate.UNREADABLE
    assert "does not bind" in report(found, "w").notes[0]


def test_a_frequent_word_stands_for_its_code_in_typed_columns_too() -> None:
    amounts = arrow.array([-(2**63) if place % 9 == 0 else place % 50 for place in range(ROWS)])
    found = prepare({"z": amounts, "y": column(Y.tolist())}, target="y", schema=Schema())

    read = found.sample.column("z")
    assert isinstance(read, NumberColumn)
    assert int((read.values == read.specials[0]).sum()) == len(range(0, ROWS, 9))
