"""`whiteslip causes`: a story by its name, in a language, as a page; and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from whiteslip.cli import main
from whiteslip.cli.app import app
from whiteslip.kernel.errors import InvalidInput

assert main.app is app
run = CliRunner()


def test_one_story_is_lived_and_written_down(server_dsn: str, tmp_path: Path) -> None:
    page = tmp_path / "causes.html"
    asked = ["causes", "phone-lost", "--json", "--dsn", server_dsn]

    done = run.invoke(app, [*asked, "--language", "zh", "--report", str(page)])

    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    (row,) = told["rows"]
    assert (row["story"], row["codes"], row["days_back"]) == ("phone-lost", ["CUS-01"], 2)
    assert row["worked_meanwhile"] == ["repayment", "statements", "appeal"]
    assert (told["missing_codes"], told["problems"], row["faults"]) == ([], [], [])
    text = page.read_text(encoding="utf-8")
    assert "姜波" in text
    assert row["notice_zh"].splitlines()[0] in text


@pytest.mark.parametrize(
    ("words", "where"),
    [(["nobody"], "story"), (["forgot", "--language", "fr"], "language")],
)
def test_what_there_is_not_is_refused_before_anything_is_made(words: list[str], where: str) -> None:
    done = run.invoke(app, ["causes", *words])

    assert isinstance(done.exception, InvalidInput)
    assert done.exception.where == where
