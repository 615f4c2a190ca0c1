"""Accounts from the command line: made, listed, disabled, enabled, given a password."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from whiteslip.cli.main import app

PASSWORD = "a long and quiet sentence"


def _run(dsn: str, home: Path, *words: str, typed: str = "") -> Any:
    return CliRunner().invoke(
        app, ["accounts", *words, "--dsn", dsn, "--home", str(home)], input=typed
    )


def test_an_account_is_made_listed_disabled_and_enabled(dsn: str, tmp_path: Path) -> None:
    twice = f"{PASSWORD}\n{PASSWORD}\n"
    made = _run(dsn, tmp_path, "add", "何敏", "--role", "book", "--role", "risk", typed=twice)
    assert made.exit_code == 0, made.output
    assert PASSWORD not in made.output

    listed = _run(dsn, tmp_path, "list")
    assert "何敏" in listed.output
    assert "book, risk" in listed.output

    assert _run(dsn, tmp_path, "disable", "何敏").exit_code == 0
    assert _run(dsn, tmp_path, "disable", "何敏").exit_code != 0
    assert _run(dsn, tmp_path, "enable", "何敏").exit_code == 0
    assert _run(dsn, tmp_path, "password", "何敏", typed=twice).exit_code == 0


def test_what_cannot_be_is_refused(dsn: str, tmp_path: Path) -> None:
    twice = f"{PASSWORD}\n{PASSWORD}\n"

    assert _run(dsn, tmp_path, "add", "Anna", typed=twice).exit_code != 0
    assert _run(dsn, tmp_path, "add", "Anna", "--role", "care", typed="x\nx\n").exit_code != 0
    assert _run(dsn, tmp_path, "disable", "nobody").exit_code != 0
