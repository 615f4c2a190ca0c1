"""`whiteslip review-limits` and `whiteslip campaigns`: what they say, and that a stopped run is not silent."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.builders import Book, founded
from tests.flows.limit_worlds import CUT, limit_of, obey, rows, wish
from typer.testing import CliRunner

from whiteslip.cli.limits import move_limits_tonight
from whiteslip.cli.main import app
from whiteslip.credit.campaigns.model import Campaign, Draft
from whiteslip.flows.run_campaigns import draft
from whiteslip.infra.database import Database


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    obey(founded_book)
    return founded_book


def said(book: Book, *words: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, [*words, "--dsn", book.database.dsn])
    assert result.exit_code == exit_code, (result.output, result.exception)
    return result.output


def test_lines_named_for_an_event_are_reviewed(book: Book) -> None:
    line = book.line(500_000)
    wish(book, [line], CUT)

    named = f"lin_{line.customer_id}_{line.line_id}"
    text = said(book, "review-limits", "--line", named, "--by", "Ann", "--json")

    (report,) = json.loads(text)
    assert (report["state"], report["judged"], report["cuts"]) == ("finished", 1, 1)
    assert limit_of(book, line) == 500_000, "announced"


def test_a_stopped_run_ends_with_1_and_says_how_to_release_it(book: Book) -> None:
    lines = [book.line(500_000) for _ in range(11)]
    wish(book, lines, CUT)
    named = [word for one in lines for word in ("--line", f"lin_{one.customer_id}_{one.line_id}")]

    text = said(book, "review-limits", *named, "--by", "Ann", exit_code=1)
    ((run_id,),) = rows(book, "SELECT run_id FROM credit.limit_run")
    assert f"whiteslip review-limits --release lrun_{run_id}" in " ".join(text.split())

    said(book, "review-limits", "--release", f"lrun_{run_id}", "--by", "Bob", exit_code=1)
    assert "finished" in said(book, "review-limits", "--release", f"lrun_{run_id}", "--by", "Cid")


def test_campaigns_are_listed_approved_run_and_stopped(book: Book) -> None:
    asked = Draft(
        "618", "line_age_days >= 90", 0, 1, 1, book.today, book.today + timedelta(days=5), 1, "Ann"
    )
    drafted = book.write(lambda db: draft(db, asked, at=book.at))
    assert isinstance(drafted, Campaign)
    named = f"cam_{drafted.campaign_id}"

    assert "approved" in said(book, "campaigns", "approve", named, "--by", "Bob")
    assert "1 started" in said(book, "campaigns", "run")
    assert "0.00 of 0.01 granted" in said(book, "campaigns", "list")
    assert "stopped" in said(book, "campaigns", "stop", named, "--by", "Cid")


def test_the_night_says_what_went_wrong_and_goes_on(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(40):
        book.line(500_000)
    retire = "UPDATE decisioning.rule_book SET status = 'retired' WHERE name = 'limits'"
    book.write(lambda db: db.execute(retire.encode()))
    book.write(lambda db: db.execute("UPDATE money.line SET opened_on = '2025-01-01'"))

    move_limits_tonight(book.database, quiet=False)

    assert "limits were not reviewed: no rule book 'limits' is live" in capsys.readouterr().err
