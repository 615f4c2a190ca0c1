"""Learning a boosted model: regularized trees, as many as rows held out ask for, then calibrated."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import numpy as np

from whiteslip.decisioning.models.calibrating import calibrate
from whiteslip.decisioning.models.encoding import Features, features_of, inputs_of, matrix
from whiteslip.decisioning.models.model import Boosted, Learning
from whiteslip.decisioning.samples.folds import Fold, stratified
from whiteslip.decisioning.samples.model import Bools, Floats, Sample
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode

if TYPE_CHECKING:
    from lightgbm import Booster, Dataset

_LARGE_ROWS: Final = 5_000
_NO_REASONS: Final[Mapping[str, ReasonCode]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Growth:
    """How trees grow, and how the number of them is found: `folds` inner folds, judged every `step` rounds."""

    learning_rate: float
    leaves: int
    ridge: float
    bins: int
    folds: int
    patience: int
    least_rows_a_leaf: int = 10
    share_of_columns: float = 0.5
    share_of_rows: float = 0.8
    most_rounds: int = 300
    step: int = 5


SMALL: Final = Growth(learning_rate=0.18, leaves=8, ridge=5, bins=31, folds=2, patience=5)
"""Below 5,000 rows a tree costs the same however few there are; so fewer are grown, and faster."""

LARGE: Final = Growth(
    learning_rate=0.1, leaves=15, ridge=10, bins=63, folds=3, patience=10, least_rows_a_leaf=50
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What to learn with. The same seed and sample give the same model, to the last bit, on one machine.

    `growth` of None is SMALL or LARGE by the size of the sample. The number of trees and the
    calibration come from inner folds; of a large sample only as many of them are played as hold
    `held_out_bads` bad rows.
    """

    seed: int
    growth: Growth | None = None
    held_out_bads: int = 600
    least_bads: int = 20
    threads: int = 1


class _Plan(NamedTuple):
    """How to grow, as said and as the library wants it said."""

    settings: Settings
    growth: Growth
    params: Mapping[str, Any]


class _Table(NamedTuple):
    """The sample as the library bins it, as it reads it, and the endings."""

    data: Dataset
    cells: Floats
    is_bad: Bools


class _HeldOut(NamedTuple):
    """How many rounds rows held out asked for, and what the trees said of those rows."""

    rounds: int
    rows: Bools
    margin: Floats


def fit(
    sample: Sample,
    *,
    settings: Settings,
    name: str = "challenger",
    version: int = 1,
    description: str = "",
    reasons: Mapping[str, ReasonCode] = _NO_REASONS,
) -> Boosted:
    """Learn a model from a sample; directions of the sample bind the trees.

    `reasons` gives columns the reason to tell when they raise the risk. Fewer than `least_bads` rows
    of an ending, columns that cannot be read, and columns that say nothing of the ending are
    `InvalidInput`.
    """
    import lightgbm

    bads = int(np.count_nonzero(sample.is_bad))
    if min(bads, len(sample) - bads) < settings.least_bads:
        text = f"{bads} of {len(sample)} rows are bad; at least {settings.least_bads} bad"
        raise InvalidInput(f"{text} and as many good ones are needed", where="is_bad")
    inputs = inputs_of(sample.columns, directions=sample.directions, reasons=reasons)
    features, cells = features_of(inputs), matrix(inputs, sample.columns)
    plan = _plan(settings, features, len(sample))
    data = lightgbm.Dataset(
        cells,
        sample.is_bad.astype(np.float64),
        params=dict(plan.params),
        categorical_feature=list(features.categories),
    )
    held_out = _hold_out(_Table(data, cells, sample.is_bad), plan)
    calibration = calibrate(held_out.margin, sample.is_bad[held_out.rows])
    booster = lightgbm.Booster(dict(plan.params), data)
    for _ in range(held_out.rounds):
        booster.update()
    rows = int(np.count_nonzero(held_out.rows))
    trees = booster.num_trees()  # fewer than rounds where at last nothing was left to split
    learning = Learning(len(sample), bads, trees, settings.seed, rows)
    text = booster.model_to_string()
    return Boosted(name, version, description, inputs, calibration, learning, text)


def _plan(settings: Settings, features: Features, rows: int) -> _Plan:
    growth = settings.growth or (SMALL if rows < _LARGE_ROWS else LARGE)
    params: dict[str, Any] = {
        "objective": "binary",
        "metric": "binary_logloss",
        "learning_rate": growth.learning_rate,
        "num_leaves": growth.leaves,
        "min_data_in_leaf": growth.least_rows_a_leaf,
        "min_data_per_group": growth.least_rows_a_leaf,
        "lambda_l2": growth.ridge,
        "feature_fraction": growth.share_of_columns,
        "bagging_fraction": growth.share_of_rows,
        "bagging_freq": 1,
        "max_bin": growth.bins,
        "seed": settings.seed,
        "num_threads": settings.threads,
        "deterministic": True,
        "force_col_wise": True,
        "verbosity": -1,
    }
    if any(features.directions):
        params["monotone_constraints"] = list(features.directions)
    return _Plan(settings, growth, params)


def _hold_out(table: _Table, plan: _Plan) -> _HeldOut:
    """Learn without some rows, stop where these fare best, and read them there.

    All folds stop at one round, so no fold's trees are chosen by its own rows alone.
    """
    folds = _played(table.is_bad, plan)
    boosters = [_held_out_booster(table.data, fold, plan.params) for fold in folds]
    rounds = _best_rounds(boosters, plan.growth)
    threads = plan.settings.threads
    rows = np.zeros(len(table.is_bad), dtype=np.bool_)
    margin = np.empty(len(rows))
    for booster, fold in zip(boosters, folds, strict=True):
        rows[fold.test] = True
        cells = table.cells[fold.test]
        told = booster.predict(cells, raw_score=True, num_iteration=rounds, num_threads=threads)
        margin[fold.test] = cast("Floats", told)
    return _HeldOut(rounds, rows, margin[rows])


def _held_out_booster(data: Dataset, fold: Fold, params: Mapping[str, Any]) -> Booster:
    import lightgbm

    booster = lightgbm.Booster(dict(params), data.subset(fold.train.tolist()))
    return booster.add_valid(data.subset(fold.test.tolist()), "held out")


def _best_rounds(boosters: Sequence[Booster], growth: Growth) -> int:
    """Grow all in steps until their mean loss has not fallen for a while; say where it was least."""
    best, least = growth.step, math.inf
    for rounds in range(growth.step, growth.most_rounds + 1, growth.step):
        for booster in boosters:
            for _ in range(growth.step):
                booster.update()
        loss = fmean(booster.eval_valid()[0][2] for booster in boosters)
        if loss < least:
            best, least = rounds, loss
        elif rounds - best >= growth.patience:
            break
    return best


def _played(is_bad: Bools, plan: _Plan) -> tuple[Fold, ...]:
    folds = stratified(is_bad, folds=plan.growth.folds, seed=plan.settings.seed)
    held_out = np.cumsum([int(np.count_nonzero(is_bad[fold.test])) for fold in folds])
    enough = int(np.searchsorted(held_out, plan.settings.held_out_bads)) + 1
    return folds[:enough]
