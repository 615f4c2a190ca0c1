"""All figures of one scoring at once, as they stand in a fitted model and in reports."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from whiteslip.decisioning.samples import metrics
from whiteslip.decisioning.samples.distributions import quantile_edges, stability_index
from whiteslip.decisioning.samples.fitted import BandRow, CalibrationRow, LiftRow, Measured, Point
from whiteslip.decisioning.samples.model import Bools, Floats

PARTS: Final = 10
BANDS: Final = 12


def measure(probability: Floats, is_bad: Bools, *, points: Floats | None = None) -> Measured:
    """Measure probabilities of a bad ending; bands are of `points` if there are any.

    Rows of one ending only are `InvalidInput`.
    """
    parts = min(PARTS, len(is_bad))
    bands = points if points is not None else probability
    edges = band_edges(bands)
    return Measured(
        rows=len(is_bad),
        bads=int(np.count_nonzero(is_bad)),
        auc=metrics.auc(probability, is_bad),
        gini=metrics.gini(probability, is_bad),
        ks=metrics.ks(probability, is_bad),
        brier=metrics.brier(probability, is_bad),
        log_loss=metrics.log_loss(probability, is_bad),
        calibration_error=metrics.calibration_error(probability, is_bad, parts=parts),
        roc=tuple(Point(each.goods, each.bads) for each in metrics.roc(probability, is_bad)),
        lift=tuple(
            LiftRow(each.rows, each.bad_rate, each.lift)
            for each in metrics.lift(probability, is_bad, parts=parts)
        ),
        calibration=tuple(
            CalibrationRow(each.rows, each.expected, each.observed, each.low, each.high)
            for each in metrics.calibration(probability, is_bad, parts=parts)
        ),
        bands=tuple(
            BandRow(each.low, each.high, each.rows, each.bads)
            for each in metrics.bands(bands, is_bad, edges=edges)
        ),
    )


def band_edges(values: Floats) -> tuple[float, ...]:
    """Return round, evenly spaced edges that cut the middle 98 % of values into about twelve bands."""
    low, high = (float(edge) for edge in np.quantile(values, (0.01, 0.99)))
    if not high > low:
        return ()
    rough = (high - low) / BANDS
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * size for factor in (1, 2, 5, 10) if factor * size >= rough * 0.999)
    first, last = math.ceil(low / step), math.floor(high / step)
    return tuple(float(f"{place * step:.12g}") for place in range(first, last + 1))


def score_edges(probability: Floats) -> tuple[float, ...]:
    """Return the edges of ten about equal parts of the probabilities."""
    return quantile_edges(probability, parts=PARTS)


def counts_between(probability: Floats, edges: tuple[float, ...]) -> tuple[int, ...]:
    """Count probabilities in the bins that begin at the edges, and below the first."""
    bins = np.searchsorted(np.array(edges), probability, side="right")
    return tuple(np.bincount(bins, minlength=len(edges) + 1).tolist())


def score_psi(learned: Floats, judged: Floats) -> float:
    """Return the stability index of probabilities against those of the rows that were learned from."""
    edges = score_edges(learned)
    return stability_index(counts_between(learned, edges), counts_between(judged, edges))
