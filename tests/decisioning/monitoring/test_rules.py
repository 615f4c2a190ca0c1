"""Monitoring: calm where nothing moved, an alarm where something did, silence where rows are few."""

from __future__ import annotations

import numpy as np
import pytest
from tests.decisioning.models.learned import learned, sample_of

from whiteslip.decisioning.models.scoring import score
from whiteslip.decisioning.monitoring.model import Finding, Limits, Reference, Report, Threshold
from whiteslip.decisioning.monitoring.rules import challenge, compare, take_reference
from whiteslip.decisioning.samples.distributions import Alarm
from whiteslip.decisioning.samples.metrics import auc
from whiteslip.decisioning.samples.model import Bools, Column, NumberColumn, Sample
from whiteslip.decisioning.scorecards import fitting
from whiteslip.kernel.errors import InvalidInput


def known() -> Reference:
    return take_reference(learned(), sample_of(6_000, seed=20))


def today(sample: Sample, *, is_bad: Bools | None = None, limits: Limits | None = None) -> Report:
    return compare(learned(), known(), sample.columns, is_bad=is_bad, limits=limits or Limits())


def figure(report: Report, name: str) -> Finding:
    return next(found for found in report.findings if found.figure == name)


def with_column(sample: Sample, column: Column) -> Sample:
    columns = tuple(column if each.name == column.name else each for each in sample.columns)
    return Sample(columns, sample.is_bad)


def test_people_like_those_before_raise_no_alarm() -> None:
    sample = sample_of(6_000, seed=21)
    foretold = score(learned(), sample.columns).probability
    is_bad = np.random.default_rng(1).random(6_000) < foretold

    report = today(sample, is_bad=is_bad)

    assert report.alarm is Alarm.CLEAR
    assert [found.figure for found in report.findings] == [
        "PSI of the score",
        "PSI of late",
        "PSI of used",
        "PSI of work",
        "PSI of noise",
        "auc",
        "gini",
        "ks",
        "calibration error",
    ]
    assert figure(report, "auc").today == pytest.approx(auc(foretold, is_bad))
    assert (report.rows, report.bads) == (6_000, int(is_bad.sum()))


def test_a_column_that_moved_is_named_and_one_that_did_not_is_not() -> None:
    sample = sample_of(6_000, seed=21)
    used = sample.column("used")
    assert isinstance(used, NumberColumn)
    moved = with_column(sample, NumberColumn("used", np.sqrt(used.values)))

    report = today(moved)

    assert figure(report, "PSI of used").alarm is Alarm.ACT
    assert figure(report, "PSI of late").alarm is Alarm.CLEAR
    assert report.alarm is Alarm.ACT


def test_a_column_that_fell_silent_is_an_alarm() -> None:
    sample = sample_of(6_000, seed=21)

    report = today(with_column(sample, NumberColumn("used", np.full(6_000, np.nan))))

    assert figure(report, "PSI of used").alarm is Alarm.ACT


def test_a_score_that_no_longer_tells_is_an_alarm() -> None:
    sample = sample_of(6_000, seed=21)
    shuffled = np.random.default_rng(1).permutation(sample.is_bad)

    report = today(sample, is_bad=shuffled)

    assert {figure(report, name).alarm for name in ("auc", "gini", "ks")} == {Alarm.ACT}
    assert figure(report, "PSI of the score").alarm is Alarm.CLEAR


def test_more_bad_endings_than_foretold_are_an_alarm_of_calibration() -> None:
    sample = sample_of(6_000, seed=21)
    worse = sample.is_bad | (np.arange(6_000) % 5 == 0)

    assert figure(today(sample, is_bad=worse), "calibration error").alarm is Alarm.ACT


def test_chance_alone_raises_hardly_ever_an_alarm_of_performance() -> None:
    """Samples as small as the limits admit, of people like those before."""
    reference = known()
    alarms = 0
    for seed in range(100, 160):
        sample = sample_of(500, seed=seed)
        report = compare(learned(), reference, sample.columns, is_bad=sample.is_bad)
        judged = [figure(report, name).alarm for name in ("auc", "ks", "calibration error")]
        assert Alarm.UNKNOWN not in judged
        alarms += any(each is not Alarm.CLEAR for each in judged)

    assert alarms <= 5


