"""`whiteslip warnings`: every indicator is listed with its color, and none that is unknown is called green."""

from __future__ import annotations

import json

import pytest
from tests.builders import Book, founded
from typer.testing import CliRunner

from whiteslip.cli.main import app
from whiteslip.cli.warnings import look_tonight, warn_tonight
from whiteslip.flows.look_ahead import look_ahead
from whiteslip.infra.database import Database
from whiteslip.risk.signals.store import FAST_MEASURES, MEASURES


@pytest.fixture
def book(database: Database) -> Book:
    return founded(database)


def said(book: Book, *words: str) -> str:
    result = CliRunner().invoke(app, ["warnings", *words, "--dsn", book.database.dsn])
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def test_an_empty_book_is_unknown_all_over(book: Book) -> None:
    before = json.loads(said(book, "--json"))
    assert {one["indicator"] for one in before} == MEASURES | FAST_MEASURES
    assert {(one["color"], one["why"]) for one in before} == {("unknown", "never")}

    after = json.loads(said(book, "--json", "--evaluate"))

    assert {one["color"] for one in after} == {"unknown"}
    daily = [one for one in after if one["indicator"] in MEASURES]
    assert all(one["why"] != "never" and one["last"] for one in daily)
    table = said(book)
    assert "First-payment default" in table
    assert "green" not in table
    assert "the lines were never looked at" in table


def test_after_the_day_it_is_said_how_many_are_of_which_color(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    warn_tonight(book.database, quiet=False)
    assert f"{len(MEASURES)} unknown; whiteslip warnings shows them." in capsys.readouterr().out


def test_what_goes_wrong_after_the_day_is_said_and_no_more(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    warn_tonight(database, quiet=False)  # no book was founded

    assert "indicators were not evaluated" in capsys.readouterr().err


def test_after_the_day_it_is_said_what_lies_ahead_and_why_nothing_was_seen(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    look_tonight(
        book.database, workers=1, quiet=False
    )  # the book of January is far behind the clock
    assert "nobody looked ahead: the book lies days behind the clock" in capsys.readouterr().err

    look_ahead(book.database, at=book.at)
    assert "Ahead: 0 yellow, 0 orange, 0 red, 0 unknown of 0 lines" in said(book)
    look_tonight(book.database, workers=1, quiet=False)
    assert capsys.readouterr() == ("", ""), "it was done"


def test_looking_ahead_that_goes_wrong_is_said_and_no_more(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    look_tonight(database, workers=1, quiet=False)  # no book was founded

    assert "nobody looked ahead" in capsys.readouterr().err
