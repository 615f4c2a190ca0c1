"""`whiteslip explain installment` and `explain purchase`: what they say, also where they cannot explain."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from tests.builders import Book, founded
from tests.flows.limit_worlds import rows
from typer.testing import CliRunner

from whiteslip.cli.main import app
from whiteslip.infra.database import Database


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    founded_book.grant_all()
    line, shop = founded_book.line(1_000_000), founded_book.shop()
    founded_book.buy(line, 100_000, at_shop=shop, plan_months=3)
    return founded_book


def said(book: Book, *words: str, exit_code: int = 0) -> str:
    command = ["explain", *words, "--dsn", book.database.dsn]
    result = CliRunner(env={"COLUMNS": "140"}).invoke(app, command)
    assert result.exit_code == exit_code, (result.output, result.exception)
    return result.output


def numbers(book: Book) -> tuple[int, int, int]:
    query = "SELECT customer_id, installment_id, purchase_id FROM money.installment ORDER BY number"
    return rows(book, query)[-1]


def test_an_installment_is_explained_by_either_name(book: Book) -> None:
    customer, number, _ = numbers(book)

    text = said(book, "installment", f"ins_{customer}_{number}")

    assert "plan 3 of 3, open" in text
    assert "333.34 + 5.00 + 0.00 = 338.34, of it 0.00 paid and 338.34 owed" in text
    assert said(book, "installment", str(customer), str(number)) == text
    assert said(book, "installment", f"cus_{customer}", str(number)) == text


def test_as_json_it_is_what_the_api_gives(book: Book) -> None:
    customer, number, purchase = numbers(book)

    told = json.loads(said(book, "installment", f"ins_{customer}_{number}", "--json"))
    life = json.loads(said(book, "purchase", f"pur_{customer}_{purchase}", "--json"))

    assert [line["what"] for line in told["lines"]] == ["part_odd", "plan_fee"]
    assert sum(event["principal_minor"] for event in life["events"]) == 100_000


def test_a_life_is_told(book: Book) -> None:
    customer, _, purchase = numbers(book)

    assert "Captured: 1,000.00." in " ".join(
        said(book, "purchase", f"pur_{customer}_{purchase}").split()
    )


def test_what_is_not_as_the_rules_say_ends_with_1_and_says_so(book: Book) -> None:
    customer, number, _ = numbers(book)
    book.write(lambda db: db.execute("UPDATE money.installment SET fee_minor = fee_minor + 1"))

    text = said(book, "installment", f"ins_{customer}_{number}", exit_code=1)

    assert "NOT EXPLAINED" in text
    assert "338.34, of it" not in text


PAGE = Path(__file__).parents[2] / "docs" / "reference" / "explanations.md"


def test_the_page_shows_what_is_really_said(database: Database) -> None:
    book = founded(database)
    book.grant_all()
    line, shop = book.line(1_000_000), book.shop()
    purchase = book.buy(line, 100_000, at_shop=shop, plan_months=3)
    book.refund(line.customer_id, purchase, 20_000)
    book.close_until(date(2026, 2, 15))
    book.pay(line, 33_833)
    first, _, last = rows(book, "SELECT installment_id FROM money.installment ORDER BY number")

    for (number,) in (first, last):
        text = said(book, "installment", f"ins_{line.customer_id}_{number}")
        assert _plain(text) in _plain(PAGE.read_text("utf-8"))
    life = said(book, "purchase", f"pur_{line.customer_id}_{purchase}")
    assert _plain(life) in _plain(PAGE.read_text("utf-8"))


def _plain(text: str) -> str:
    """Without how wide the columns are."""
    return "\n".join(" ".join(line.replace("─", "").split()) for line in text.splitlines())
