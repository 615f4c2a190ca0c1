"""On public data the card tells good from bad at least as well as the best-known library, and sooner."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from tests.decisioning.scorecards.public_data import (
    Figures,
    Predict,
    measured,
    ours,
    south_german,
    taiwan,
)

from whiteslip.decisioning.samples.folds import repeated
from whiteslip.decisioning.samples.model import CategoryColumn, Column, Floats, Sample
from whiteslip.decisioning.scorecards.settings import Settings

PLAIN = Settings(adjustment=None)


def _values(column: Column) -> Any:
    return column.codes if isinstance(column, CategoryColumn) else column.values


def peer() -> Predict:
    """Learn as a good user of optbinning would."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        optbinning: Any = pytest.importorskip("optbinning")
        linear: Any = pytest.importorskip("sklearn.linear_model")
        pandas: Any = pytest.importorskip("pandas")

    def table(sample: Sample) -> Any:
        return pandas.DataFrame({column.name: _values(column) for column in sample.columns})

    def predict(train: Sample, test: Sample) -> Floats:
        categories = [each.name for each in train.columns if isinstance(each, CategoryColumn)]
        names = [column.name for column in train.columns]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            card = optbinning.Scorecard(
                optbinning.BinningProcess(names, categorical_variables=categories or None),
                linear.LogisticRegression(max_iter=1_000),
                scaling_method="pdo_odds",
                scaling_method_params={"pdo": 20, "odds": 50, "scorecard_points": 600},
            )
            card.fit(table(train), train.is_bad.astype(int))
            return np.asarray(card.predict_proba(table(test))[:, 1], np.float64)

    return predict


def compared(sample: Sample, *, repeats: int) -> tuple[Figures, Figures]:
    folds = list(repeated(sample.is_bad, folds=5, repeats=repeats, seed=20_261_122))
    one, other = measured(sample, folds, ours(Settings())), measured(sample, folds, peer())
    print(f"{len(folds)} folds: ours {one}, optbinning {other}")
    return one, other


def test_credit_cards_of_taiwan() -> None:
    one, other = compared(taiwan(), repeats=1)

    assert one.auc > other.auc + 0.002
    assert one.auc > 0.765
    assert one.seconds < other.seconds


def test_installment_credit_of_south_germany() -> None:
    one, other = compared(south_german(), repeats=2)

    assert one.auc > other.auc - 0.003
    assert one.auc > 0.77
    assert one.seconds < other.seconds


def test_fitting_all_bins_together_is_worth_it() -> None:
    sample = taiwan()
    folds = list(repeated(sample.is_bad, folds=5, repeats=1, seed=7))
    whole, plain = measured(sample, folds, ours(Settings())), measured(sample, folds, ours(PLAIN))

    assert whole.auc > plain.auc + 0.002
    assert plain.auc > 0.76
