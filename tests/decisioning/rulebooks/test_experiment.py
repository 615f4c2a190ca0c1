"""A challenger's customers: the same everywhere, the right share, nested as it grows, independent of other ones'."""

from __future__ import annotations

from typing import Any, LiteralString, cast

import numpy as np
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.decisioning.rulebooks import experiment
from whiteslip.decisioning.rulebooks.experiment import (
    WHOLE,
    challenged_condition,
    is_challenged,
    is_one_challenged,
)
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.ids import MAX_ID

IDS = np.arange(1, 200_001)
EDGES = [0, 1, 2**31 - 2, 2**31 - 1, 2**31, 2**32, 2**53, MAX_ID - 1, MAX_ID]


def share_of(version: int, share_ppm: int, name: str = "watch") -> float:
    return float(is_challenged(IDS, name=name, version=version, share_ppm=share_ppm).mean())


def in_sql(
    db: psycopg.Connection[Any], ids: list[int], name: str, version: int, share_ppm: int
) -> list[bool]:
    condition = challenged_condition(row="fact", name=name, version=version, share_ppm=share_ppm)
    query = (
        f"SELECT {condition} FROM unnest(%(ids)s::bigint[])"
        " WITH ORDINALITY AS fact (customer_id, place) ORDER BY place"
    )
    return [row[0] for row in db.execute(cast(LiteralString, query), {"ids": ids}).fetchall()]


@pytest.mark.parametrize("share_ppm", [0, 1, 50_000, 500_000, 999_999, WHOLE])
@pytest.mark.parametrize(("name", "version"), [("watch", 2), ("checkout", 2), ("watch", 2**31 - 1)])
def test_python_numpy_and_sql_choose_the_same(
    db: psycopg.Connection[Any], name: str, version: int, share_ppm: int
) -> None:
    ids = [*EDGES, *IDS[:2000].tolist(), *range(10**12, 10**12 + 500)]

    found = is_challenged(ids, name=name, version=version, share_ppm=share_ppm).tolist()

    one = [is_one_challenged(i, name=name, version=version, share_ppm=share_ppm) for i in ids]
    assert found == one
    assert found == in_sql(db, ids, name, version, share_ppm)


@given(
    ids=st.lists(st.integers(-(2**63), MAX_ID), max_size=20),
    version=st.integers(1, 2**31 - 1),
    share_ppm=st.integers(0, WHOLE),
)
def test_one_and_many_agree_on_any_number(ids: list[int], version: int, share_ppm: int) -> None:
    found = is_challenged(ids, name="x", version=version, share_ppm=share_ppm)

    one = [is_one_challenged(i, name="x", version=version, share_ppm=share_ppm) for i in ids]
    assert found.tolist() == one


def test_the_choice_never_changes() -> None:
    found = np.flatnonzero(is_challenged(IDS[:200], name="watch", version=2, share_ppm=50_000))

    assert (found + 1).tolist() == CHOSEN


CHOSEN = [21, 43, 61, 75, 93, 98, 124, 175, 190]
"""Written down when the rule was made: whoever is challenged stays so in every later version of the program."""


@pytest.mark.parametrize("share_ppm", [1_000, 10_000, 100_000, 333_333, 500_000, 900_000])
def test_the_share_is_right_whatever_the_version(share_ppm: int) -> None:
    expected = share_ppm / WHOLE
    spread = (expected * (1 - expected) / len(IDS)) ** 0.5

    for version in range(1, 21):
        assert abs(share_of(version, share_ppm) - expected) < 5 * spread


@pytest.mark.parametrize("every", [2, 3, 7, 10, 64, 1000])
def test_the_share_is_right_in_every_class_of_numbers(every: int) -> None:
    chosen = is_challenged(IDS, name="watch", version=2, share_ppm=100_000)

    for rest in range(min(every, 20)):
        part = chosen[rest::every]
        assert abs(part.mean() - 0.1) < 5 * (0.09 / len(part)) ** 0.5


def test_a_growing_share_keeps_whom_it_had() -> None:
    before = np.zeros(len(IDS), np.bool_)
    for share_ppm in (0, 1, 1_000, 50_000, 100_000, 999_999, WHOLE):
        chosen = is_challenged(IDS, name="watch", version=2, share_ppm=share_ppm)
        assert not (before & ~chosen).any()
        before = chosen
    assert before.all()


@pytest.mark.parametrize("other", [("watch", 3), ("watch", 12), ("limits", 2), ("checkout", 7)])
def test_experiments_are_independent_of_each_other(other: tuple[str, int]) -> None:
    mine = is_challenged(IDS, name="watch", version=2, share_ppm=200_000)
    theirs = is_challenged(IDS, name=other[0], version=other[1], share_ppm=300_000)

    both = float((mine & theirs).mean())

    assert abs(both - 0.06) < 5 * (0.06 * 0.94 / len(IDS)) ** 0.5


def _itself(_name: str, _version: int) -> tuple[int, ...]:
    return 0, 0, 1, 0


def test_a_place_at_the_very_end_of_the_share_is_outside(
    db: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiment, "_coefficients", _itself)
    end = 500_000 * experiment.PRIME // WHOLE
    ids = [0, end - 1, end, end + 1]

    assert is_challenged(ids, name="x", version=1, share_ppm=500_000).tolist() == [
        is_one_challenged(i, name="x", version=1, share_ppm=500_000) for i in ids
    ]
    assert in_sql(db, ids, "x", 1, 500_000) == [True, True, False, False]
    assert is_one_challenged(end - 1, name="x", version=1, share_ppm=500_000)
    assert not is_one_challenged(end, name="x", version=1, share_ppm=500_000)


def _one_draw(_name: str, _version: int) -> tuple[int, ...]:
    return 3, 5, 7, 11


def _remainder(_name: str, _version: int) -> tuple[int, ...]:
    return 0, 0, 21_474_836, 0


def test_control_one_draw_for_all_experiments_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment, "_coefficients", _one_draw)

    with pytest.raises(AssertionError):
        test_experiments_are_independent_of_each_other(("watch", 3))


def test_control_a_plain_remainder_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment, "_coefficients", _remainder)

    with pytest.raises(AssertionError):
        test_the_share_is_right_in_every_class_of_numbers(1000)


@pytest.mark.parametrize("share_ppm", [-1, WHOLE + 1])
def test_a_share_is_of_the_whole(share_ppm: int) -> None:
    with pytest.raises(InvalidInput, match="a share is from 0"):
        is_challenged([1], name="watch", version=2, share_ppm=share_ppm)


def test_the_condition_takes_no_foreign_row() -> None:
    with pytest.raises(InvalidInput, match="cannot name"):
        challenged_condition(row="fact; --", name="watch", version=2, share_ppm=1)
