"""`whiteslip network`: weaving once a day, and showing what was found."""

from __future__ import annotations

import pytest
from tests.builders import Book, founded
from tests.flows.test_weave_network import DEVICE, group
from typer.testing import CliRunner

from whiteslip.cli.main import app
from whiteslip.cli.network import weave_tonight
from whiteslip.infra.database import Database


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    founded_book.grant_all()
    return founded_book


def said(book: Book, *words: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, ["network", *words, "--dsn", book.database.dsn])
    assert result.exit_code == exit_code, (result.output, result.exception)
    return result.output


def test_rings_are_woven_listed_and_shown(book: Book) -> None:
    assert "No ring was found." in said(book, "rings")
    lines = group(book, 5, device=DEVICE)
    book.close_day()

    assert "1 new rings" in " ".join(said(book, "weave").split())
    assert "woven before" in said(book, "weave")
    listed = said(book, "rings")
    (ring,) = [word for word in listed.split() if word.startswith("rng_")]
    assert "synchrony" in listed
    shown = said(book, "show", ring)
    assert all(f"cus_{line.customer_id}" in shown for line in lines)
    assert "device (weight 1.00)" in shown


def test_end_of_day_weaves_what_it_closed(book: Book) -> None:
    group(book, 5, device=DEVICE)
    result = CliRunner().invoke(app, ["end-of-day", "--dsn", book.database.dsn])

    assert result.exit_code == 0, result.output
    assert "1 new rings" in " ".join(result.output.split())
    assert "woven before" in said(book, "weave")


def test_what_goes_wrong_is_said_and_the_day_stays_closed(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    book.write(lambda db: db.execute("ALTER TABLE risk.weave RENAME TO weave_gone"))
    weave_tonight(book.database, quiet=True)

    assert "the network was not woven" in " ".join(capsys.readouterr().err.split())


def test_a_ring_there_is_not_is_said_so(book: Book) -> None:
    said(book, "show", "rng_7_49", exit_code=1)
