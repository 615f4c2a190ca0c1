"""A small panel replayed on a real database, and the command around it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from tests.world.panels import MIXED, panel_text, write_panel
from typer.testing import CliRunner

from whiteslip.cli.replay import replay as command
from whiteslip.infra.database import Database, connect
from whiteslip.infra.scratch import scratch_database
from whiteslip.world import panel, profiles
from whiteslip.world.oracle import OracleTerms
from whiteslip.world.replay import replay

TAIWAN = profiles.load("taiwan")
app = typer.Typer()
app.command()(command)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    return write_panel(tmp_path, panel_text(MIXED))


def silent(_phase: str, _done: int, _total: int) -> None:
    pass


def test_a_small_panel_replays_to_the_cent(database: Database, mixed: Path) -> None:
    told: list[tuple[str, int, int]] = []

    def tell(phase: str, done: int, total: int) -> None:
        told.append((phase, done, total))

    result = replay(database, panel.read(mixed, TAIWAN), TAIWAN, tell=tell)

    assert result.comparison.exceptions == ()
    assert result.comparison.disagreements == ()
    assert result.book_problems == ()
    assert result.faultless
    assert (result.comparison.statements, result.days) == (36, 154)
    assert result.imported.repayments == 9
    assert result.imported.refunds == 4
    assert result.over_limit_by_month == [1, 1, 1, 1, 1, 1]
    assert ("live through the days", 154, 154) in told


def test_an_oracle_with_a_late_fee_is_contradicted(database: Database, mixed: Path) -> None:
    read = panel.read(mixed, TAIWAN)
    terms = OracleTerms(revolving_fee_ppm=0, late_fee_ppm=500)
    result = replay(database, read, TAIWAN, tell=silent, oracle_terms=terms)

    assert result.comparison.statements_equal == 36
    assert not result.faultless
    assert {each.customer for each in result.comparison.disagreements} == {1, 3, 4, 5}


def test_the_command_reports_and_leaves_no_database(
    server_dsn: str, mixed: Path, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    arguments = [str(mixed), "--profile", "taiwan", "--json", "--dsn", server_dsn]
    ran = CliRunner().invoke(app, [*arguments, "--report", str(page)])

    assert ran.exit_code == 0, ran.output
    figures = json.loads(ran.stdout)
    assert figures["statements_equal"] == figures["statements"] == 36
    assert figures["oracle_agrees"] == figures["oracle_compared"] == 36
    assert figures["books_balanced"] is True
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert databases(server_dsn) == 0


def test_the_command_says_what_is_wrong(server_dsn: str, tmp_path: Path) -> None:
    bad = write_panel(tmp_path, panel_text([{"BILL_AMT1": "NaN"}]))
    ran = CliRunner().invoke(app, [str(bad), "--dsn", server_dsn])
    assert ran.exit_code == 2
    assert "column BILL_AMT1: 1 not a number: row 1 (line 2): 'NaN'" in ran.stderr
    assert databases(server_dsn) == 0

    ran = CliRunner().invoke(app, [str(tmp_path / "none.csv"), "--profile", "mars"])
    assert ran.exit_code == 2
    assert "'mars' is not a profile" in ran.stderr


def test_a_scratch_database_can_be_kept(server_dsn: str) -> None:
    with (
        scratch_database(server_dsn, "whiteslip_kept", keep=True) as first,
        scratch_database(server_dsn, "whiteslip_kept") as second,
    ):
        assert first != second
    with connect(first) as db:
        assert db.execute("SELECT count(*) FROM money.line").fetchone() == (0,)


def databases(server_dsn: str) -> int:
    with connect(server_dsn) as db:
        like = "SELECT count(*) FROM pg_database WHERE datname LIKE 'whiteslip_replay%'"
        row = db.execute(like).fetchone()
    assert row is not None
    return int(row[0])
