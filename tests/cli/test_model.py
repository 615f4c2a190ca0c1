"""`whiteslip model` on tables as people send them: each is fitted or refused in one line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from tests.cli.tables_zoo import Beast, beasts, signal, text

from whiteslip.cli import model, model_life
from whiteslip.cli.app import app


def run(*words: object) -> int:
    """Run a command in this process and return how it ended."""
    assert model.commands is model_life.commands
    with pytest.raises(SystemExit) as ended:
        app([str(word) for word in ("model", *words)])
    return int(ended.value.code or 0)


@pytest.mark.parametrize("beast", beasts(), ids=lambda beast: beast.name)
def test_the_zoo(beast: Beast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data.csv"
    data.write_bytes(beast.body)

    ended = run("fit", data, *beast.options, "--out", tmp_path / "out", "--folds", 2)
    told = capsys.readouterr()

    assert ended == beast.ends, told
    if ended:
        assert told.err.startswith("error: ")
        assert told.err.count("\n") == 1
        assert not (tmp_path / "out").exists()
    else:
        assert (tmp_path / "out" / "report.html").read_text("utf-8").endswith("</html>\n")
    for word in beast.says:
        assert word in (told.err if ended else told.out)


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    """A table, and a model fitted to it in the folder beside."""
    x, y = signal(900)
    path = tmp_path / "customers.csv"
    path.write_bytes(text(["id", "收入", "y"], range(900), x, y))
    assert run("fit", path, "--target", "y", "--out", tmp_path / "out", "--kind", "both") == 0
    return path


def test_a_model_scores_reports_and_is_watched(
    customers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = customers.parent
    model_file, scores = folder / "out" / "model.json", folder / "scores.csv"
    capsys.readouterr()

    assert run("score", model_file, customers, "--out", scores, "--key", "id") == 0
    assert "900 rows scored by customers 1" in capsys.readouterr().out
    lines = scores.read_text("utf-8").splitlines()
    assert lines[0].startswith('"id","points","probability","reasons","probability_boosted"')
    assert len(lines) == 901

    assert run("report", model_file, "--out", folder / "again.html") == 0
    assert (folder / "again.html").read_bytes() == (folder / "out" / "report.html").read_bytes()

    capsys.readouterr()
    ended = run("monitor", model_file, customers, "--json", "--out", folder / "watch.html")
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"scorecard", "boosted"}
    assert ended == any(each["alarm"] == "act" for each in found.values())
    assert "收入" in (folder / "watch.html").read_text("utf-8")


def test_a_table_that_has_moved_ends_with_one(customers: Path) -> None:
    x, y = signal(900)
    moved = customers.with_name("moved.csv")
    moved.write_bytes(text(["收入", "y"], x + 60, y))

    assert run("monitor", customers.parent / "out" / "model.json", moved) == 1


def test_why_endings_are_unknown_is_said(
    customers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    x, y = signal(900)
    other = customers.with_name("other.csv")
    other.write_bytes(text(["收入", "y"], x, np.where(y, "yes", "no")))
    capsys.readouterr()

    assert run("monitor", customers.parent / "out" / "model.json", other) == 0

    assert "note: endings are unknown: target y has no value '1'" in capsys.readouterr().out


def test_scores_are_packed_where_the_name_says_so(customers: Path) -> None:
    packed = customers.with_name("scores.csv.gz")

    assert run("score", customers.parent / "out" / "model.json", customers, "--out", packed) == 0

    assert gzip.decompress(packed.read_bytes()).count(b"\n") == 901


def test_figures_come_as_json(customers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    out = customers.parent / "other"
    assert run("fit", customers, "--target", "y", "--out", out, "--json", "--name", "My Card") == 0

    found = json.loads(capsys.readouterr().out)
    assert (found["name"], found["rows"]) == ("my-card", 900)
    assert found["columns"]["id"]["fate"] == "numbers the rows"
    assert found["models"]["scorecard"]["auc"] > 0.6


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("score", "none.json", "{data}", "--out", "x.csv"), "none.json cannot be read"),
        (("score", "{data}", "{data}", "--out", "x.csv"), "is no fitted model"),
        (("score", "{model}", "none.csv", "--out", "x.csv"), "none.csv: cannot be read"),
        (("score", "{model}", "{data}", "--out", "/none/x.csv"), "cannot be written"),
        (("score", "{model}", "{short}", "--out", "x.csv"), "lacks columns: 收入"),
        (("score", "{model}", "{data}", "--out", "x.csv", "--key", "nr"), "no column 'nr'"),
        (("score", "{model}", "{data}", "--out", "{data}"), "is read; write to another file"),
        (("score", "{model}", "{data}", "--out", ""), "cannot be written"),
        (("score", "{model}", "{data}", "--out", "x.xlsx"), "no workbook"),
        (("score", "{model}", "{named}", "--out", "x.csv", "--key", "points"), "rename it"),
        (("score", "{edited}", "{data}", "--out", "x.csv"), "does not fit its bins"),
        (("report", "{model}", "--out", "{model}"), "is read; write to another file"),
        (("monitor", "{model}", "{short}"), "lacks columns: 收入"),
        (("report", "{model}", "--out", "/none/x.html"), "cannot be written"),
        (("fit", "{data}", "--target", "y", "--out", "{data}"), "cannot be made a folder"),
        (("fit", "{data}", "--target", "y", "--schema", "{data}"), "not TOML"),
        (("fit", "{data}", "--target", "y", "--schema", "none.toml"), "none.toml cannot be read"),
        (("fit", "{data}", "--target", "y", "--include-protected", "q"), "include 'q' is not in"),
    ],
)
def test_mistakes_are_told_in_one_line(
    customers: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    short = customers.with_name("short.csv")
    short.write_bytes(b"a,y\n1,0\n")
    named = customers.with_name("named.csv")
    named.write_text(customers.read_text("utf-8").replace("id,", "points,"), "utf-8")
    model_file, edited = customers.parent / "out" / "model.json", customers.with_name("edited.json")
    content = json.loads(model_file.read_text("utf-8"))
    content["spreads"][0]["counts"][0] = -1
    edited.write_text(json.dumps(content), "utf-8")
    names = {
        "data": customers,
        "short": short,
        "model": model_file,
        "named": named,
        "edited": edited,
    }
    capsys.readouterr()

    assert run(*(word.format(**names) for word in words)) == 2

    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert told.count("\n") == 1
    assert says in told


def test_a_model_is_registered_approved_and_released(
    customers: Path, dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    model_file = customers.parent / "out" / "model.json"
    to = ("--dsn", dsn)

    assert run("publish", model_file, "--kind", "scorecard", "--by", "anna", *to) == 0
    assert run("approve", "customers", 1, "--by", "anna", *to) == 2
    assert run("approve", "customers", 1, "--by", "ben", *to) == 0
    assert run("release", "customers", 1, "--by", "ben", *to) == 0
    capsys.readouterr()
    assert run("list", *to) == 0
    assert "live" in capsys.readouterr().out
    assert run("retire", "customers", 1, "--by", "ben", *to) == 0
    assert run("roll-back", "customers", "--by", "ben", *to) == 2
