"""The commands for rule books as an analyst types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.builders import FOUNDED_ON, noon
from typer.testing import CliRunner, Result

from whiteslip.cli.main import app
from whiteslip.decisioning.rulebooks.store import shipped
from whiteslip.flows.found_book import found_book
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound

WATCH = shipped("watch")
NEXT = WATCH.replace("version     = 1", "version     = 2").replace(">= 0.95", ">= 0.9")


def run(*words: str, dsn: str | None = None) -> Result:
    """Run a command in this process, wide enough that no table is cut."""
    at = () if dsn is None else ("--dsn", dsn)
    return CliRunner(env={"COLUMNS": "240"}).invoke(app, ["rules", *words, *at])


@pytest.fixture
def book(dsn: str) -> str:
    with Database(dsn) as database:
        database.write(lambda db: found_book(db, on=FOUNDED_ON, at=noon(FOUNDED_ON)))
    return dsn


@pytest.fixture
def draft(tmp_path: Path) -> str:
    file = tmp_path / "watch.toml"
    file.write_text(NEXT, "utf-8")
    return str(file)


def test_check_needs_no_database_and_ends_with_2(tmp_path: Path, draft: str) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(NEXT.replace("days_past_due >= 15", "days_past_deu >= 15"), "utf-8")
    command = [sys.executable, "-m", "whiteslip.cli.start", "rules", "check", draft, str(bad)]

    told = subprocess.run(command, capture_output=True, text=True, check=False)

    assert told.returncode == 2
    assert told.stdout == f"{draft}: watch 2, 18 rules\n"
    assert told.stderr == (
        f"refused: {bad}:33, rule overdue-15: when: 'days_past_deu' is not an input of this book;"
        " did you mean 'days_past_due'? (column 1)\n"
    )


def test_a_warning_is_told_and_refuses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "watch.toml"
    file.write_text(NEXT.replace("[inputs]", "[inputs]\nhighest_level_12m = { type = 'int' }"))

    told = run("check", str(file))

    assert told.exit_code == 0
    assert "no rule reads the input 'highest_level_12m'" in told.stderr


def test_explain_shows_the_rules_and_with_facts_the_steps(draft: str) -> None:
    shown = run("explain", draft)
    assert "overdue-15 → restrict for DLQ-01\n  when days_past_due >= 15\n" in shown.stdout

    facts = '{"days_past_due": 20, "late_days_12m": null, "utilization": 0.5}'
    told = run("explain", draft, "--facts", facts).stdout

    assert (
        "overdue-15 true → restrict\n  days_past_due >= 15: true   (days_past_due = 20)\n" in told
    )
    assert "often-late-45 unknown for want of late_days_12m → review\n" in told
    assert told.endswith("verdict: restrict for DLQ-01, SYS-02\n")


@pytest.mark.parametrize("facts", ["[1]", "{nothing", '{"utilization": "high"}'])
def test_facts_that_cannot_be_are_refused(draft: str, facts: str, tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_text(facts, "utf-8")

    assert isinstance(run("explain", draft, "--facts", str(file)).exception, InvalidInput)


def test_diff_compares_files_shipped_books_and_kept_ones(book: str, draft: str) -> None:
    wanted = "~ rule full-line: when utilization >= 0.95 → utilization >= 0.9\n"

    assert run("diff", "shipped:watch", draft).stdout == wanted
    assert run("diff", "watch", draft, dsn=book).stdout == wanted
    assert run("diff", draft, draft).stdout == "They do the same.\n"
    for nowhere in ("nowhere.toml", "watch@9", "nothing"):
        assert isinstance(run("diff", nowhere, draft, dsn=book).exception, NotFound)
    assert isinstance(run("diff", "watch@x", draft, dsn=book).exception, InvalidInput)


def test_an_analysts_way_from_draft_to_live_and_back(book: str, draft: str, tmp_path: Path) -> None:
    found = tmp_path / "found.json"
    found.write_text(json.dumps({"cases": 1000, "moved": 7}), "utf-8")

    def act(*words: str) -> str:
        told = run(*words, dsn=book)
        assert told.exception is None, told.exception
        return told.stdout

    assert "watch 2 is validated" in act("publish", draft, "--by", "Anna")
    act("record-backtest", "watch", "2", "--file", str(found), "--by", "Anna")
    assert isinstance(run("approve", "watch", "2", "--by", "ANNA", dsn=book).exception, Conflict)
    act("approve", "watch", "2", "--by", "Bo", "--note", "fewer full lines")
    act("shadow", "watch", "2", "--by", "Anna")
    act("shadow-report", "watch", "2")
    assert "watch 2 judges 12.5 % of the customers" in act(
        "live", "watch", "2", "--share", "12.5%", "--by", "Bo"
    )
    assert "12.5 %" in act("list", "watch")
    assert "watch 2 judges 100 % of the customers" in act("live", "watch", "2", "--by", "Bo")
    assert "watch 1 judges everybody now" in act("rollback", "watch", "--by", "Cy", "--note", "odd")
    history = act("history", "watch")
    for told in ("whiteslip", "anna", "moved 7", "note fewer full lines", "roll back", "note odd"):
        assert told in history
    assert isinstance(run("retire", "watch", "1", "--by", "Cy", dsn=book).exception, Conflict)


@pytest.mark.parametrize("share", ["10", "0%", "101%", "x%", "0.00001%", "-5%", "nan%", "1e99%"])
def test_a_share_that_cannot_be_is_refused(share: str, book: str) -> None:
    told = run("live", "watch", "1", "--share", share, "--by", "Bo", dsn=book)

    assert isinstance(told.exception, InvalidInput)


def test_a_draft_with_problems_is_kept_and_refused(book: str, tmp_path: Path) -> None:
    file = tmp_path / "watch.toml"
    file.write_text(NEXT.replace("utilization", "utilisation"), "utf-8")

    told = run("publish", str(file), "--by", "Anna", dsn=book)

    assert told.exit_code == 2
    assert "did you mean 'utilization'?" in told.stderr
    assert "stays a draft" in told.stdout


@pytest.mark.parametrize("command", ["publish", "live", "approve", "rollback", "retire", "release"])
def test_nothing_changes_without_a_name(command: str) -> None:
    assert "--by" in run(command, "--help").stdout
    assert run(command, "watch", "2").exit_code == 2
