"""Differences of two scores: their intervals hold the truth as often as they say; swaps add up."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.decisioning.samples.comparisons import (
    auc_difference,
    auc_error,
    cut_off,
    fold_difference,
    swap_set,
)
from whiteslip.decisioning.samples.metrics import auc
from whiteslip.decisioning.samples.model import Bools, Floats
from whiteslip.kernel.errors import InvalidInput


def pair(rows: int, *, seed: int, ties: bool = False) -> tuple[Floats, Floats, Bools]:
    """Two scores of equal worth that share most of what they know."""
    generator = np.random.default_rng(seed)
    is_bad = np.arange(rows) % 4 == 0
    shared = generator.normal(size=rows) + is_bad
    first = shared + 0.7 * generator.normal(size=rows)
    second = shared + 0.7 * generator.normal(size=rows)
    return (first.round(), second.round(), is_bad) if ties else (first, second, is_bad)


@given(seed=st.integers(0, 10_000), ties=st.booleans())
def test_the_variance_is_that_of_delong_written_out(seed: int, ties: bool) -> None:
    first, second, is_bad = pair(40, seed=seed, ties=ties)
    found = auc_difference(first, second, is_bad)

    def kernel(score: Floats) -> Floats:
        bad, good = score[is_bad][:, None], score[~is_bad][None, :]
        return (bad > good) + 0.5 * (bad == good)

    gap = kernel(first) - kernel(second)
    spread = np.var(gap.mean(axis=1), ddof=1) / len(gap)
    spread += np.var(gap.mean(axis=0), ddof=1) / gap.shape[1]

    assert found.difference == pytest.approx(auc(first, is_bad) - auc(second, is_bad))
    assert found.high - found.difference == pytest.approx(1.959964 * math.sqrt(spread), abs=1e-6)


def test_the_interval_misses_zero_about_as_often_as_it_says() -> None:
    missed = sum(auc_difference(*pair(400, seed=seed)).is_beyond_chance for seed in range(400))

    assert 8 <= missed <= 36  # 5 % of 400 is 20; both bounds lie over 2.7 standard deviations off


def test_the_error_of_an_auc_is_how_far_it_scatters() -> None:
    samples = [pair(400, seed=seed) for seed in range(200)]
    scatter = float(np.std([auc(first, is_bad) for first, _, is_bad in samples]))

    assert auc_error(samples[0][0], samples[0][2]) == pytest.approx(scatter, rel=0.25)


def test_a_score_against_itself_differs_by_nothing() -> None:
    first, _, is_bad = pair(50, seed=1)

    assert auc_difference(first, first, is_bad) == (0, 0, 0)


def test_a_better_score_is_beyond_chance() -> None:
    first, second, is_bad = pair(2_000, seed=1)

    assert auc_difference(first + is_bad, second, is_bad).low > 0
    assert auc_difference(second, first + is_bad, is_bad).high < 0


def test_repeating_the_same_folds_does_not_make_them_certain() -> None:
    five = [0.01, 0.02, 0.00, 0.03, 0.01]

    once = fold_difference(five, test_to_train=0.25)
    often = fold_difference(five * 100, test_to_train=0.25)

    assert once.difference == pytest.approx(0.014)
    # t(4, .975) = 2.776, s = .01140, sqrt(1/5 + 1/4) = .6708
    assert once.high - once.difference == pytest.approx(0.02124, abs=1e-5)
    assert often.high - often.low > 0.5 * 1.96 * 2 * 0.0114 * math.sqrt(0.25)


@pytest.mark.parametrize("differences", [[], [0.1], [0.1, math.nan]])
def test_differences_without_spread_are_refused(differences: list[float]) -> None:
    with pytest.raises(InvalidInput, match="have no spread"):
        fold_difference(differences, test_to_train=0.25)


def test_shares_and_confidences_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no share of rows"):
        fold_difference([0.1, 0.2], test_to_train=0)
    for confidence in (0, 1):
        with pytest.raises(InvalidInput, match="confidence"):
            fold_difference([0.1, 0.2], test_to_train=0.25, confidence=confidence)
        with pytest.raises(InvalidInput, match="confidence"):
            auc_difference(*pair(40, seed=1), confidence=confidence)


def test_one_bad_row_says_nothing_of_a_difference() -> None:
    first, second, _ = pair(10, seed=1)

    with pytest.raises(InvalidInput, match="two of either"):
        auc_difference(first, second, np.arange(10) == 0)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=30), st.floats(0, 1))
def test_a_cut_off_accepts_no_more_than_it_may(values: list[int], share: float) -> None:
    score = np.array(values, dtype=np.float64)
    wanted = round(share * len(score))

    cut = cut_off(score, accepted_share=share)

    assert np.count_nonzero(score < cut) <= wanted <= np.count_nonzero(score <= cut)


def test_a_swap_set_counts_rows_bads_and_money() -> None:
    champion = np.array([True, True, True, False, False])
    challenger = np.array([True, False, True, True, False])
    is_bad = np.array([False, True, True, False, True])

    found = swap_set(champion, challenger, is_bad, amounts_minor=np.array([1, 2, 4, 8, 16]))

    assert found.both == (2, 1, 0.5, 5, 4)
    assert found.swapped_in == (1, 0, 0.0, 8, 0)
    assert found.swapped_out == (1, 1, 1.0, 2, 2)
    assert found.neither == (1, 1, 1.0, 16, 16)
    assert swap_set(champion, challenger, is_bad).both == (2, 1, 0.5, 0, 0)


def test_columns_that_do_not_fit_are_refused() -> None:
    three, two = np.array([True] * 3), np.array([True] * 2)

    with pytest.raises(InvalidInput, match="differ in length"):
        swap_set(three, two, three)
    for amounts in (np.array([1, 2]), np.array([0.5, 1.0, 2.0])):
        with pytest.raises(InvalidInput, match="one whole amount a row"):
            swap_set(three, three, three, amounts_minor=amounts)  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidInput, match="no cut-off"):
        cut_off(np.array([1.0, math.nan]), accepted_share=0.5)
