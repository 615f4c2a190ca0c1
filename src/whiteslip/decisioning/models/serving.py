"""Scoring with a boosted model: probabilities for all rows, reasons for those who are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.models import calibrating
from whiteslip.decisioning.models.encoding import features_of, matrix
from whiteslip.decisioning.models.model import Boosted, Contributions
from whiteslip.decisioning.samples.model import Bools, Column, Floats
from whiteslip.kernel.reason import MOST_REASONS, ReasonCode


def predict(model: Boosted, columns: Sequence[Column], *, threads: int = 1) -> Floats:
    """Return each row's calibrated probability of ending badly.

    Columns may come in any order. One that is missing, extra or of another kind is `InvalidInput`;
    a name the model never saw, and a special code it never saw, are read as missing.
    """
    cells = matrix(model.inputs, columns)
    if not len(cells):
        return np.empty(0)
    margin = model.booster.predict(cells, raw_score=True, num_threads=threads)
    return calibrating.probability(model.calibration, cast("Floats", margin))


def contributions(
    model: Boosted, columns: Sequence[Column], *, rows: NDArray[np.intp] | Bools, threads: int = 1
) -> Contributions:
    """Explain some rows, in their order; it costs about a hundred times a prediction a row."""
    cells = matrix(model.inputs, [column.take(rows) for column in columns])
    owners = features_of(model.inputs).owners
    values = np.zeros((len(cells), len(model.inputs)))
    missing = np.zeros(values.shape, dtype=np.bool_)
    if not len(cells):
        return Contributions(0.0, values, missing)
    found = cast("Floats", model.booster.predict(cells, pred_contrib=True, num_threads=threads))
    for feature, owner in enumerate(owners):
        values[:, owner] += found[:, feature]
        if feature and owners[feature - 1] == owner:  # which code stands where the amount is out
            missing[:, owner] &= cells[:, feature] == 0
        else:
            missing[:, owner] = np.isnan(cells[:, feature])
    return Contributions(float(found[0, -1]), values, missing)


def reasons(model: Boosted, found: Contributions) -> list[tuple[ReasonCode, ...]]:
    """Name, for each row, the up to four reasons that raised its risk most, the strongest first.

    Inputs of one reason count together. What raised it by having no value counts as SYS-02; what
    lowered it, and an input that was given no reason, is none.
    """
    told = [source.reason for source in model.inputs if source.reason is not None]
    codes = tuple(dict.fromkeys([*told, ReasonCode.DATA_MISSING]))
    unknown = codes.index(ReasonCode.DATA_MISSING)
    weights = np.zeros((len(found.values), len(codes)))
    for place, source in enumerate(model.inputs):
        if source.reason is not None:
            value, missing = found.values[:, place], found.missing[:, place]
            weights[:, codes.index(source.reason)] += np.where(missing, 0, value)
            weights[:, unknown] += np.where(missing, value, 0)
    order = np.argsort(-weights, axis=1, kind="stable")[:, :MOST_REASONS]
    against = np.take_along_axis(weights, order, axis=1) > 0
    return [
        tuple(codes[place] for place in places)
        for places in _split(order[against], np.count_nonzero(against, axis=1))
    ]


def _split(places: NDArray[np.intp], counts: NDArray[np.intp]) -> list[list[int]]:
    ends = np.cumsum(counts)[:-1]
    return [part.tolist() for part in np.split(places, ends)] if len(counts) else []
