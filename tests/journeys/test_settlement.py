"""Li Lei pays her plan off early: she asks what it costs, waits a day, asks again, and pays exactly that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.api.conftest import Book, served

from whiteslip.flows.check_books import check_books
from whiteslip.infra.settings import load


@pytest.fixture(scope="module")
def book(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    home = tmp_path_factory.mktemp("home")
    with served(load(dsn=module_dsn, home=home, sandbox=True)) as book:
        yield book


def test_a_plan_is_settled_as_quoted(book: Book) -> None:
    line_id = book.line(1_000_000)
    bought = book.buy(line_id, 120_000, plan_months=12, is_verified=True).body
    assert book.shop.post(f"/purchases/{bought['purchase_id']}/capture", {}).status == 201
    asked = {"scope": "plan", "purchase_id": bought["purchase_id"]}
    quote = f"/lines/{line_id}/settlements/quote"

    today = book.operator.get(quote, **asked).body

    assert (today["principal_minor"], today["fee_minor"]) == (120_000, 0)
    assert today["dropped_fee_minor"] == 12 * 900
    assert book.operator.post("/clock/advance", {"to": "2026-01-02"}).status == 200
    paying = {**asked, "amount_minor": 120_000, "version": today["version"], "method": "card"}
    assert book.operator.post(f"/lines/{line_id}/settlements", paying).code == "conflict"
    fresh = book.operator.get(quote, **asked).body
    assert (fresh["fee_minor"], fresh["total_minor"]) == (900, 120_900)
    paying |= {"amount_minor": fresh["total_minor"], "version": fresh["version"]}

    settled = book.operator.post(f"/lines/{line_id}/settlements", paying, key="settle-1")
    again = book.operator.post(f"/lines/{line_id}/settlements", paying, key="settle-1")

    assert settled.status == 201, settled.body
    assert settled.raw == again.raw
    assert settled.body["dropped_fee_minor"] == 11 * 900
    line = book.operator.get(f"/lines/{line_id}").body
    assert line["principal_minor"] == 0
    paid = book.operator.get(f"/lines/{line_id}/repayments").body["repayments"]
    assert [one["amount_minor"] for one in paid] == [120_900]
    assert book.database.read(check_books).problems == []


def test_what_cannot_be_settled_is_told(book: Book) -> None:
    line_id, other = book.line(), book.line()
    quote = f"/lines/{line_id}/settlements/quote"
    strange = other.replace("lin", "pur")

    assert book.operator.get(quote, scope="everything").code == "conflict"
    assert book.operator.get(quote, scope="plan").code == "invalid_input"
    assert book.operator.get(quote, scope="half").code == "invalid_input"
    assert book.operator.get(quote, scope="plan", purchase_id=strange).code == "not_found"
    assert book.shop.get(quote, scope="everything").code == "not_allowed"