@pytest.mark.parametrize(("rows", "expected"), [(500, Alarm.CLEAR), (20_000, Alarm.WATCH)])
def test_a_loss_counts_where_chance_does_not_explain_it(rows: int, expected: Alarm) -> None:
    sample = sample_of(rows, seed=21)
    now = auc(score(learned(), sample.columns).probability, sample.is_bad)
    power = known().power._replace(auc=now + 0.03, gini=2 * now - 1 + 0.06)
    reference = known()._replace(power=power)

    report = compare(learned(), reference, sample.columns, is_bad=sample.is_bad)

    assert figure(report, "auc").alarm is expected
    assert figure(report, "gini").alarm is expected


def test_nothing_is_concluded_from_few_rows_or_few_bad_ones() -> None:
    few = sample_of(499, seed=21)
    report = today(few, is_bad=few.is_bad)
    assert {found.alarm for found in report.findings} == {Alarm.UNKNOWN}
    assert {found.today for found in report.findings} == {None}

    sample = sample_of(6_000, seed=21)
    for endings in (np.arange(6_000) < 99, np.arange(6_000) >= 99, np.zeros(6_000, dtype=np.bool_)):
        rare = today(sample, is_bad=endings)
        assert figure(rare, "auc").alarm is Alarm.UNKNOWN
        assert figure(rare, "PSI of late").alarm is Alarm.CLEAR
        assert rare.alarm is Alarm.UNKNOWN


def test_without_endings_only_the_rows_are_judged() -> None:
    report = today(sample_of(6_000, seed=21))

    assert report.bads is None
    assert figure(report, "auc").reference is not None
    assert figure(report, "auc").today is None


def test_limits_are_parameters() -> None:
    sample = sample_of(6_000, seed=21)
    tight = Limits(stability=Threshold(1e-9, 1e-8))

    assert figure(today(sample, limits=tight), "PSI of late").alarm is Alarm.ACT
    for wrong in ({"stability": Threshold(0.3, 0.2)}, {"least_rows": 5}, {"least_bads": 1}):
        with pytest.raises(InvalidInput):
            Limits(**wrong)  # pyright: ignore[reportArgumentType]


def test_a_reference_of_another_model_is_refused() -> None:
    sample = sample_of(600)
    card = fitting.fit(sample_of(), name="card", version=1).scorecard

    with pytest.raises(InvalidInput, match="the reference is of test 1, not of card 1"):
        compare(card, known(), sample.columns)
    with pytest.raises(InvalidInput, match="too few for a reference"):
        take_reference(learned(), sample_of(400))
    with pytest.raises(InvalidInput, match="3 endings for 600 rows"):
        today(sample, is_bad=np.array([True, False, True]))


def test_a_scorecard_is_watched_alike() -> None:
    card = fitting.fit(sample_of(), name="card", version=1).scorecard
    later = sample_of(6_000, seed=21)

    reference = take_reference(card, sample_of(6_000, seed=20))

    assert compare(card, reference, later.columns, is_bad=later.is_bad).alarm is Alarm.CLEAR


def test_a_better_challenger_lets_better_people_in() -> None:
    sample = sample_of(6_000, seed=21)
    theirs = score(learned(), sample.columns).probability
    ours = theirs + 0.5 * np.random.default_rng(1).random(6_000)

    found = challenge(
        ours, theirs, sample.is_bad, accepted_share=0.7, amounts_minor=np.full(6_000, 100)
    )

    swap = found.swap_set
    assert found.alarm is Alarm.WATCH
    assert found.challenger_auc - found.champion_auc == pytest.approx(found.difference.difference)
    assert swap.swapped_in.bad_rate < swap.swapped_out.bad_rate
    assert swap.swapped_in.rows == swap.swapped_out.rows  # equal business
    assert sum(cell.rows for cell in swap) == 6_000
    assert sum(cell.amount_minor for cell in swap) == 600_000
    assert sum(cell.bad_amount_minor for cell in swap) == 100 * int(sample.is_bad.sum())


def test_a_challenger_no_better_or_seen_on_few_rows_proves_nothing() -> None:
    sample = sample_of(6_000, seed=21)
    ours = score(learned(), sample.columns).probability
    noisy = ours + 0.3 * np.random.default_rng(1).random(6_000)
    few = np.arange(400)

    def verdict(champion: np.ndarray, challenger: np.ndarray, rows: np.ndarray) -> Alarm:
        is_bad = sample.is_bad[rows]
        return challenge(champion[rows], challenger[rows], is_bad, accepted_share=0.7).alarm

    assert verdict(ours, noisy, np.arange(6_000)) is Alarm.CLEAR
    assert verdict(noisy, ours, few) is Alarm.UNKNOWN
