"""Han Mei returns what two cards paid in part: the shop's refund names who gets how much, and each gets it once."""

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


def test_each_card_gets_back_what_is_owed_to_it(book: Book) -> None:
    line_id = book.line(1_000_000)
    purchase_id = book.buy(line_id, 14_400, is_verified=True).body["purchase_id"]
    assert book.shop.post(f"/purchases/{purchase_id}/capture", {}).status == 201
    assert book.operator.post("/clock/advance", {"to": "2026-01-10"}).status == 200
    for method, amount in (("card-b", 3_000), ("card-a", 1_400)):
        paying = {"line_id": line_id, "amount_minor": amount, "method": method}
        assert book.operator.post("/repayments", paying).status == 201

    refund = book.shop.post(f"/purchases/{purchase_id}/refunds", {"amount_minor": 12_000}).body

    assert (refund["offset_minor"], refund["credit_minor"]) == (10_000, 2_000)
    assert [(one["method"], one["amount_minor"]) for one in refund["returns"]] == [
        ("card-a", 1_400),
        ("card-b", 600),
    ]
    payouts = f"/lines/{line_id}/credit-payouts"
    for one in refund["returns"]:
        back = {"repayment_id": one["repayment_id"]}
        paid = book.operator.post(payouts, back, key=f"back-{one['method']}")
        assert (paid.status, paid.body["amount_minor"]) == (201, one["amount_minor"])
        assert book.operator.post(payouts, back, key=f"back-{one['method']}").raw == paid.raw
        assert book.operator.post(payouts, back).code == "conflict"
    strange = {"repayment_id": "rep_99_1"}
    assert book.operator.post(payouts, strange).code == "not_found"
    assert book.database.read(check_books).problems == []
