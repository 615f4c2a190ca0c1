"""Solving a cut-off from the appetite: chosen where endings are known, checked on others who had no say in it.

Lines whose score is at the cut-off or above are suspended. Three figures follow, each with its limit: the *share* of
the lines suspended, the *false positives* among these (they would have paid), and the *loss*: of what the lines left
open owe, the part that those which ended badly will not pay. Fewer stops lose more, more stops hit more of the good.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, NamedTuple, TypeAlias

import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from whiteslip.decisioning.monitoring.stopping import Estimate, estimate
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.risk.appetite.model import Appetite, Measure

Floats: TypeAlias = "NDArray[np.float64]"
Ints: TypeAlias = "NDArray[np.int64]"
Bools: TypeAlias = "NDArray[np.bool_]"
_Ppm: TypeAlias = Annotated[int, Meta(ge=1, le=WHOLE_PPM - 1)]

SOLVED: Final = (Measure.SUSPENDED, Measure.FALSE_POSITIVE, Measure.EXPECTED_LOSS)
"""The limits a cut-off is solved from, in the order of the figures of `Reach`."""


class Method(Struct, frozen=True, forbid_unknown_fields=True):
    """How a cut-off is solved and checked, as `data/solving.toml` explains it."""

    seed: Annotated[int, Meta(ge=0, le=1_000_000)]
    splits: Annotated[int, Meta(ge=1, le=100)]
    held_out_ppm: _Ppm
    draws: Annotated[int, Meta(ge=1, le=10_000)]
    least_lines: Annotated[int, Meta(ge=2)]
    least_bads: Annotated[int, Meta(ge=1)]
    margin_errors: Annotated[float, Meta(ge=0, le=5)]
    prefer: Literal["fewest_stopped", "least_loss"]
    curve_ppm: Annotated[tuple[_Ppm, ...], Meta(min_length=1, max_length=100)]


class Bounds(NamedTuple):
    """The most of each figure, as parts of one, and the part lost of what bad lines owe."""

    share: float
    false_positive: float
    loss: float
    lost: float


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Scored lines whose ending is known: the score, what each owed then in minor units, and how it ended."""

    score: Floats
    owed_minor: Ints
    is_bad: Bools

    def __len__(self) -> int:
        return len(self.score)

    def take(self, rows: NDArray[np.intp]) -> Cases:
        """Return some of the lines."""
        return Cases(self.score[rows], self.owed_minor[rows], self.is_bad[rows])


class Reach(NamedTuple):
    """What a cut-off does, each from 0 to 1; false positives of nobody are 0, and `recall` is of the bad."""

    share: float
    false_positive: float
    loss: float
    recall: float


class Obstacle(NamedTuple):
    """A limit that stands in the way alone: with the others kept it would have to be at least `needed`, at `cutoff`."""

    measure: Measure
    limit: float
    needed: float
    cutoff: float


class Solved(NamedTuple):
    """A cut-off and what it does where it was solved; or None, what stands in the way, and the nearest that could be.

    `nearest` breaks its worst limit by the smallest part of it. The loss is always among the obstacles: stopping nobody
    keeps the other two limits.
    """

    cutoff: float | None
    reach: Reach
    obstacles: tuple[Obstacle, ...]
    nearest: float


class Tried(NamedTuple):
    """A split: what was solved on one part, and what that does to the other; `held` are limits kept there, in order."""

    solved: Solved
    reach: Reach
    held: tuple[bool, bool, bool]


class Place(NamedTuple):
    """A place of the curve: suspending this share of the customers checked, the highest scores first."""

    share: float
    cutoff: Estimate
    false_positive: Estimate
    loss: Estimate
    recall: Estimate


@dataclass(frozen=True, slots=True)
class Solution:
    """Everything: the cut-off of all cases, every split, what was reached on customers checked, and the curve.

    `share`, `false_positive` and `loss` are over the splits that found a cut-off, None where none did.
    """

    lines: int
    bads: int
    bounds: Bounds
    whole: Solved
    tried: tuple[Tried, ...]
    share: Estimate | None
    false_positive: Estimate | None
    loss: Estimate | None
    curve: tuple[Place, ...]

    @property
    def feasible(self) -> bool:
        """Whether a cut-off keeps within every limit."""
        return self.whole.cutoff is not None


def bounds_of(appetite: Appetite, *, lost_ppm: int) -> Bounds:
    """Take the limits a cut-off is solved from; `lost_ppm` is the part lost of a bad debt."""
    share, false_positive, loss = (appetite.limits[each].ppm / WHOLE_PPM for each in SOLVED)
    return Bounds(share, false_positive, loss, lost_ppm / WHOLE_PPM)


