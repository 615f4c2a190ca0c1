"""How well a score tells bad rows from good ones, and how far its probabilities can be believed.

A score here is a risk: higher is worse. Who holds points, of which more are better, passes them
negated. NaN, columns of unequal length and samples in which one of both endings never occurs are
`InvalidInput`: no figure is ever NaN.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.samples.model import Bools, Floats
from whiteslip.kernel.errors import InvalidInput

_LEAST_PROBABILITY = 1e-15
_LEAST_SPREAD = 1e-12
_SMALL_STEP = 1e-10
_MOST_STEPS = 100


class Slice(NamedTuple):
    """One of equal parts of the rows, the riskiest first; rows of one score share their bad ones."""

    rows: int
    bads: float
    bad_rate: float
    lift: float
    cumulative_lift: float


class CalibrationRow(NamedTuple):
    """Rows of like probability: what was expected and what came, with a 95 % Wilson interval."""

    rows: int
    expected: float
    observed: float
    low: float
    high: float


class CalibrationLine(NamedTuple):
    """The log-odds that came = intercept + slope × the log-odds that were said; (1, 0) is perfect."""

    slope: float
    intercept: float


class Band(NamedTuple):
    """The rows with `low <= score < high`, and with all bands below it; None is an open end."""

    low: float | None
    high: float | None
    rows: int
    bads: int
    bad_rate: float
    cumulative_share: float
    cumulative_bad_rate: float


class RocPoint(NamedTuple):
    """Refusing everything from some score up stops these shares of the good and of the bad."""

    goods: float
    bads: float


class _Ladder(NamedTuple):
    """How many good and bad rows there are at and above each distinct score, from 0 to all."""

    goods: Floats
    bads: Floats


def auc(score: Floats, is_bad: Bools) -> float:
    """Return the chance that a bad row scores above a good one; a tie counts a half."""
    goods, bads = _ladder(score, is_bad)
    area = float(np.sum(np.diff(goods) * (bads[1:] + bads[:-1]))) / 2
    return area / float(goods[-1] * bads[-1])


def gini(score: Floats, is_bad: Bools) -> float:
    """Return 2 × AUC - 1, also called accuracy ratio or Somers' D."""
    return 2 * auc(score, is_bad) - 1


def ks(score: Floats, is_bad: Bools) -> float:
    """Return the largest gap between both cumulative shares, whichever is ahead."""
    goods, bads = _ladder(score, is_bad)
    return float(np.max(np.abs(bads / bads[-1] - goods / goods[-1])))


def ks_error(score: Floats, is_bad: Bools) -> float:
    """Return the standard error of KS: that of the gap of both shares where it is read."""
    goods, bads = _ladder(score, is_bad)
    right, up = goods / goods[-1], bads / bads[-1]
    x, y = (float(axis[np.argmax(np.abs(up - right))]) for axis in (right, up))
    return math.sqrt(x * (1 - x) / float(goods[-1]) + y * (1 - y) / float(bads[-1]))


def roc(score: Floats, is_bad: Bools, *, most: int = 200) -> tuple[RocPoint, ...]:
    """Return the curve from (0, 0) to (1, 1) in at most so many points; where KS is read is kept."""
    if most < 3:
        raise InvalidInput(f"a curve of {most} points is none", where="most")
    goods, bads = _ladder(score, is_bad)
    right, up = goods / goods[-1], bads / bads[-1]
    kept = np.arange(len(right))
    if len(right) > most:
        wanted = np.linspace(0, 2, most - 1)
        kept = np.searchsorted(right + up, wanted - 1e-12).clip(0, len(right) - 1)
        kept = np.unique(np.append(kept, np.argmax(np.abs(up - right))))
    pairs = zip(right[kept].tolist(), up[kept].tolist(), strict=True)
    return tuple(RocPoint(x, y) for x, y in pairs)


def lift(score: Floats, is_bad: Bools, *, parts: int = 10) -> tuple[Slice, ...]:
    """Cut the rows into equal parts, the riskiest first, and say how much worse each is than all."""
    goods, bads = _ladder(score, is_bad)
    _check_parts(parts, len(score))
    rows = len(score)
    edges = np.round(np.arange(parts + 1) * rows / parts)
    # Between two scores the curve is straight, so the order of tied rows does not matter.
    reached = np.interp(edges, goods + bads, bads)
    average = float(bads[-1]) / rows
    slices: list[Slice] = []
    for index in range(parts):
        count, found = float(edges[index + 1] - edges[index]), reached[index + 1] - reached[index]
        rate = float(found) / count
        so_far = float(reached[index + 1] / edges[index + 1])
        slices.append(Slice(int(count), float(found), rate, rate / average, so_far / average))
    return tuple(slices)


