"""Han Mei's bill is large this month: she asks what it costs in six parts, and takes it."""

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


def test_a_bill_becomes_a_plan(book: Book) -> None:
    line_id = book.line(1_000_000)
    purchase_id = book.buy(line_id, 100_000, is_verified=True).body["purchase_id"]
    assert book.shop.post(f"/purchases/{purchase_id}/capture", {}).status == 201
    path = f"/lines/{line_id}/statement-installments"
    assert book.operator.get(f"{path}/quote", months=6).code == "not_found"
    assert book.operator.post("/clock/advance", {"to": "2026-01-08"}).status == 200

    quote = book.operator.get(f"{path}/quote", months=6).body

    assert (quote["principal_minor"], quote["fee_minor"]) == (100_000, 6 * 600)
    assert (quote["minimum_before_minor"], quote["minimum_after_minor"]) == (10_000, 0)
    assert quote["annual_cost_ppm_simple"] < 240_000
    assert quote["installments"][0]["statement_on"] == "2026-02-05"
    taking = {"months": 6, "version": quote["version"]}
    made = book.operator.post(path, taking, key="split-1")
    assert made.status == 201, made.body
    assert book.operator.post(path, taking, key="split-1").raw == made.raw
    assert book.operator.post(path, taking).code == "conflict"
    assert book.operator.get(f"{path}/quote", months=7).code == "conflict"
    billed = book.operator.get(f"/lines/{line_id}/statements").body["statements"][0]
    assert (billed["balance_minor"], billed["minimum_minor"]) == (100_000, 0)
    asked = {"scope": "plan", "split_id": made.body["id"]}
    early = book.operator.get(f"/lines/{line_id}/settlements/quote", **asked).body
    assert early["total_minor"] == 100_000
    assert book.shop.get(f"{path}/quote", months=6).code == "not_allowed"
    assert book.database.read(check_books).problems == []