def solve(cases: Cases, bounds: Bounds, method: Method, *, checked: int | None = None) -> Solved:
    """Find the cut-off within the limits, by the margin of a check on `checked` customers, or say why there is none."""
    along = _along(cases, bounds.lost)
    kept = _kept(along, len(cases), checked or len(cases), method.margin_errors)
    most = np.array(bounds[:3])[:, None]
    fits = kept <= most
    feasible = np.flatnonzero(fits.all(axis=0))
    nearest = int(np.argmin((kept / np.maximum(most, 1e-9)).max(axis=0)))
    if not len(feasible):
        obstacles = tuple(_obstacles(kept, fits, along.cutoff, bounds))
        return Solved(None, along.reach(nearest), obstacles, float(along.cutoff[nearest]))
    place = int(feasible[0])
    if method.prefer == "least_loss":
        place = int(feasible[np.argmin(along.figures[2, feasible])])
    return Solved(float(along.cutoff[place]), along.reach(place), (), float(along.cutoff[place]))


def reach(cases: Cases, cutoff: float, *, lost: float) -> Reach:
    """Say what a cut-off does."""
    found = _figures(cases, cases.score >= cutoff, np.ones((1, len(cases))), lost)
    return Reach(*found[:, 0].tolist())


def check_enough(cases: Cases, method: Method) -> None:
    """Refuse cases from which no cut-off can be told: too few lines, or too few that ended badly."""
    bads = int(cases.is_bad.sum())
    if len(cases) < method.least_lines or bads < method.least_bads:
        text = f"{len(cases):,} scored lines with a known ending, {bads:,} of them bad, are too few"
        least = f"{method.least_lines:,} and {method.least_bads:,} are needed"
        raise InvalidInput(f"{text}: {least}", where="cases")


def split(cases: Cases, method: Method) -> Iterator[tuple[Cases, Cases]]:
    """Cut the customers anew and anew, into those solved on and those checked, with as many bad in each."""
    for place in range(method.splits):
        rng = np.random.default_rng(method.seed + place)
        chosen = np.zeros(len(cases), np.bool_)
        for kind in (False, True):
            rows = rng.permutation(np.flatnonzero(cases.is_bad == kind))
            chosen[rows[: round(len(rows) * method.held_out_ppm / WHOLE_PPM)]] = True
        yield cases.take(np.flatnonzero(~chosen)), cases.take(np.flatnonzero(chosen))


