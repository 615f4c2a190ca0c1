"""Figures of a score against their definitions, written out naively, and against another library."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as peer

from whiteslip.decisioning.samples import metrics
from whiteslip.decisioning.samples.model import Bools, Floats
from whiteslip.kernel.errors import InvalidInput

sk = cast("Any", peer)


@st.composite
def scored(draw: st.DrawFn) -> tuple[Floats, Bools]:
    """Scores with many ties and both endings."""
    bads = draw(st.lists(st.integers(-3, 3), min_size=1, max_size=20))
    goods = draw(st.lists(st.integers(-3, 3), min_size=1, max_size=20))
    order = draw(st.permutations(range(len(bads) + len(goods))))
    score = np.array([*bads, *goods], dtype=np.float64)[order]
    return score, (np.arange(len(order)) < len(bads))[order]


def drawn(rows: int = 4_000, *, seed: int = 1) -> tuple[Floats, Bools]:
    """Probabilities that are true."""
    generator = np.random.default_rng(seed)
    probability = generator.beta(2, 6, rows)
    return probability, generator.random(rows) < probability


@given(scored())
def test_auc_counts_pairs_and_a_tie_for_half(sample: tuple[Floats, Bools]) -> None:
    score, is_bad = sample
    pairs = [(b, g) for b in score[is_bad].tolist() for g in score[~is_bad].tolist()]
    won: float = sum(1.0 if b > g else 0.5 if b == g else 0.0 for b, g in pairs)

    assert metrics.auc(score, is_bad) == pytest.approx(won / len(pairs), abs=1e-12)
    assert metrics.auc(score, is_bad) == pytest.approx(sk.roc_auc_score(is_bad, score), abs=1e-12)
    assert metrics.gini(score, is_bad) == pytest.approx(2 * won / len(pairs) - 1, abs=1e-12)


@given(scored())
def test_turning_a_score_around_turns_auc_around(sample: tuple[Floats, Bools]) -> None:
    score, is_bad = sample

    assert metrics.auc(-score, is_bad) == pytest.approx(1 - metrics.auc(score, is_bad), abs=1e-12)
    assert metrics.ks(-score, is_bad) == pytest.approx(metrics.ks(score, is_bad), abs=1e-12)


@given(scored())
def test_ks_is_the_largest_gap_at_any_cut_off(sample: tuple[Floats, Bools]) -> None:
    score, is_bad = sample
    bad, good = score[is_bad], score[~is_bad]
    gaps = [
        abs(sum(bad >= cut) / len(bad) - sum(good >= cut) / len(good)) for cut in score.tolist()
    ]

    assert metrics.ks(score, is_bad) == pytest.approx(max(gaps), abs=1e-12)


@given(scored(), st.integers(3, 6))
def test_a_thinned_curve_keeps_its_ends_and_where_ks_is_read(
    sample: tuple[Floats, Bools], most: int
) -> None:
    score, is_bad = sample
    curve = metrics.roc(score, is_bad, most=most)

    assert len(curve) <= most
    assert (curve[0], curve[-1]) == ((0.0, 0.0), (1.0, 1.0))
    assert list(curve) == sorted(curve)
    assert max(abs(x - y) for x, y in curve) == pytest.approx(metrics.ks(score, is_bad), abs=1e-12)


def test_a_curve_is_close_to_the_whole_one() -> None:
    score, is_bad = drawn()
    curve = np.array(metrics.roc(score, is_bad))

    assert len(curve) <= 200
    area = float(np.trapezoid(curve[:, 1], curve[:, 0]))
    assert area == pytest.approx(metrics.auc(score, is_bad), abs=1e-3)


def test_distances_are_those_of_the_other_library() -> None:
    score, is_bad = drawn()

    assert metrics.brier(score, is_bad) == pytest.approx(sk.brier_score_loss(is_bad, score))
    assert metrics.log_loss(score, is_bad) == pytest.approx(sk.log_loss(is_bad, score))


def test_certain_and_wrong_costs_much_but_not_without_end() -> None:
    loss = metrics.log_loss(np.array([0.0, 1.0]), np.array([True, True]))

    assert loss == pytest.approx(-math.log(1e-15) / 2)


@given(scored(), st.integers(1, 5), st.randoms(use_true_random=False))
def test_lift_does_not_depend_on_the_order_of_tied_rows(
    sample: tuple[Floats, Bools], parts: int, shuffler: Any
) -> None:
    score, is_bad = sample
    parts = min(parts, len(score))
    order = list(range(len(score)))
    shuffler.shuffle(order)
    slices = metrics.lift(score, is_bad, parts=parts)

    assert metrics.lift(score[order], is_bad[order], parts=parts) == slices
    assert sum(each.rows for each in slices) == len(score)
    assert sum(each.bads for each in slices) == pytest.approx(np.count_nonzero(is_bad))
    assert slices[-1].cumulative_lift == pytest.approx(1)


def test_lift_says_how_much_worse_the_first_tenth_is() -> None:
    is_bad = np.arange(100) < 20

    first, *_, last = metrics.lift(-np.arange(100.0), is_bad)

    assert (first.rows, first.bads, first.bad_rate, first.lift) == (10, 10, 1.0, 5.0)
    assert (last.bads, last.cumulative_lift) == (0, 1.0)


def test_calibration_never_tears_one_probability() -> None:
    probability = np.array([0.1] * 50 + [0.2] * 30 + [0.9] * 20)
    is_bad = np.arange(100) % 10 == 0

    table = metrics.calibration(probability, is_bad, parts=10)

    assert [(row.rows, round(row.expected, 6)) for row in table] == [
        (50, 0.1),
        (30, 0.2),
        (20, 0.9),
    ]
    assert all(row.low <= row.observed <= row.high for row in table)
    error = (50 * 0 + 30 * 0.1 + 20 * 0.8) / 100
    assert metrics.calibration_error(probability, is_bad) == pytest.approx(error)


def test_chance_is_even_for_true_probabilities_and_nil_for_false_ones() -> None:
    chances = [metrics.calibration_chance(*drawn(2_000, seed=seed)) for seed in range(200)]
    probability, is_bad = drawn()

    assert np.mean(np.array(chances) < 0.1) == pytest.approx(0.1, abs=0.06)
    assert np.mean(chances) == pytest.approx(0.5, abs=0.07)
    assert metrics.calibration_chance(probability * 0.8, is_bad) < 1e-6


def test_the_error_of_ks_is_how_far_it_scatters() -> None:
    samples = [drawn(2_000, seed=seed) for seed in range(200)]
    scatter = float(np.std([metrics.ks(*sample) for sample in samples]))

    assert metrics.ks_error(*samples[0]) == pytest.approx(scatter, rel=0.3)


def test_true_probabilities_lie_on_the_line_of_slope_one() -> None:
    probability, is_bad = drawn(100_000)

    slope, intercept = metrics.calibration_line(probability, is_bad)

    assert slope == pytest.approx(1, abs=0.03)
    assert intercept == pytest.approx(0, abs=0.04)


@pytest.mark.parametrize(("stretch", "shift"), [(2.0, 0.0), (0.5, 1.0)])
def test_the_line_finds_how_probabilities_were_bent(stretch: float, shift: float) -> None:
    probability, is_bad = drawn(100_000)
    margin = np.log(probability / (1 - probability))
    bent = 1 / (1 + np.exp(-(stretch * margin + shift)))
    straight = metrics.calibration_line(probability, is_bad)

    slope, intercept = metrics.calibration_line(bent, is_bad)

    assert slope == pytest.approx(straight.slope / stretch, abs=1e-6)
    assert intercept == pytest.approx(straight.intercept - slope * shift, abs=1e-6)


def test_bands_hold_every_row_once_and_add_up() -> None:
    score, is_bad = drawn()

    found = metrics.bands(score, is_bad, edges=(0.1, 0.2, 0.5, 2.0))

    assert [(band.low, band.high) for band in found][:2] == [(None, 0.1), (0.1, 0.2)]
    assert sum(band.rows for band in found) == len(score)
    inside = (score >= 0.1) & (score < 0.2)
    assert (found[1].rows, found[1].bads) == (inside.sum(), (inside & is_bad).sum())
    below = score < 0.2
    assert found[1].cumulative_bad_rate == pytest.approx(is_bad[below].mean())
    assert (found[-1].rows, found[-1].bad_rate, found[-1].cumulative_share) == (0, 0.0, 1.0)


def test_a_value_at_an_edge_belongs_above() -> None:
    low, high = metrics.bands(np.array([1.0, 2.0]), np.array([True, False]), edges=[2.0])

    assert (low.rows, high.rows) == (1, 1)


@pytest.mark.parametrize(("hits", "count"), [(0, 10), (3, 10), (10, 10), (1, 1), (0, 0)])
def test_the_interval_of_a_share_holds_it(hits: int, count: int) -> None:
    low, high = metrics.wilson(hits, count)

    assert 0 <= low < high <= 1
    assert low <= hits / max(count, 1) <= high


def test_the_interval_is_the_published_one() -> None:
    assert metrics.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998


FIGURES: tuple[Callable[[Floats, Bools], object], ...] = (
    metrics.auc,
    metrics.gini,
    metrics.ks,
    metrics.ks_error,
    metrics.roc,
    metrics.lift,
    metrics.calibration_line,
)
ANY_ENDING: tuple[Callable[[Floats, Bools], object], ...] = (
    metrics.brier,
    metrics.log_loss,
    metrics.calibration,
    metrics.calibration_error,
    metrics.calibration_chance,
)
IDS = [figure.__name__ for figure in FIGURES + ANY_ENDING]


@pytest.mark.parametrize("figure", FIGURES + ANY_ENDING, ids=IDS)
def test_what_cannot_be_measured_is_refused(figure: Callable[[Floats, Bools], object]) -> None:
    score, is_bad = np.linspace(0, 1, 20), np.arange(20) % 2 == 0

    with pytest.raises(InvalidInput, match="1 scores are missing"):
        figure(np.where(score == 1, np.nan, score), is_bad)
    with pytest.raises(InvalidInput, match="scores for"):
        figure(score[1:], is_bad)
    with pytest.raises(InvalidInput, match="no rows"):
        figure(score[:0], is_bad[:0])
    with pytest.raises(InvalidInput, match="must be booleans"):
        figure(score, cast("Bools", is_bad.astype(np.int64)))


@pytest.mark.parametrize("figure", FIGURES, ids=[figure.__name__ for figure in FIGURES])
@pytest.mark.parametrize("ending", [True, False])
def test_one_ending_only_has_no_answer(
    figure: Callable[[Floats, Bools], object], ending: bool
) -> None:
    with pytest.raises(InvalidInput, match="none of the 20 rows is"):
        figure(np.linspace(0, 1, 20), np.full(20, ending))


@pytest.mark.parametrize("figure", ANY_ENDING, ids=[figure.__name__ for figure in ANY_ENDING])
def test_one_ending_only_can_be_foretold_well(figure: Callable[[Floats, Bools], Any]) -> None:
    figure(np.full(20, 0.1), np.full(20, False))
    with pytest.raises(InvalidInput, match="probabilities run from"):
        figure(np.linspace(0, 1.5, 20), np.full(20, False))


def test_a_line_that_is_not_there_is_refused() -> None:
    is_bad = np.arange(20) >= 10

    for probability in (np.linspace(0.1, 0.9, 20), np.linspace(0.9, 0.1, 20)):
        with pytest.raises(InvalidInput, match="parted without a miss"):
            metrics.calibration_line(probability, is_bad)
    with pytest.raises(InvalidInput, match="every row has the same probability"):
        metrics.calibration_line(np.full(20, 0.3), is_bad)


def test_parts_and_edges_that_cannot_be_are_refused() -> None:
    score, is_bad = drawn(50)

    for parts in (0, 51):
        with pytest.raises(InvalidInput, match="cannot be cut into"):
            metrics.lift(score, is_bad, parts=parts)
    for edges in ([2.0, 1.0], [1.0, 1.0], [math.nan]):
        with pytest.raises(InvalidInput, match="edges must ascend"):
            metrics.bands(score, is_bad, edges=edges)
    with pytest.raises(InvalidInput, match="a curve of 2 points"):
        metrics.roc(score, is_bad, most=2)
