"""`whiteslip rules backtest` as typed: figures, files, warnings, and one line for each mistake."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from tests.views.test_backtest import AT, DAY, TODAY, book, decided
from typer.testing import CliRunner, Result

from whiteslip.cli.backtest import commands
from whiteslip.cli.main import app
from whiteslip.decisioning.decisions.store import record
from whiteslip.decisioning.rulebooks.store import publish
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound
from whiteslip.views import rule_books

OLD, DRAFT = (
    book(1, "score >= 50"),
    book(2, "score >= 30", "age < 18", inputs="score = { type = 'int' }\nage = { type = 'int' }"),
)


def lived(db: Connection) -> None:
    business_day.begin(db, on=TODAY, range_size=1_000)
    publish(db, OLD, at=AT)
    scores = enumerate((60, 40, 40, 10, None), start=1)
    record(db, [decided(OLD, number, (score,), TODAY - 100 * DAY) for number, score in scores])


@pytest.fixture
def file(tmp_path: Path, dsn: str) -> Path:
    with Database(dsn, max_size=1) as database:
        database.write(lived)
    path = tmp_path / "draft.toml"
    path.write_text(DRAFT.body, "utf-8")
    return path


def typed(*words: object) -> Result:
    return CliRunner().invoke(commands, ["backtest", *map(str, words)])


def rules(*words: object) -> Result:
    return CliRunner().invoke(app, ["rules", *map(str, words)])


def test_figures_as_json_and_warnings_aside(file: Path, dsn: str) -> None:
    result = typed(file, "--dsn", dsn, "--json")

    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert "'age' was never recorded: it is MISSING in every row" in result.stderr
    assert (told["draft"], told["against"], told["moved"]) == ("trial 2", "trial 1", 3)
    assert told["swap"]["clear"]["review"]["cases"] == 3
    assert told["rules"][1]["unknown"]["cases"] == 5
    assert told["bad"] == {"days": 30, "within_days": 90}


def test_report_and_figures_are_written(file: Path, dsn: str, tmp_path: Path) -> None:
    folder = tmp_path / "made" / "here"

    result = typed(file, "--dsn", dsn, "--out", folder, "--against", "decided", "--days", 10)

    assert result.exit_code == 0, result.output
    assert "3 of 5 get another outcome" in result.stdout
    told = json.loads((folder / "backtest.json").read_text("utf-8"))
    page = (folder / "backtest.html").read_text("utf-8")
    assert told["against"] == "what was decided"
    assert "Back-test of trial 2" in page
    assert "never recorded" in page
    assert "Who moves where" in page
    assert "score &gt;= 30" in page
    assert "<script" not in page


def test_a_period_and_a_file_to_compare_with(file: Path, dsn: str) -> None:
    result = typed(file, "--dsn", dsn, "--against", file, "--to", TODAY, "--json")

    assert json.loads(result.stdout)["moved"] == 0
    nothing = typed(file, "--dsn", dsn, "--from", TODAY, "--to", date(2027, 1, 1))
    assert isinstance(nothing.exception, InvalidInput)
    assert "decided nothing" in str(nothing.exception)


def test_mistakes_are_named(file: Path, dsn: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text(DRAFT.body.replace("score >= 30", "scor >= 30"), "utf-8")
    mistakes = [
        ([broken, "--dsn", dsn], InvalidInput, "broken.toml.*'scor' is not an input"),
        ([tmp_path / "none.toml", "--dsn", dsn], InvalidInput, "none.toml cannot be read"),
        ([file, "--dsn", dsn, "--book", "panel"], InvalidInput, "there was no line on"),
        ([file, "--dsn", dsn, "--book", "panel", "--against", "decided"], InvalidInput, "panel"),
    ]
    for words, kind, message in mistakes:
        result = typed(*words)
        assert isinstance(result.exception, kind), result.output
        with pytest.raises(kind, match=message):
            raise result.exception


def test_without_a_live_book_it_says_so(file: Path, dsn: str) -> None:
    renamed = file.with_name("renamed.toml")
    renamed.write_text(DRAFT.body.replace("'trial'", "'other'"), "utf-8")

    assert isinstance(typed(renamed, "--dsn", dsn).exception, NotFound)


def test_what_was_found_becomes_a_step_in_the_life_of_the_version(file: Path, dsn: str) -> None:
    early = typed(file, "--dsn", dsn, "--by", "Anna")
    published = rules("publish", file, "--by", "Anna", "--dsn", dsn)
    kept = typed(file, "--dsn", dsn, "--by", "Anna", "--json")
    with Database(dsn, max_size=1) as database:
        stands = database.read(lambda db: rule_books.versions(db, "trial"))

    assert isinstance(early.exception, NotFound)
    assert published.exit_code == kept.exit_code == 0, published.output + kept.output
    assert [one.status for one in stands if one.version == 2] == ["backtested"]

    file.write_text(DRAFT.body + "\n# changed\n", "utf-8")
    changed = typed(file, "--dsn", dsn, "--by", "Anna")
    assert isinstance(changed.exception, Conflict)
