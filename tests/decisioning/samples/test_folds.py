"""Folds: every row once, equal shares of bad ones, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.decisioning.samples.folds import repeated, stratified
from whiteslip.kernel.errors import InvalidInput


@given(
    bads=st.integers(2, 40), goods=st.integers(2, 40), folds=st.integers(2, 7), seed=st.integers(0)
)
def test_folds_part_the_rows_evenly(bads: int, goods: int, folds: int, seed: int) -> None:
    is_bad = np.arange(bads + goods) < bads
    if min(bads, goods) < folds:
        with pytest.raises(InvalidInput, match=f"cannot be cut into {folds} folds"):
            stratified(is_bad, folds=folds, seed=seed)
        return

    found = stratified(is_bad, folds=folds, seed=seed)

    assert sorted(np.concatenate([fold.test for fold in found]).tolist()) == list(
        range(len(is_bad))
    )
    for fold in found:
        assert sorted([*fold.train.tolist(), *fold.test.tolist()]) == list(range(len(is_bad)))
    counts = [np.count_nonzero(is_bad[fold.test]) for fold in found]
    assert max(counts) - min(counts) <= 1
    sizes = [len(fold.test) for fold in found]
    assert max(sizes) - min(sizes) <= 2


def test_a_seed_gives_the_same_folds_and_another_seed_others() -> None:
    is_bad = np.arange(100) % 3 == 0

    def tests(seed: int) -> list[list[int]]:
        return [fold.test.tolist() for fold in stratified(is_bad, folds=4, seed=seed)]

    assert tests(1) == tests(1)
    assert tests(1) != tests(2)


def test_a_further_repeat_changes_no_fold_before_it() -> None:
    is_bad = np.arange(60) % 3 == 0

    def tests(repeats: int) -> list[list[int]]:
        found = repeated(is_bad, folds=3, repeats=repeats, seed=5)
        return [fold.test.tolist() for fold in found]

    assert tests(4)[:6] == tests(2)
    assert tests(2)[:3] != tests(2)[3:]
    with pytest.raises(InvalidInput, match="0 repeats"):
        tests(0)
