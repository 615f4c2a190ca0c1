"""Endings are told apart only where there is no doubt which one is bad."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.decisioning.samples.cells import arrow
from whiteslip.decisioning.samples.target import LEAST_OF_EACH, Target, read_target
from whiteslip.kernel.errors import InvalidInput

N = LEAST_OF_EACH


def read(
    values: Sequence[object], *, bad: tuple[str, ...] = (), good: tuple[str, ...] = ()
) -> Target:
    return read_target(arrow.array(list(values)), name="y", bad=bad, good=good)


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("1", "0"),
        (" Yes", "NO "),
        ("TRUE", "false"),
        ("1.0", "0"),
        ("违约", "正常"),
        ("是", "否"),
        ("Charged Off", "Fully Paid"),
        ("schlecht", "gut"),
        (1, 0),
        (1.0, 0.0),
        (True, False),
    ],
)
def test_plain_pairs_need_no_explanation(bad: object, good: object) -> None:
    found = read([bad, good, good] * N)

    assert found.is_bad.tolist() == [True, False, False] * N
    assert found.known.all()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([1, 2], "say with --bad"),
        (["a", "b"], "say with --bad"),
        (["a", "b", "c"], "3 values where two are needed"),
        ([0, 0], "'0' (20 rows); two are needed"),
        (["", ""], "no value; two are needed"),
    ],
)
def test_doubt_is_refused_with_the_values(values: list[object], says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(values * N)

    assert says in str(refused.value)


def test_who_says_what_is_bad_is_heard() -> None:
    assert read([1, 2, 2] * N, bad=("1",)).is_bad.tolist() == [True, False, False] * N
    assert read([0, 1] * N, bad=("0.0",)).bad == ("0",)
    assert read(["x", "y"] * N, good=("X",)).bad == ("y",)


def test_more_bad_than_good_is_asked_about() -> None:
    assert read([1, 1, 0] * N).notes == ("more rows ended bad than good: is '0' the bad ending?",)
    assert read([1, 1, 0] * N, bad=("1",)).notes == ()


def test_further_endings_are_left_out_only_if_all_is_said() -> None:
    values: list[object] = ["Default", "Paid", "Current", "Late", None] * N

    found = read(values, bad=("default", "late"), good=("paid",))

    assert found.known.tolist() == [True, True, False, True, False] * N
    assert found.is_bad.tolist() == [True, False, True] * N
    assert found.notes == (
        f"{N} rows without y are left out",
        f"{N} rows that ended in another way are left out",
    )
    with pytest.raises(InvalidInput, match="a schema must name"):
        read(values, bad=("default",))


def test_values_that_are_not_there_are_refused() -> None:
    with pytest.raises(InvalidInput, match="has no value '3'"):
        read([0, 1] * N, bad=("3",))
    with pytest.raises(InvalidInput, match="both bad and good"):
        read([0, 1] * N, bad=("1",), good=("1",))


def test_too_few_of_one_ending_is_refused() -> None:
    with pytest.raises(InvalidInput, match="1 row ended bad"):
        read([1] + [0] * 500)
    with pytest.raises(InvalidInput, match="9 rows ended good"):
        read([1] * 500 + [0] * (N - 1))
    assert int(read([1] * N + [0] * 500).is_bad.sum()) == N


@given(st.lists(st.sampled_from(["1", "0", "", "NA"]), max_size=200))
def test_every_row_is_bad_good_or_unknown(values: list[str]) -> None:
    try:
        found = read([*values])
    except InvalidInput:
        assert min(values.count("1"), values.count("0")) < N
        return
    assert found.known.tolist() == [value in "10" and value != "" for value in values]
    assert int(found.is_bad.sum()) == values.count("1")
    assert np.count_nonzero(~found.is_bad) == values.count("0")
