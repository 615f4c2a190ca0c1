"""What a portfolio teaches: parts that hold out what they say, tenths in order, and the whole chain."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest

from whiteslip.bench.portfolio import BANDS, PortfolioReport, bands, hold_out, learn
from whiteslip.cli.bench_portfolio import show
from whiteslip.cli.main import app
from whiteslip.decisioning.samples.model import NumberColumn, Sample

EVERY = 60


def sample(rows: int = 3000) -> Sample:
    rng = np.random.default_rng(5)
    risk = rng.random(rows)
    columns = (NumberColumn("risk", risk), NumberColumn("noise", rng.random(rows)))
    return Sample(columns, rng.random(rows) < 0.6 * risk)


def test_three_tenths_are_held_out_with_their_share_of_bad_rows() -> None:
    is_bad = sample().is_bad
    part = hold_out(is_bad, seed=1)

    assert sorted([*part.train.tolist(), *part.test.tolist()]) == list(range(len(is_bad)))
    assert len(part.test) == pytest.approx(0.3 * len(is_bad), abs=3)
    assert is_bad[part.test].mean() == pytest.approx(is_bad[part.train].mean(), abs=0.005)


def test_tenths_go_from_the_riskiest_down_and_count_everybody() -> None:
    probability = np.arange(100) / 100
    is_bad = probability >= 0.95

    found = bands(probability, is_bad)

    assert len(found) == BANDS
    assert [band.bads for band in found] == [5, *[0] * 9]
    assert (found[0].rows, found[0].foretold, found[0].defaulted) == (10, 0.945, 0.5)
    assert found[-1].foretold == 0.045


def test_both_models_find_what_is_there() -> None:
    told: list[str] = []

    found = learn(sample(), folds=3, tell=told.append)

    assert set(found.models) == {"scorecard", "challenger"}
    assert len(told) == 2
    for each in found.models.values():
        assert 0.65 < each.auc < 0.8
        assert each.split_auc == pytest.approx(each.auc, abs=0.06)
        assert each.bands[0].defaulted > 2 * each.bands[-1].defaulted
        assert sum(band.rows for band in each.bands) == pytest.approx(900, abs=3)


def test_figures_are_shown_and_a_fault_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    figures = learn(sample(600), folds=2, tell=lambda _: None)
    report = PortfolioReport(
        "p.csv", 600, 180, 2, 1, {"replay": 82.6}, {"ledger": figures}, ("the replay differs",)
    )

    show(report)

    told = capsys.readouterr().out
    for word in (
        "600 customers, 180 defaulted",
        "challenger",
        "replay: 82.6 s",
        "FAULT: the replay",
    ):
        assert word in told


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as ended:
        app(["bench", "portfolio", *map(str, words)])
    return int(ended.value.code or 0)


def test_a_portfolio_that_is_not_there_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WHITESLIP_DATA", raising=False)
    assert run() == 2
    assert "say with --panel which portfolio" in capsys.readouterr().err
    monkeypatch.setenv("WHITESLIP_DATA", str(tmp_path))
    assert run() == 2
    assert "holds none of UCI_Credit_Card.csv" in capsys.readouterr().err


@pytest.mark.slow
def test_the_chain_from_a_recorded_panel_to_its_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = os.environ.get("WHITESLIP_DATA")
    if not folder or not (path := Path(folder) / "taiwan_dev.csv.gz").exists():
        pytest.skip("set WHITESLIP_DATA to the folder of the recorded panels")
    rows = list(csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode())))
    part = tmp_path / "part.csv"
    part.write_text("\n".join(",".join(row) for row in [rows[0], *rows[1::EVERY]]) + "\n", "utf-8")

    assert run("--panel", part, "--folds", 2, "--json") == 0

    told = json.loads(capsys.readouterr().out)
    assert (told["panel"], told["customers"], told["faults"]) == ("part.csv", 350, [])
    assert set(told["seconds"]) == {"replay", "features: ledger", "features: ledger and statuses"}
    ledger, both = told["samples"]["ledger"], told["samples"]["ledger and statuses"]
    assert ledger["columns"] < both["columns"]
    for each in (*ledger["models"].values(), *both["models"].values()):
        assert each["auc"] > 0.55
        assert len(each["bands"]) == BANDS
        assert each["bands"][0].keys() == {"rows", "bads", "foretold", "defaulted"}
