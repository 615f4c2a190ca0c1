"""The comparison with peers: known tables, no protected attributes, and what it says of them."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from whiteslip.bench import models
from whiteslip.bench.models import CHALLENGER, LIGHTGBM, OPTBINNING, SCORECARD
from whiteslip.decisioning.samples.metrics import auc
from whiteslip.decisioning.samples.model import Sample
from whiteslip.kernel.errors import InvalidInput


def idle() -> models.Learn:
    """A peer that learns nothing, in no time."""

    def learn(_: Sample) -> models.Predict:
        return lambda test: np.linspace(0, 1, len(test))

    return learn


@pytest.fixture
def folder() -> Path:
    """Where the public tables lie."""
    if not (found := os.environ.get("WHITESLIP_DATA")):
        pytest.skip("WHITESLIP_DATA names no folder with the public tables")
    return Path(found)


def test_protected_attributes_are_not_learned_from(folder: Path) -> None:
    taiwan, german = (models.read_table(table, folder) for table in ("taiwan", "german"))

    names = [column.name for column in taiwan.columns]
    assert not {"ID", "SEX", "EDUCATION", "MARRIAGE", "AGE"} & set(names)
    assert (len(names), round(float(taiwan.is_bad.mean()), 3)) == (19, 0.221)
    names = [column.name for column in german.columns]
    assert not {"famges", "alter", "gastarb", "kredit"} & set(names)
    assert (len(names), len(german), int(german.is_bad.sum())) == (17, 700, 210)


def test_all_models_play_the_same_folds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[Sample] = []

    def noting() -> models.Learn:
        return lambda train: lambda test: rows.append(test) or idle()(train)(test)

    monkeypatch.setattr(models, "_optbinning", noting)
    found = models.compare_models("german", folder, folds=3, repeats=2, seed=1)

    assert json.loads(json.dumps(found)) == found
    assert found["models"].keys() == {SCORECARD, OPTBINNING, CHALLENGER, LIGHTGBM}
    assert len(rows) == 6
    expected = np.mean([auc(np.linspace(0, 1, len(test)), test.is_bad) for test in rows])
    assert found["models"][OPTBINNING]["auc"] == pytest.approx(float(expected), abs=1e-4)
    first = found["differences"][0]
    ours = found["models"][SCORECARD]["auc"]
    assert first["auc"] == pytest.approx(ours - float(expected), abs=2e-4)
    assert first["low"] < first["auc"] < first["high"]


@pytest.mark.slow
@pytest.mark.parametrize(("table", "folds"), [("taiwan", 3), ("german", 5)])
def test_the_challenger_is_no_worse_than_its_library_as_it_comes(
    folder: Path, monkeypatch: pytest.MonkeyPatch, table: models.Table, folds: int
) -> None:
    monkeypatch.setattr(models, "_optbinning", idle)
    found = models.compare_models(table, folder, folds=folds)
    ours, theirs = found["models"][CHALLENGER], found["models"][LIGHTGBM]

    assert ours["auc"] > theirs["auc"] - 0.003


def test_a_table_that_is_not_there_or_not_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no table 'iris' is known: taiwan, german"):
        models.read_table(cast("models.Table", "iris"), tmp_path)
    with pytest.raises(InvalidInput, match=r"holds none of UCI_Credit_Card\.csv"):
        models.read_table("taiwan", tmp_path)
    file = tmp_path / "south_german_dev.csv.gz"
    for text, message in (
        ("a,b\n1,2\n", "has no column alter, famges, gastarb, kredit"),
        ("a,b\n1,x\n", "is not a table of numbers"),
        ("a,b\n1\n", "is not a table of numbers"),
        ("", "is not a table of numbers"),
    ):
        file.write_bytes(gzip.compress(text.encode()))
        with pytest.raises(InvalidInput, match=message):
            models.read_table("german", tmp_path)
