"""How well a replayed portfolio teaches who will default: each model in folds and on a part it never saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from statistics import fmean, stdev
from time import perf_counter
from typing import Any, Final

import numpy as np

from whiteslip.decisioning.models import challenger, scoring
from whiteslip.decisioning.models.model import Model
from whiteslip.decisioning.samples.folds import Fold, stratified
from whiteslip.decisioning.samples.metrics import auc, ks
from whiteslip.decisioning.samples.model import Bools, Floats, Sample
from whiteslip.decisioning.scorecards import fitting

BANDS: Final = 10
_TENTHS: Final = 10
_HELD_OUT: Final = 3


@dataclass(frozen=True, slots=True)
class Band:
    """A tenth of the people held out, by score: their probability of default as foretold and as it was."""

    rows: int
    bads: int
    foretold: float
    defaulted: float


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """What a model did: mean and spread over folds, then learned on 70 % and judged on 30 %.

    Bands are of the 30 %, the riskiest first. Seconds are of the 70 % learned and the 30 % scored.
    """

    auc: float
    auc_spread: float
    ks: float
    split_auc: float
    split_ks: float
    bands: tuple[Band, ...]
    fit_s: float
    score_s: float


@dataclass(frozen=True, slots=True)
class SampleFigures:
    """What was learned from one sample."""

    columns: int
    models: Mapping[str, ModelFigures]


@dataclass(frozen=True, slots=True)
class PortfolioReport:
    """The whole chain: people and defaults, seconds by stage, and figures by sample and model."""

    panel: str
    customers: int
    defaulted: int
    folds: int
    seed: int
    seconds: Mapping[str, float]
    samples: Mapping[str, SampleFigures]
    faults: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain types."""
        return asdict(self)


def learn(
    sample: Sample, *, folds: int = 5, seed: int = 1, tell: Callable[[str], None]
) -> SampleFigures:
    """Let a scorecard and boosted trees learn from a sample, in the same folds and on the same 70 %."""
    fits: dict[str, Callable[[Sample], Model]] = {
        "scorecard": lambda train: fitting.fit(train).scorecard,
        "challenger": lambda train: challenger.fit(train, settings=challenger.Settings(seed=seed)),
    }
    parts = stratified(sample.is_bad, folds=folds, seed=seed)
    split = hold_out(sample.is_bad, seed=seed)
    figures: dict[str, ModelFigures] = {}
    for name, fit in fits.items():
        tell(f"{name}: {len(parts)} folds and one part held out, {len(sample.columns)} columns")
        figures[name] = _figures(fit, sample, parts, split)
    return SampleFigures(len(sample.columns), figures)


def hold_out(is_bad: Bools, *, seed: int) -> Fold:
    """Cut rows into 70 % to learn from and 30 % to judge by, with equal shares of bad ones."""
    tenths = [fold.test for fold in stratified(is_bad, folds=_TENTHS, seed=seed)]
    held, rest = np.concatenate(tenths[:_HELD_OUT]), np.concatenate(tenths[_HELD_OUT:])
    return Fold(np.sort(rest), np.sort(held))


def bands(probability: Floats, is_bad: Bools) -> tuple[Band, ...]:
    """Cut rows into tenths by probability, the riskiest first; where tenths meet, equal rows stay in order."""
    order = np.argsort(-probability, kind="stable")
    return tuple(
        Band(
            len(part),
            int(np.count_nonzero(is_bad[part])),
            round(float(probability[part].mean()), 4),
            round(float(is_bad[part].mean()), 4),
        )
        for part in np.array_split(order, BANDS)
    )


def _figures(
    fit: Callable[[Sample], Model], sample: Sample, parts: tuple[Fold, ...], split: Fold
) -> ModelFigures:
    judged: list[tuple[float, float]] = []
    for fold in parts:
        test = sample.take(fold.test)
        risk = scoring.score(fit(sample.take(fold.train)), test.columns).probability
        judged.append((auc(risk, test.is_bad), ks(risk, test.is_bad)))
    train, test = sample.take(split.train), sample.take(split.test)
    begun = perf_counter()
    model = fit(train)
    fitted = perf_counter()
    risk = scoring.score(model, test.columns).probability
    scored = perf_counter()
    areas = [area for area, _ in judged]
    return ModelFigures(
        auc=round(fmean(areas), 4),
        auc_spread=round(stdev(areas), 4),
        ks=round(fmean(each for _, each in judged), 4),
        split_auc=round(auc(risk, test.is_bad), 4),
        split_ks=round(ks(risk, test.is_bad), 4),
        bands=bands(risk, test.is_bad),
        fit_s=round(fitted - begun, 3),
        score_s=round(scored - fitted, 4),
    )