def brier(probability: Floats, is_bad: Bools) -> float:
    """Return the mean squared distance between what was said and what came (Brier 1950)."""
    _check_probability(probability, is_bad)
    return float(np.mean((probability - is_bad) ** 2))


def log_loss(probability: Floats, is_bad: Bools) -> float:
    """Return the mean of -ln(probability of what came); 0 and 1 are read as 1e-15 off."""
    _check_probability(probability, is_bad)
    said = probability.clip(_LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
    return float(-np.mean(np.where(is_bad, np.log(said), np.log1p(-said))))


def calibration(
    probability: Floats, is_bad: Bools, *, parts: int = 10
) -> tuple[CalibrationRow, ...]:
    """Compare expected and observed rates in about equal parts; one probability is never torn."""
    _check_probability(probability, is_bad)
    rows: list[CalibrationRow] = []
    for part in _equal_parts(probability, parts):
        count, bads = len(part), int(np.count_nonzero(is_bad[part]))
        low, high = wilson(bads, count)
        expected = float(np.mean(probability[part]))
        rows.append(CalibrationRow(count, expected, bads / count, low, high))
    return tuple(rows)


def calibration_error(probability: Floats, is_bad: Bools, *, parts: int = 10) -> float:
    """Return the mean gap between expected and observed, weighted by rows (ECE, equal counts)."""
    table = calibration(probability, is_bad, parts=parts)
    return sum(row.rows * abs(row.expected - row.observed) for row in table) / len(is_bad)


def calibration_chance(probability: Floats, is_bad: Bools, *, parts: int = 10) -> float:
    """Return how often true probabilities would miss by as much (Hosmer & Lemeshow 1980, new rows)."""
    from scipy import special

    _check_probability(probability, is_bad)
    distance, cells = 0.0, _equal_parts(probability, parts)
    for part in cells:
        said = probability[part]
        room = max(float(np.sum(said * (1 - said))), _LEAST_PROBABILITY)
        distance += float(np.sum(said) - np.count_nonzero(is_bad[part])) ** 2 / room
    return float(cast("float", special.chdtrc(len(cells), distance)))


def calibration_line(probability: Floats, is_bad: Bools) -> CalibrationLine:
    """Fit Cox's line of recalibration (Biometrika 45, 1958) by Newton's method.

    A slope below 1 is overconfident. One probability for all rows, or one that parts good from bad
    without a miss, has no such line: `InvalidInput`.
    """
    _check_probability(probability, is_bad)
    _check_endings(is_bad)
    said = probability.clip(_LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
    margin = np.log(said) - np.log1p(-said)
    bad, good = margin[is_bad], margin[~is_bad]
    parted = bad.min() >= good.max() or good.min() >= bad.max()
    if parted and float(np.ptp(margin)) > _LEAST_SPREAD:
        raise InvalidInput("good and bad are parted without a miss: no line can be calibrated")
    return fit_line(margin, is_bad.astype(np.float64))


def fit_line(margin: Floats, outcome: Floats) -> CalibrationLine:
    """Fit P(bad) = 1 / (1 + exp(-(intercept + slope × margin))); outcomes lie between 0 and 1.

    Margins that are all equal, or that part the outcomes 0 and 1 without a miss, are `InvalidInput`.
    """
    center, spread = float(np.mean(margin)), float(np.std(margin))
    if spread < _LEAST_SPREAD:
        raise InvalidInput("every row has the same probability: there is no line to calibrate")
    design = np.column_stack([np.ones(len(margin)), (margin - center) / spread])
    weights = np.zeros(2)
    for _ in range(_MOST_STEPS):
        said = sigmoid(design @ weights)
        curve = design.T @ (design * (said * (1 - said))[:, None])
        step = cast("Floats", np.linalg.lstsq(curve, design.T @ (outcome - said))[0])
        weights += _damped(design, outcome, weights, step)
        if float(np.max(np.abs(step))) < _SMALL_STEP:
            slope = float(weights[1]) / spread
            return CalibrationLine(slope, float(weights[0]) - slope * center)
    raise InvalidInput("the line of calibration is not found: is there one?")


def sigmoid(margin: Floats) -> Floats:
    """Turn log-odds into probabilities, without overflow."""
    small = np.exp(-np.abs(margin))
    return np.where(margin >= 0, 1.0, small) / (1 + small)


def bands(score: Floats, is_bad: Bools, *, edges: Sequence[float]) -> tuple[Band, ...]:
    """Count rows between ascending edges; there is one band more than edges, empty ones too.

    The cumulative figures run from the lowest band upward; a rate of no rows is 0. Points and
    probabilities may both be passed: nothing here asks which side is worse.
    """
    _check_score(score, is_bad)
    if list(edges) != sorted(set(edges)) or not all(map(math.isfinite, edges)):
        raise InvalidInput(f"edges must ascend: {list(edges)}", where="edges")
    place = np.searchsorted(np.asarray(edges, dtype=np.float64), score, side="right")
    counts = np.bincount(place, minlength=len(edges) + 1)
    bads = np.bincount(place[is_bad], minlength=len(edges) + 1)
    found: list[Band] = []
    for index, (low, high) in enumerate(zip([None, *edges], [*edges, None], strict=True)):
        count, bad = int(counts[index]), int(bads[index])
        above = slice(0, index + 1)
        so_far, so_bad = int(counts[above].sum()), int(bads[above].sum())
        share, rate = so_far / len(score), so_bad / max(so_far, 1)
        found.append(Band(low, high, count, bad, bad / max(count, 1), share, rate))
    return tuple(found)


def wilson(hits: int, count: int, *, z: float = 1.96) -> tuple[float, float]:
    """Return Wilson's interval of a share (JASA 22, 1927); of no rows it is (0, 1)."""
    if count == 0:
        return 0.0, 1.0
    share, room = hits / count, z * z / count
    middle = share + room / 2
    reach = z * math.sqrt(share * (1 - share) / count + room / (4 * count))
    return max(0.0, (middle - reach) / (1 + room)), min(1.0, (middle + reach) / (1 + room))


def _ladder(score: Floats, is_bad: Bools) -> _Ladder:
    _check_score(score, is_bad)
    _check_endings(is_bad)
    order = np.argsort(-score, kind="stable")
    ordered = score[order]
    last = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1)
    bads = np.cumsum(is_bad[order])[last].astype(np.float64)
    return _Ladder(np.append(0.0, last + 1 - bads), np.append(0.0, bads))


def _equal_parts(values: Floats, parts: int) -> list[NDArray[np.intp]]:
    """Cut the rows, in order of their value, at ends of runs of equal values only."""
    _check_parts(parts, len(values))
    order = np.argsort(values, kind="stable")
    wanted = order[np.round(np.arange(1, parts) * len(values) / parts).astype(np.intp) - 1]
    cuts = np.unique(np.searchsorted(values[order], values[wanted], side="right"))
    return [part for part in np.split(order, cuts) if len(part)]


def _damped(design: Floats, outcome: Floats, weights: Floats, step: Floats) -> Floats:
    """Return the Newton step, halved until it does not lower the likelihood."""

    def loss(at: Floats) -> float:
        margin = design @ at
        return float(np.sum(np.logaddexp(0, margin) - outcome * margin))

    before = loss(weights) * (1 + 1e-12)
    while loss(weights + step) > before and float(np.max(np.abs(step))) > _SMALL_STEP:
        step = step / 2
    return step


def _check_score(score: Floats, is_bad: Bools) -> None:
    if score.ndim != 1 or score.shape != is_bad.shape:
        raise InvalidInput(f"{score.shape} scores for {is_bad.shape} endings", where="score")
    if is_bad.dtype != np.bool_:
        raise InvalidInput(f"endings must be booleans, not {is_bad.dtype}", where="is_bad")
    if not len(score):
        raise InvalidInput("there are no rows to measure", where="score")
    if np.isnan(score).any():
        raise InvalidInput(f"{int(np.isnan(score).sum())} scores are missing", where="score")


def _check_endings(is_bad: Bools) -> None:
    bads = int(np.count_nonzero(is_bad))
    if bads in (0, len(is_bad)):
        kind = "bad" if bads == 0 else "good"
        raise InvalidInput(f"none of the {len(is_bad)} rows is {kind}", where="is_bad")


def _check_probability(probability: Floats, is_bad: Bools) -> None:
    _check_score(probability, is_bad)
    low, high = float(probability.min()), float(probability.max())
    if low < 0 or high > 1:
        raise InvalidInput(f"probabilities run from {low} to {high}", where="probability")


def _check_parts(parts: int, rows: int) -> None:
    if not 1 <= parts <= rows:
        raise InvalidInput(f"{rows} rows cannot be cut into {parts} parts", where="parts")
