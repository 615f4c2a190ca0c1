"""Cut-offs solved on the book's own record, and at the console."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.api import conftest as api
from tests.builders import FOUNDED_ON, Book
from tests.flows.test_watched_events import card
from tests.flows.watched_worlds import Watched
from tests.risk.appetite.words import body
from typer.testing import CliRunner

from whiteslip.cli.main import app
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.lines.model import LineKey
from whiteslip.views import appetite as views
from whiteslip.views.endings import Ending
from whiteslip.web.reports.appetite import render

module_dsn = api.module_dsn
ENDING = Ending(days=1, within_days=40)
SCORED_ON = FOUNDED_ON + timedelta(days=8)
LINES = 40


@pytest.fixture(scope="module")
def scored(module_dsn: str) -> Iterator[tuple[Book, list[LineKey]]]:
    """Forty people who buy and are scored; the ten with the highest scores, and two more, do not pay."""
    with Database(module_dsn, max_size=4) as database:
        yield lived(database)


def lived(database: Database) -> tuple[Book, list[LineKey]]:
    book = Watched.founded(database)
    book.grant_all()
    book.release(card())
    shop = book.shop()
    lines = [book.line() for _ in range(LINES)]
    for place, line in enumerate(lines):
        book.buy(line, 10_000 + 100 * place, at_shop=shop)
    book.close_until(SCORED_ON)
    for place, line in enumerate(lines[:-1]):
        book.score(line, round(0.9 - 0.02 * place, 4))
    book.close_day()
    for place, line in enumerate(lines):
        if place >= 10 and place not in (20, 30):
            book.pay(line, 10_000 + 100 * place)
    book.close_until(SCORED_ON + timedelta(days=45))
    return book, lines


def test_the_book_tells_who_was_scored_what_they_owed_and_how_it_ended(
    scored: tuple[Book, list[LineKey]],
) -> None:
    book, lines = scored
    found = book.database.read(lambda db: views.scored_cases(db, as_of=SCORED_ON, ending=ENDING))

    assert len(found) == LINES - 1, "who had no score has no part in it"
    order = np.argsort(-found.score)
    assert np.flatnonzero(found.is_bad[order]).tolist() == [*range(10), 20, 30]
    assert found.owed_minor[order].tolist() == [10_000 + 100 * n for n in range(LINES - 1)]
    assert lines
    with pytest.raises(InvalidInput, match="no line had a score on"):
        book.database.read(
            lambda db: views.scored_cases(db, as_of=FOUNDED_ON + timedelta(days=50), ending=ENDING)
        )


METHOD = """
seed = 1
splits = 3
held_out_ppm = 400_000
draws = 10
least_lines = 20
least_bads = 3
margin_errors = 0.0
prefer = "fewest_stopped"
curve_ppm = [100_000, 300_000]
"""


def solved(book: Book, folder: Path, *, code: int, **limits: int) -> Any:
    appetite, method, page = (folder / name for name in ("a.toml", "m.toml", "page.html"))
    appetite.write_text(body(least_count=1, **limits), "utf-8")
    method.write_text(METHOD, "utf-8")
    words = ["--file", str(appetite), "--method", str(method), "--on", f"{SCORED_ON}"]
    words += ["--days", "1", "--within", "40", "--out", str(page)]
    words += ["--dsn", book.database.dsn]
    told = CliRunner().invoke(app, ["appetite", "solve", *words, "--json"])
    assert told.exit_code == code, (told.output, told.exception)
    shown = CliRunner().invoke(app, ["appetite", "solve", *words])
    assert shown.exit_code == code
    assert "Suspending more or fewer" in shown.output
    assert "Limits" in page.read_text("utf-8")
    return json.loads(told.output), shown.output


def test_a_cut_off_is_solved_at_the_console(
    scored: tuple[Book, list[LineKey]], tmp_path: Path
) -> None:
    book, _ = scored

    found, told = solved(
        book, tmp_path, code=0, suspended=300_000, false_positive=300_000, expected_loss=80_000
    )
    assert found["feasible"] is True
    assert 0.7 < found["whole"]["cutoff"] <= 0.76
    assert "Suspend from a probability of 0.7" in told

    found, told = solved(
        book, tmp_path, code=1, suspended=100_000, false_positive=300_000, expected_loss=10_000
    )
    assert found["feasible"] is False
    assert "expected_loss" in {one["measure"] for one in found["whole"]["obstacles"]}
    assert "No cut-off keeps within the appetite" in told
    assert "stands in the way" in told


def test_without_an_appetite_there_is_nothing_to_solve_from(
    scored: tuple[Book, list[LineKey]],
) -> None:
    book, _ = scored
    told = CliRunner().invoke(
        app, ["appetite", "solve", "--on", f"{SCORED_ON}", "--dsn", book.database.dsn]
    )
    assert isinstance(told.exception, InvalidInput)
    assert "no appetite is in force" in str(told.exception)
    assert render
