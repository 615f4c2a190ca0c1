"""The public tables scorecards are measured on, their folds, and how to measure a fit on them."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter
from typing import NamedTuple, TypeAlias

import numpy as np
import pytest

from whiteslip.decisioning.samples.folds import Fold
from whiteslip.decisioning.samples.metrics import auc, ks
from whiteslip.decisioning.samples.model import (
    CategoryColumn,
    Column,
    Floats,
    NumberColumn,
    Sample,
)
from whiteslip.decisioning.scorecards.fitting import fit
from whiteslip.decisioning.scorecards.rules import score_columns
from whiteslip.decisioning.scorecards.settings import Settings

Predict: TypeAlias = Callable[[Sample, Sample], Floats]
"""Learn from one sample and give the probability of a bad ending for the rows of another."""

TAIWAN_LEFT_OUT = {"ID", "SEX", "EDUCATION", "MARRIAGE", "AGE"}
GERMAN_LEFT_OUT = {"famges", "alter", "gastarb"}
GERMAN_CATEGORIES = frozenset(
    [
        "laufkont",
        "moral",
        "verw",
        "sparkont",
        "buerge",
        "verm",
        "weitkred",
        "wohn",
        "beruf",
        "telef",
        "pers",
    ]
)


class Figures(NamedTuple):
    """Means over folds: area under the curve, Kolmogorov-Smirnov, seconds to learn."""

    auc: float
    ks: float
    seconds: float


def taiwan() -> Sample:
    """Credit cards of Taiwan (Yeh & Lien 2009), without what is protected."""
    columns, target = _table("taiwan_dev.csv.gz", "default.payment.next.month", TAIWAN_LEFT_OUT)
    return Sample(tuple(NumberColumn(*column) for column in columns.items()), target == 1)


def south_german() -> Sample:
    """Installment credit of a bank in South Germany (Grömping 2019), without what is protected."""
    columns, target = _table("south_german_dev.csv.gz", "kredit", GERMAN_LEFT_OUT)
    return Sample(tuple(_german(*column) for column in columns.items()), target == 0)


def _german(name: str, values: Floats) -> Column:
    if name not in GERMAN_CATEGORIES:
        return NumberColumn(name, values)
    known, codes = np.unique(values, return_inverse=True)
    return CategoryColumn(name, codes.astype(np.int32), tuple(f"{each:g}" for each in known))


def _table(file: str, target: str, left_out: set[str]) -> tuple[dict[str, Floats], Floats]:
    folder = os.environ.get("WHITESLIP_DATA")
    if not folder or not (path := Path(folder) / file).exists():
        pytest.skip(f"{file} is not in the folder WHITESLIP_DATA names")
    with gzip.open(path, "rt", newline="") as lines:
        names, *rows = csv.reader(lines)
    table = dict(zip(names, np.array(rows, np.float64).T, strict=True))
    endings = table.pop(target)
    return {name: values for name, values in table.items() if name not in left_out}, endings


def ours(settings: Settings) -> Predict:
    """Learn with our own scorecard."""

    def predict(train: Sample, test: Sample) -> Floats:
        card = fit(train, settings=settings).scorecard
        return score_columns(card, {column.name: column for column in test.columns}).probability

    return predict


def measured(sample: Sample, folds: Iterable[Fold], predict: Predict) -> Figures:
    """Learn and predict on every fold; the seconds include predicting, which is little."""
    figures: list[Figures] = []
    for fold in folds:
        train, test = sample.take(fold.train), sample.take(fold.test)
        begun = perf_counter()
        chances = predict(train, test)
        spent = perf_counter() - begun
        figures.append(Figures(auc(chances, test.is_bad), ks(chances, test.is_bad), spent))
    return Figures(*(float(mean) for mean in np.mean(figures, axis=0)))
