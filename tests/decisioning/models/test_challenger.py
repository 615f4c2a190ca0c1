"""Learning: as good as it should be, bound where bound, the same by seed, blind to what it held out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.decisioning.models.learned import SETTINGS, learned, sample_of

from whiteslip.decisioning.models import challenger
from whiteslip.decisioning.models.calibrating import BADS_FOR_ISOTONIC, calibrate, probability
from whiteslip.decisioning.models.challenger import SMALL, fit
from whiteslip.decisioning.models.model import CalibrationKind
from whiteslip.decisioning.models.reading import read, write
from whiteslip.decisioning.models.serving import predict
from whiteslip.decisioning.samples.metrics import auc, calibration_line
from whiteslip.decisioning.samples.model import CategoryColumn, NumberColumn, Sample
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode


def test_a_model_finds_what_is_in_the_sample() -> None:
    later = sample_of(20_000, seed=2)

    said = predict(learned(), later.columns)

    assert auc(said, later.is_bad) > 0.77  # the true risk itself has .792
    slope, intercept = calibration_line(said, later.is_bad)
    assert slope == pytest.approx(1, abs=0.12)
    assert intercept == pytest.approx(0, abs=0.12)


def test_the_same_seed_gives_the_same_model_and_another_seed_another() -> None:
    again = fit(sample_of(), settings=SETTINGS, name="test", version=1)
    other = fit(sample_of(), settings=replace(SETTINGS, seed=8), name="test", version=1)

    assert again.text == learned().text
    assert again.calibration == learned().calibration
    assert other.text != learned().text


def test_a_small_sample_that_runs_out_of_splits_gives_a_model_that_can_be_read_again() -> None:
    rng = np.random.default_rng(0)
    risk, side = rng.random(200), rng.integers(0, 2, 200).astype(np.float64)
    is_bad = rng.random(200) < np.where(risk > 0.8, 0.5, 0.05) + 0.05 * side
    columns = (NumberColumn("risk", risk), NumberColumn("side", side))
    sample = Sample(columns, is_bad, {"risk": 1, "side": 1})

    model = fit(sample, settings=challenger.Settings(seed=1), name="small", version=1)

    assert model.learning.rounds == model.booster.num_trees()
    again = read(write(model), file="small")
    assert predict(again, sample.columns).tolist() == predict(model, sample.columns).tolist()


def test_a_direction_binds_every_prediction() -> None:
    sample = sample_of()
    against = Sample(sample.columns, sample.is_bad, {"used": -1})
    grid = np.linspace(0, 1, 50)
    rows = Sample(
        (
            NumberColumn("late", np.full(50, 2.0), (-7.0,)),
            NumberColumn("used", grid),
            CategoryColumn("work", np.zeros(50, dtype=np.int32), ("wage",)),
            NumberColumn("noise", np.zeros(50)),
        ),
        np.zeros(50, dtype=np.bool_),
    )

    rising = predict(learned(), rows.columns)
    falling = predict(fit(against, settings=SETTINGS), rows.columns)

    assert np.diff(rising).min() >= 0
    assert rising[-1] > rising[0]
    assert np.diff(falling).max() <= 0


def test_special_codes_missing_and_names_are_told_apart() -> None:
    def said(late: float, used: float, work: int) -> float:
        row = (
            NumberColumn("late", np.array([late]), (-7.0,)),
            NumberColumn("used", np.array([used])),
            CategoryColumn("work", np.array([work], dtype=np.int32), ("wage", "own", "none")),
            NumberColumn("noise", np.array([0.0])),
        )
        return float(predict(learned(), row)[0])

    assert said(-7, 0.5, 0) > said(2, 0.5, 0) > said(0, 0.5, 0)
    assert said(2, 0.5, 2) > said(2, 0.5, 1) > said(2, 0.5, 0)


def test_rows_are_held_out_until_there_are_enough_bad_ones() -> None:
    sample = sample_of()
    bads = int(np.count_nonzero(sample.is_bad))

    whole = fit(sample, settings=replace(SETTINGS, held_out_bads=bads)).learning
    part = fit(sample, settings=replace(SETTINGS, held_out_bads=50)).learning

    assert whole.held_out_rows == len(sample)
    assert part.held_out_rows == pytest.approx(len(sample) / SMALL.folds, abs=2)
    assert (part.rows, part.bads, part.seed) == (len(sample), bads, 7)


def test_calibration_sees_no_row_its_trees_learned_from() -> None:
    """Trees that learn rows by heart would seem sure of themselves on these rows, and be wrong."""
    sample = sample_of(1_500)
    by_heart = replace(
        SMALL, leaves=200, least_rows_a_leaf=1, ridge=0, patience=300, most_rounds=60
    )
    later = sample_of(20_000, seed=3)

    said = predict(fit(sample, settings=replace(SETTINGS, growth=by_heart)), later.columns)

    assert calibration_line(said, later.is_bad).slope > 0.7


def test_few_cases_are_calibrated_by_a_line_and_many_by_a_curve() -> None:
    generator = np.random.default_rng(1)
    margin = generator.normal(size=40_000)
    truth = 0.02 + 0.3 * (margin > 0) + 0.3 * (margin > 1)  # no straight line in log-odds
    is_bad = generator.random(40_000) < truth
    few = np.flatnonzero(is_bad)[: BADS_FOR_ISOTONIC - 1]
    few = np.concatenate([few, np.flatnonzero(~is_bad)])

    curve, line = calibrate(margin, is_bad), calibrate(margin[few], is_bad[few])

    assert (curve.kind, line.kind) == (CalibrationKind.ISOTONIC, CalibrationKind.PLATT)
    inside = np.abs(np.abs(margin - 0.5) - 0.5) > 0.1
    assert np.abs(probability(curve, margin) - truth)[inside].mean() < 0.02
    grid = np.linspace(-9, 9, 2_000)
    for each in (curve, line):
        assert np.diff(probability(each, grid)).min() > 0


def test_noise_is_refused_not_modeled() -> None:
    constant = NumberColumn("same", np.zeros(500))
    with pytest.raises(InvalidInput, match="columns say nothing of the ending"):
        fit(Sample((constant,), np.arange(500) % 3 == 0), settings=SETTINGS)


def test_margins_that_fall_with_the_risk_are_refused() -> None:
    generator = np.random.default_rng(1)
    is_bad = generator.random(500) < 0.3

    with pytest.raises(InvalidInput, match="called riskier were not"):
        calibrate(generator.normal(size=500) - is_bad, is_bad)


@pytest.mark.parametrize("bads", [0, 19, 481, 500])
def test_too_few_of_an_ending_are_refused(bads: int) -> None:
    columns = (NumberColumn("n", np.arange(500.0)),)

    with pytest.raises(InvalidInput, match=f"{bads} of 500 rows are bad; at least 20"):
        fit(Sample(columns, np.arange(500) < bads), settings=SETTINGS)


def test_reasons_and_directions_must_be_of_columns_that_are_there() -> None:
    sample = sample_of(200)

    with pytest.raises(InvalidInput, match="a reason for age"):
        fit(sample, settings=SETTINGS, reasons={"age": ReasonCode.OVERDUE})
    with pytest.raises(InvalidInput, match="a direction for work"):
        fit(Sample(sample.columns, sample.is_bad, {"work": 1}), settings=SETTINGS)
    with pytest.raises(InvalidInput, match="a direction is -1, 0"):
        fit(Sample(sample.columns, sample.is_bad, {"used": 2}), settings=SETTINGS)
    with pytest.raises(InvalidInput, match="names of their own"):
        fit(Sample(sample.columns * 2, sample.is_bad), settings=SETTINGS)


def test_sizes_choose_how_trees_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(challenger, "_LARGE_ROWS", 100)

    assert fit(sample_of(), settings=SETTINGS).text != learned().text
