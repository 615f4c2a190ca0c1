"""The command that lives a planted world: what it prints, keeps, takes up again and refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from whiteslip.cli import threats as command
from whiteslip.cli.main import app
from whiteslip.cli.threat_pages import render
from whiteslip.world.threats.arms import OFF, ON
from whiteslip.world.threats.experiment import Experiment, Lived, World
from whiteslip.world.threats.figures import (
    Downturn,
    Fared,
    Figures,
    Grouped,
    Orders,
    Seen,
)
from whiteslip.world.threats.labels import GROUPS, LIFE, Kind

SMALL = ["simulate-threats", "--shoppers", "50", "--days", "30", "--seeds", "3", "--tuned", ""]


def run(*more: str) -> tuple[int, dict[str, Any], str]:
    result = CliRunner().invoke(app, [*SMALL, *more, "--json"])
    text = result.stdout.strip()
    return result.exit_code, json.loads(text) if text else {}, str(result.exception or "")


@pytest.mark.slow
def test_what_was_lived_is_kept_and_taken_up_again(tmp_path: Path) -> None:
    prefix, page = str(tmp_path / "town"), tmp_path / "town.html"
    (tmp_path / "town-all.json").write_text("not one of its files")

    code, told, error = run("--arms", "on", "--keep", prefix, "--out", str(page))

    assert (code, error) == (0, "")
    assert told["faults"] == []
    assert told["tables"][0]["title"] == "What was seen, on"
    assert told["lived"][0]["figures"]["seen"]["ring"]["episodes"] == 0
    kept = tmp_path / "town-3-on.json"
    before = kept.stat().st_mtime_ns
    again = run("--arms", "on", "--keep", prefix)
    assert again[1]["lived"] == told["lived"]
    assert kept.stat().st_mtime_ns == before, "it was not lived again"
    refused = run("--arms", "on", "--keep", prefix, "--days", "31")
    assert refused[0] != 0
    assert "another world" in refused[2]
    text = page.read_text("utf-8")
    assert "What was planted, and what was seen" in text
    assert "<script" not in text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--arms", "on,nobody"], "'nobody' is no arm"),
        (["--seeds", "1,x"], "'x' is no seed"),
        (["--tuned", "-1"], "'-1' is no seed"),
    ],
)
def test_what_cannot_be_run_is_said_before_anything_starts(given: list[str], said: str) -> None:
    result = CliRunner().invoke(app, ["simulate-threats", *given])

    assert result.exit_code != 0
    assert said in str(result.exception)


def figures(seen: int) -> Figures:
    one = Seen(10, seen, seen, seen, seen, 1.0, 0.5, 90_000, 10_000 * (10 - seen))
    honest = Orders(1_000, 10, 2, 2)
    return Figures(
        seen={Kind.RING: one, Kind.TAKEOVER: one, Kind.CASH_OUT: one},
        fared=dict.fromkeys(LIFE, Fared(100, 5, 1, 1, 0, 1, 2.0)),
        grouped=dict.fromkeys(GROUPS, Grouped(3, 0, 0)),
        everyday=honest,
        sale=honest,
        downturn=Downturn(12.0, 0),
        restricted_honest=1,
        restricted_days=2.0,
        problems=(),
    )


def found() -> Experiment:
    lived = tuple(
        Lived(seed, arm, figures(seen), 1.0, {})
        for seed in (1, 2, 3)
        for arm, seen in (("on", 9), ("off", 0))
    )
    return Experiment(World(50, 30), (ON, OFF), (1, 2, 3), lived, (1,), 3.0)


def test_tables_and_plots_show_what_was_measured(capsys: pytest.CaptureFixture[str]) -> None:
    page = render(found())

    assert page.count("<svg") >= 3
    assert "90.0" in page
    assert "Read this first" not in page
    broken = found().lived[0]._replace(figures=figures(9)._replace(problems=("a fen",)))
    assert "Read this first" in render(found()._replace(lived=(broken, *found().lived[1:])))
    command.show(found())
    assert "measured on seeds 2, 3" in capsys.readouterr().out
    assert json.loads(json.dumps(command.as_data(found())))["tuned"] == [1]


def test_a_world_without_the_arm_with_detectors_has_no_plots() -> None:
    blind = found()._replace(arms=(OFF,))

    assert "<svg" not in render(blind)
