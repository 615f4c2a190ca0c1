"""A card learned from a sample says what it did, refuses what cannot be learned, and keeps its trends."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import log
from typing import Any

import numpy as np
import pytest

from whiteslip.decisioning.samples.metrics import log_loss
from whiteslip.decisioning.samples.model import (
    CategoryColumn,
    Column,
    Floats,
    NumberColumn,
    Sample,
)
from whiteslip.decisioning.scorecards.fitting import fit
from whiteslip.decisioning.scorecards.model import NumberVariable, Scorecard
from whiteslip.decisioning.scorecards.reading import read
from whiteslip.decisioning.scorecards.rules import score_columns
from whiteslip.decisioning.scorecards.settings import Settings
from whiteslip.decisioning.scorecards.writing import write
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode

ROWS = 5_000


def numbers(seed: int = 5, rows: int = ROWS) -> dict[str, Floats]:
    random = np.random.default_rng(seed)
    return {name: random.normal(size=rows) for name in ("usage", "lateness", "noise")}


def sample_of(*more: Column, rows: int = ROWS, seed: int = 5) -> Sample:
    """Usage and lateness are bad; noise is nothing."""
    table = numbers(seed, rows)
    odds = table["usage"] + 0.7 * table["lateness"] - 2
    is_bad = np.random.default_rng(seed + 1).random(rows) < 1 / (1 + np.exp(-odds))
    columns = tuple(NumberColumn(name, values) for name, values in table.items())
    return Sample((*columns, *more), is_bad)


def scored(card: Scorecard, sample: Sample) -> Floats:
    return score_columns(card, {each.name: each for each in sample.columns}).probability


def test_the_card_gives_the_probability_of_training() -> None:
    sample = sample_of()
    found = fit(sample, name="first", version=4, description="试")

    assert np.abs(scored(found.scorecard, sample) - found.probability).max() < 1e-12
    assert found.probability.mean() == pytest.approx(sample.is_bad.mean(), abs=1e-3)
    assert (found.scorecard.name, found.scorecard.version) == ("first", 4)
    assert read(write(found.scorecard), file="card.json") == found.scorecard


def test_the_same_sample_gives_the_same_card() -> None:
    assert fit(sample_of()).scorecard == fit(sample_of()).scorecard


def test_points_follow_the_scale() -> None:
    card = fit(sample_of(), settings=Settings(base_points=500, base_odds=20, pdo=40)).scorecard

    assert card.probability(500) == pytest.approx(1 / 21)
    assert card.probability(540) == pytest.approx(1 / 41)
    assert card.start_points == pytest.approx(500 + 40 / log(2) * (card.intercept - log(20)))


def test_points_never_fall_where_the_evidence_rises() -> None:
    for settings in (Settings(), Settings(adjustment=None)):
        for variable in fit(sample_of(), settings=settings).scorecard.variables:
            assert isinstance(variable, NumberVariable)
            for before, after in pairwise(variable.bins):
                assert (after.points - before.points) * (after.woe - before.woe) >= 0


def turning_sample() -> Sample:
    """Alone, more usage is worse throughout; beside its cause, much usage is better than some."""
    random = np.random.default_rng(4)
    cause = random.normal(size=20_000)
    usage = cause + 0.5 * random.normal(size=20_000)
    odds = 2.5 * cause + 3 * np.minimum(usage, 0) - np.maximum(usage, 0) - 1
    columns = (NumberColumn("cause", cause), NumberColumn("usage", usage))
    return Sample(columns, random.random(20_000) < 1 / (1 + np.exp(-odds)))


def test_the_trend_is_kept_where_company_would_turn_it() -> None:
    card = fit(turning_sample()).scorecard

    assert [each.name for each in card.variables] == ["cause", "usage"]
    for variable in card.variables:
        assert isinstance(variable, NumberVariable)
        points = [each.points for each in variable.bins]
        assert points == sorted(points, reverse=True)


def test_fitting_all_bins_together_is_never_less_likely() -> None:
    for sample in (turning_sample(), sample_of()):
        whole, plain = fit(sample), fit(sample, settings=Settings(adjustment=None))
        gain = log_loss(plain.probability, sample.is_bad) - log_loss(
            whole.probability, sample.is_bad
        )

        assert gain > 0


def test_what_says_nothing_is_dropped_and_the_notes_say_why() -> None:
    table = numbers()
    found = fit(
        sample_of(
            NumberColumn("constant", np.full(ROWS, 3.0)),
            NumberColumn("empty", np.full(ROWS, np.nan)),
            NumberColumn("twin", table["usage"] * 2),
            CategoryColumn("nothing", np.full(ROWS, -1, np.int32), ()),
        )
    )
    notes = "\n".join(found.notes)

    assert [each.name for each in found.scorecard.variables] == ["usage", "lateness"]
    assert "constant: dropped, all rows fall into one bin" in notes
    assert "empty: dropped, it is missing in every row" in notes
    assert "nothing: dropped, it is missing in every row" in notes
    assert "twin: dropped, it tells the same as usage (correlation of evidence 1.000)" in notes
    assert "noise: dropped, its information value" in notes
    assert found.information["usage"] > found.information["noise"]


def test_evidence_that_would_turn_is_dropped() -> None:
    random = np.random.default_rng(8)
    cause, noise = random.normal(size=ROWS), random.normal(size=ROWS)
    is_bad = random.random(ROWS) < 1 / (1 + np.exp(2 - 2 * cause))
    columns = NumberColumn("sum", cause + noise), NumberColumn("cause", cause)
    turned = NumberColumn("noise", noise + 0.2 * cause)
    plain = Settings(adjustment=None)
    found = fit(Sample((*columns, turned), is_bad), settings=plain)
    without = fit(Sample(columns, is_bad), settings=plain)

    assert "noise: dropped, beside the others its weight would turn negative" in found.notes
    assert found.probability == pytest.approx(without.probability, abs=1e-6)


def test_of_many_variables_the_strongest_are_kept_and_the_others_named() -> None:
    sample = sample_of()
    every = fit(sample, name="all")
    least = min(every.scorecard.variables, key=lambda each: every.information[each.name])

    few = fit(
        sample, name="few", settings=Settings(most_variables=len(every.scorecard.variables) - 1)
    )

    names = {each.name for each in every.scorecard.variables}
    assert {each.name for each in few.scorecard.variables} == names - {least.name}
    assert f"{least.name}: dropped, stronger ones are enough" in few.notes


def test_reasons_are_given_to_their_variables() -> None:
    card = fit(sample_of(), reasons={"usage": ReasonCode.HIGH_UTILIZATION}).scorecard

    assert [each.reason for each in card.variables] == [ReasonCode.HIGH_UTILIZATION, None]


@pytest.mark.parametrize(
    ("sample", "cause"),
    [
        (Sample((), np.zeros(0, np.bool_)), "has no rows"),
        (replace(sample_of(), is_bad=np.zeros(ROWS, np.bool_)), "no row ended badly of 5000"),
        (replace(sample_of(), is_bad=np.ones(ROWS, np.bool_)), "every row ended badly of 5000"),
        (sample_of(NumberColumn("short", np.zeros(3))), "'short' has 3 rows, the sample 5000"),
        (sample_of(NumberColumn("noise", np.zeros(ROWS))), "2 columns are named 'noise'"),
        (Sample((), np.arange(10) > 5), "no column tells good from bad"),
        (Sample((NumberColumn("a", np.ones(10)),), np.arange(10) > 5), "a: dropped, all rows"),
        (replace(sample_of(), directions={"usage": 2}), "the direction of 'usage' is 2"),
        (
            replace(
                sample_of(CategoryColumn("c", np.zeros(ROWS, np.int32), ("a",))),
                directions={"c": 1},
            ),
            "'c' is a category and has no direction",
        ),
    ],
)
def test_what_cannot_be_learned_is_refused_in_words(sample: Sample, cause: str) -> None:
    with pytest.raises(InvalidInput, match=cause):
        fit(sample)


def test_few_bads_are_learned_from_with_a_note() -> None:
    table = numbers(rows=400)
    is_bad = np.zeros(400, np.bool_)
    is_bad[np.argsort(table["usage"])[-7:]] = True
    found = fit(Sample((NumberColumn("usage", table["usage"]),), is_bad))

    assert "only 7 of 400 rows ended badly: trust it little" in found.notes
    assert np.isfinite(found.probability).all()


def test_one_bad_is_refused_or_learned_but_never_crashes() -> None:
    for place in range(0, 200, 20):
        is_bad = np.zeros(200, np.bool_)
        is_bad[place] = True
        table = numbers(rows=200)
        columns = tuple(NumberColumn(name, values) for name, values in table.items())
        try:
            found = fit(Sample(columns, is_bad))
        except InvalidInput as refused:
            assert "no column tells good from bad" in str(refused)  # noqa: PT017
        else:
            assert np.isfinite(found.probability).all()


def test_dirty_columns_are_scored_as_they_were_learned() -> None:
    random = np.random.default_rng(2)
    table = numbers()
    usage = np.where(random.random(ROWS) < 0.1, np.nan, table["usage"])
    usage[random.random(ROWS) < 0.1] = -999.0
    usage[:5] = np.inf
    labels = ("自营", "受雇", "退休", *(f"rare {place}" for place in range(500)))
    codes = np.where(random.random(ROWS) < 0.9, random.integers(0, 3, ROWS), -1).astype(np.int32)
    codes[:500] = np.arange(3, 503)
    is_bad = random.random(ROWS) < np.where(codes == 1, 0.4, 0.1)
    is_bad |= (usage == -999.0) & (random.random(ROWS) < 0.5)
    columns = (NumberColumn("usage", usage, (-999.0,)), CategoryColumn("job", codes, labels))
    sample = Sample(columns, is_bad)
    found = fit(sample)

    assert {each.name for each in found.scorecard.variables} == {"usage", "job"}
    assert np.abs(scored(found.scorecard, sample) - found.probability).max() < 1e-12


def test_a_direction_without_a_column_is_noted() -> None:
    found = fit(replace(sample_of(), directions={"usage": 1, "gone": -1}))

    assert "gone: a direction is given, but there is no such column" in found.notes


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pdo", 0.0),
        ("base_odds", -1.0),
        ("least_share", 0.5),
        ("least_rows", 0),
        ("most_bins", 1),
        ("prebins", 1),
        ("smoothing", 0.0),
        ("most_correlation", 0.0),
        ("adjustment", -1.0),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(name: str, value: Any) -> None:
    with pytest.raises(InvalidInput, match=name):
        Settings(**{name: value})


def test_a_wide_table_is_learned_in_seconds() -> None:
    random = np.random.default_rng(1)
    hidden = random.normal(size=30_000)
    columns = tuple(
        NumberColumn(f"x{place}", hidden + random.normal(size=30_000) * (1 + place % 9))
        for place in range(54)
    )
    is_bad = random.random(30_000) < 1 / (1 + np.exp(2 - hidden))

    assert len(fit(Sample(columns, is_bad)).scorecard.variables) > 5
