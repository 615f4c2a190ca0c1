"""Comparing a sample of today with the one a model is known by, and a champion with its challenger."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from whiteslip.decisioning.models.model import Model
from whiteslip.decisioning.models.scoring import names_read, score
from whiteslip.decisioning.monitoring.model import (
    Challenge,
    Finding,
    Limits,
    Power,
    Reference,
    Report,
    Spread,
    Threshold,
)
from whiteslip.decisioning.samples import metrics
from whiteslip.decisioning.samples.comparisons import (
    Amounts,
    auc_difference,
    auc_error,
    cut_off,
    swap_set,
)
from whiteslip.decisioning.samples.distributions import (
    Alarm,
    alarm,
    count_bins,
    lay_out,
    stability_index,
)
from whiteslip.decisioning.samples.model import Bools, Column, Floats, NumberColumn, Sample
from whiteslip.kernel.errors import InvalidInput

_STANDARD = Limits()
_CHANCE = 0.01
_CHANCE_ERRORS = 2.326  # standard errors that chance exceeds, on one side, one time in a hundred
_PRESSING = (Alarm.ACT, Alarm.WATCH, Alarm.UNKNOWN, Alarm.CLEAR)


def take_reference(model: Model, sample: Sample, *, limits: Limits = _STANDARD) -> Reference:
    """Measure a model where it is known: best on rows it did not learn from, for these flatter it.

    A sample with fewer rows or bad rows than the limits ask for is `InvalidInput`.
    """
    bads = int(np.count_nonzero(sample.is_bad))
    if len(sample) < limits.least_rows or bads < limits.least_bads:
        text = f"{len(sample)} rows with {bads} bad ones are too few for a reference"
        raise InvalidInput(text, where="sample")
    probability = score(model, sample.columns).probability
    read = (sample.column(name) for name in names_read(model))
    return Reference(
        model.name,
        model.version,
        len(sample),
        bads,
        _power(probability, sample.is_bad, limits),
        _spread(NumberColumn("score", probability), limits),
        tuple(_spread(column, limits) for column in read),
    )


def compare(
    model: Model,
    reference: Reference,
    columns: Sequence[Column],
    *,
    is_bad: Bools | None = None,
    limits: Limits = _STANDARD,
) -> Report:
    """Compare today's rows with the reference; without endings only what the rows look like.

    A reference of another model or version is `InvalidInput`.
    """
    if (model.name, model.version) != (reference.model, reference.version):
        text = f"the reference is of {reference.model} {reference.version}"
        raise InvalidInput(f"{text}, not of {model.name} {model.version}", where="reference")
    probability = score(model, columns).probability
    findings = (
        *_stability(reference, columns, probability, limits),
        *_performance(reference.power, probability, is_bad, limits),
    )
    worst = min((found.alarm for found in findings), key=_PRESSING.index)
    bads = None if is_bad is None else int(np.count_nonzero(is_bad))
    return Report(model.name, model.version, len(probability), bads, findings, worst)


def challenge(
    champion: Floats,
    challenger: Floats,
    is_bad: Bools,
    *,
    accepted_share: float,
    amounts_minor: Amounts | None = None,
    limits: Limits = _STANDARD,
) -> Challenge:
    """Compare two risks of the same rows, each cut where it accepts the same share of them.

    So the swap set asks what the other would change at equal business, not at equal numbers. An
    ending of one kind only is `InvalidInput`.
    """
    difference = auc_difference(challenger, champion, is_bad)
    ours, theirs = (cut_off(risk, accepted_share=accepted_share) for risk in (champion, challenger))
    swapped = swap_set(champion < ours, challenger < theirs, is_bad, amounts_minor=amounts_minor)
    bads = int(np.count_nonzero(is_bad))
    verdict = Alarm.WATCH if difference.low > 0 else Alarm.CLEAR
    if len(is_bad) < limits.least_rows or bads < limits.least_bads:
        verdict = Alarm.UNKNOWN
    return Challenge(
        metrics.auc(champion, is_bad),
        metrics.auc(challenger, is_bad),
        difference,
        ours,
        theirs,
        swapped,
        verdict,
    )


def _stability(
    reference: Reference, columns: Sequence[Column], probability: Floats, limits: Limits
) -> Iterator[Finding]:
    found = {column.name: column for column in columns}
    yield _moved("PSI of the score", reference.score, NumberColumn("score", probability), limits)
    for spread in reference.columns:
        yield _moved(f"PSI of {spread.name}", spread, found[spread.name], limits)


def _moved(figure: str, spread: Spread, column: Column, limits: Limits) -> Finding:
    if len(column) < limits.least_rows:
        return Finding(figure, 0.0, None, Alarm.UNKNOWN)
    index = stability_index(spread.counts, count_bins(spread.layout, column))
    watch, act = limits.stability
    return Finding(figure, 0.0, index, alarm(index, watch=watch, act=act))


def _performance(
    before: Power, probability: Floats, is_bad: Bools | None, limits: Limits
) -> Iterator[Finding]:
    if is_bad is not None and is_bad.shape != probability.shape:
        raise InvalidInput(f"{len(is_bad)} endings for {len(probability)} rows", where="is_bad")
    now = None if is_bad is None else _power_if_enough(probability, is_bad, limits)
    if now is None:
        for figure, value in (
            ("auc", before.auc),
            ("gini", before.gini),
            ("ks", before.ks),
            ("calibration error", before.calibration_error),
        ):
            yield Finding(figure, value, None, Alarm.UNKNOWN)
        return
    area_noise = math.hypot(before.auc_error, now.auc_error)
    ks_noise = math.hypot(before.ks_error, now.ks_error)
    yield _lost("auc", before.auc, now.auc, area_noise, limits.auc_loss)
    yield _lost("gini", before.gini, now.gini, 2 * area_noise, limits.gini_loss)
    yield _lost("ks", before.ks, now.ks, ks_noise, limits.ks_loss)
    gap = now.calibration_error if now.calibration_chance < _CHANCE else 0.0
    watch, act = limits.calibration
    judged = alarm(gap, watch=watch, act=act)
    yield Finding("calibration error", before.calibration_error, now.calibration_error, judged)


def _lost(figure: str, before: float, now: float, noise: float, threshold: Threshold) -> Finding:
    loss = before - now
    counts = loss > _CHANCE_ERRORS * noise
    judged = alarm(loss if counts else 0.0, watch=threshold.watch, act=threshold.act)
    return Finding(figure, before, now, judged)


def _power_if_enough(probability: Floats, is_bad: Bools, limits: Limits) -> Power | None:
    bads = int(np.count_nonzero(is_bad))
    good_enough = len(is_bad) - bads >= limits.least_bads <= bads
    if len(is_bad) < limits.least_rows or not good_enough:
        return None
    return _power(probability, is_bad, limits)


def _power(probability: Floats, is_bad: Bools, limits: Limits) -> Power:
    return Power(
        metrics.auc(probability, is_bad),
        metrics.gini(probability, is_bad),
        metrics.ks(probability, is_bad),
        metrics.calibration_error(probability, is_bad, parts=limits.parts),
        auc_error(probability, is_bad),
        metrics.ks_error(probability, is_bad),
        metrics.calibration_chance(probability, is_bad, parts=limits.parts),
    )


def _spread(column: Column, limits: Limits) -> Spread:
    layout = lay_out(column, parts=limits.parts)
    return Spread(column.name, layout, tuple(count_bins(layout, column).tolist()))