def solve_and_check(
    whole: Cases, parts: Sequence[tuple[Cases, Cases]], bounds: Bounds, method: Method
) -> Solution:
    """Solve on one part of every split and check on the other; `whole` gives the cut-off that is proposed."""
    check_enough(whole, method)
    tried = tuple(_try(known, others, bounds, method) for known, others in parts)
    checked = len(parts[0][1])
    found = [
        (one, others, method.seed + place)
        for place, (one, (_, others)) in enumerate(zip(tried, parts, strict=True))
        if one.solved.cutoff is not None
    ]
    drawn = [
        _again(others, others.score >= (one.solved.cutoff or 0.0), bounds.lost, method, seed=seed)
        for one, others, seed in found
    ]
    share, wrong, loss = (
        estimate([one.reach[figure] for one, _, _ in found], np.concatenate(drawn, axis=1)[figure])
        if found
        else None
        for figure in range(3)
    )
    return Solution(
        len(whole),
        int(whole.is_bad.sum()),
        bounds,
        solve(whole, bounds, method, checked=checked),
        tried,
        share,
        wrong,
        loss,
        tuple(_curve([others for _, others in parts], bounds.lost, method)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Along:
    """Every cut-off, from stopping nobody to stopping all; figures are share, false positives, loss and recall."""

    cutoff: Floats
    figures: Floats
    stopped: Ints
    loss_error: Floats

    def reach(self, place: int) -> Reach:
        return Reach(*self.figures[:, place].tolist())


def _along(cases: Cases, lost: float) -> _Along:
    order = np.argsort(-cases.score, kind="stable")
    score, bad = cases.score[order], cases.is_bad[order].astype(np.float64)
    owed = cases.owed_minor[order].astype(np.float64)
    ends = np.flatnonzero(np.append(score[1:] != score[:-1], [True])) + 1
    stopped = np.concatenate([[0], ends])
    cutoff = np.concatenate([[np.nextafter(score[0], np.inf)], score[ends - 1]])
    bads, debt, square, bad_debt, bad_square = (
        np.concatenate([[0.0], np.cumsum(each)])[stopped]
        for each in (bad, owed, owed**2, bad * owed, bad * owed**2)
    )
    left, bad_left = owed.sum() - debt, (bad * owed).sum() - bad_debt
    square_left, bad_square_left = (owed**2).sum() - square, (bad * owed**2).sum() - bad_square
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(left > 0, bad_left / left, 0.0)
        variance = bad_square_left * (1 - 2 * rate) + rate**2 * square_left
        error = np.where(left > 0, lost * np.sqrt(np.maximum(variance, 0)) / left, 0.0)
        wrong = np.where(stopped > 0, 1 - bads / stopped, 0.0)
    figures = np.stack([stopped / len(cases), wrong, lost * rate, bads / max(1.0, bad.sum())])
    return _Along(cutoff, figures, stopped, error)


def _kept(along: _Along, lines: int, checked: int, errors: float) -> Floats:
    """Add to each figure so many standard errors of it on `checked` other customers: (3, cut-offs)."""
    share, wrong, loss, _ = along.figures
    part = checked / lines
    counted = np.maximum(along.stopped * part, 1.0)
    return np.stack(
        [
            share + errors * np.sqrt(share * (1 - share) / checked),
            wrong + errors * np.sqrt(wrong * (1 - wrong) / counted),
            loss + errors * along.loss_error / np.sqrt(part),
        ]
    )


def _obstacles(kept: Floats, fits: Bools, cutoff: Floats, bounds: Bounds) -> Iterator[Obstacle]:
    """Name each limit without which there is a cut-off, and how far it would have to give way."""
    for figure, measure in enumerate(SOLVED):
        others = np.flatnonzero(np.delete(fits, figure, axis=0).all(axis=0))
        if len(others):
            place = int(others[np.argmin(kept[figure, others])])
            yield Obstacle(
                measure, bounds[figure], float(kept[figure, place]), float(cutoff[place])
            )


def _try(known: Cases, others: Cases, bounds: Bounds, method: Method) -> Tried:
    solved = solve(known, bounds, method, checked=len(others))
    found = reach(others, solved.nearest, lost=bounds.lost)
    share, wrong, loss = (found[n] <= bounds[n] for n in range(3))
    return Tried(solved, found, (share, wrong, loss))


def _curve(parts: Sequence[Cases], lost: float, method: Method) -> Iterator[Place]:
    for ppm in method.curve_ppm:
        share = ppm / WHOLE_PPM
        cutoffs = [_at(each, share) for each in parts]
        values = [reach(each, at, lost=lost) for each, at in zip(parts, cutoffs, strict=True)]
        drawn = np.concatenate(
            [
                _again(each, each.score >= at, lost, method, seed=method.seed + place)
                for place, (each, at) in enumerate(zip(parts, cutoffs, strict=True))
            ],
            axis=1,
        )
        yield Place(
            share,
            estimate(cutoffs, np.array(cutoffs)),
            *(estimate([one[n] for one in values], drawn[n]) for n in (1, 2, 3)),
        )


def _at(cases: Cases, share: float) -> float:
    """Return the cut-off that suspends a share of the lines, and those of the same score."""
    place = max(1, int(share * len(cases)))
    return float(np.partition(cases.score, len(cases) - place)[len(cases) - place])


def _again(cases: Cases, stopped: Bools, lost: float, method: Method, *, seed: int) -> Floats:
    """Return the figures for so many draws of the customers with replacement: (4, draws)."""
    rng = np.random.default_rng(seed)
    rows = len(cases)
    chosen = rng.integers(0, rows, (method.draws, rows))
    weights = np.stack([np.bincount(each, minlength=rows) for each in chosen]).astype(np.float64)
    return _figures(cases, stopped, weights, lost)


def _figures(cases: Cases, stopped: Bools, weights: Floats, lost: float) -> Floats:
    bad = cases.is_bad.astype(np.float64)
    lines, bads = weights @ stopped, weights @ (bad * stopped)
    owed = cases.owed_minor * ~stopped
    left, bad_left = weights @ owed.astype(np.float64), weights @ (bad * owed)
    whole, all_bads = weights.sum(axis=1), weights @ bad
    return np.stack(
        [
            lines / whole,
            1 - bads / np.maximum(lines, 1) - (lines == 0),
            lost * bad_left / np.maximum(left, 1),
            bads / np.maximum(all_bads, 1),
        ]
    )
