"""From the margins of trees to probabilities one can believe, learned on rows the trees never saw."""

from __future__ import annotations

from typing import cast

import numpy as np

from whiteslip.decisioning.models.model import Calibration, CalibrationKind
from whiteslip.decisioning.samples.metrics import fit_line, sigmoid
from whiteslip.decisioning.samples.model import Bools, Floats
from whiteslip.kernel.errors import InvalidInput

BADS_FOR_ISOTONIC = 1_000
"""With fewer cases a free curve fits noise (Niculescu-Mizil & Caruana, ICML 2005, section 5)."""

_BADS_A_STEP = 50


def calibrate(margin: Floats, is_bad: Bools) -> Calibration:
    """Learn the curve: isotonic with at least 1,000 rows of either ending, else Platt's line.

    Margins that do not rise with the risk are `InvalidInput`: then nothing was learned.
    """
    line = _platt(margin, is_bad)
    bads = int(np.count_nonzero(is_bad))
    if min(bads, len(is_bad) - bads) < BADS_FOR_ISOTONIC:
        return line
    return _isotonic(margin, is_bad, slope=line.slope)


def log_odds(calibration: Calibration, margin: Floats) -> Floats:
    """Read the curve."""
    xs, ys = calibration.margins, calibration.log_odds
    if len(xs) == 1:
        return ys[0] + calibration.slope * (margin - xs[0])
    outside = margin - margin.clip(xs[0], xs[-1])
    return np.interp(margin, xs, ys) + calibration.slope * outside


def probability(calibration: Calibration, margin: Floats) -> Floats:
    """Read the curve as probabilities."""
    return sigmoid(log_odds(calibration, margin))


def _platt(margin: Floats, is_bad: Bools) -> Calibration:
    """Fit a line, with the two endings drawn in a little as Platt does (1999, section 2.2)."""
    bads = int(np.count_nonzero(is_bad))
    goods = len(is_bad) - bads
    if float(np.ptp(margin)) < 1e-9:
        raise InvalidInput("the columns say nothing of the ending: every row gets the same score")
    outcome = np.where(is_bad, (bads + 1) / (bads + 2), 1 / (goods + 2))
    slope, intercept = fit_line(margin, outcome)
    if slope <= 0:
        text = "the columns say nothing of the ending: on rows held out"
        raise InvalidInput(f"{text}, those called riskier were not")
    return Calibration(CalibrationKind.PLATT, (0.0,), (intercept,), slope)


def _isotonic(margin: Floats, is_bad: Bools, *, slope: float) -> Calibration:
    """Pool neighbors until rates ascend (Ayer et al. 1955), then join the middles of the pools.

    Joining them keeps the order of rows within a pool (Oron & Flournoy 2017).
    """
    from scipy.optimize import isotonic_regression

    order = np.argsort(margin, kind="stable")
    steps = int(np.count_nonzero(is_bad)) // _BADS_A_STEP
    parts = np.array_split(order, steps)
    sizes = np.array([len(part) for part in parts], dtype=np.float64)
    # Half a row of either ending keeps the log-odds of a pool without a bad row finite.
    rates = np.array([(np.count_nonzero(is_bad[part]) + 0.5) / (len(part) + 1) for part in parts])
    middles = np.array([float(np.mean(margin[part])) for part in parts])
    fitted = cast("Floats", isotonic_regression(rates, weights=sizes).x)
    pools = np.concatenate([[0], np.cumsum(np.diff(fitted) > 0)])
    weight = np.bincount(pools, sizes)
    xs = np.bincount(pools, sizes * middles) / weight
    rate = np.bincount(pools, sizes * fitted) / weight
    ys = np.log(rate) - np.log1p(-rate)
    kept = np.concatenate([[True], (np.diff(xs) > 1e-9) & (np.diff(ys) > 1e-9)])
    points = tuple(xs[kept].tolist()), tuple(ys[kept].tolist())
    return Calibration(CalibrationKind.ISOTONIC, *points, slope)
