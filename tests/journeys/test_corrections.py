"""A bank takes a payment back: the line is as if it had never come, and money that came late counts from its day."""

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


def test_what_was_taken_back_never_came_and_what_came_late_counts(book: Book) -> None:
    line_id = book.line(1_000_000)
    bought = book.buy(line_id, 100_000, is_verified=True).body
    assert book.shop.post(f"/purchases/{bought['purchase_id']}/capture", {}).status == 201
    due_on = book.operator.get(f"/lines/{line_id}/installments").body["installments"][0]["due_on"]
    paying = {"line_id": line_id, "amount_minor": 100_000, "method": "card"}
    paid = book.operator.post("/repayments", paying).body
    assert book.operator.get(f"/lines/{line_id}").body["principal_minor"] == 0
    late = f"{due_on[:8]}{int(due_on[8:]) + 10:02}"
    assert book.operator.post("/clock/advance", {"to": late}).status == 200
    path = f"/repayments/{paid['repayment_id']}/reversal"
    taken = {"reason": "MD06", "note": "the account holder objected"}

    first = book.operator.post(path, taken, key="reversal-1")
    again = book.operator.post(path, taken, key="reversal-1")

    assert first.status == 201, first.body
    assert first.raw == again.raw
    assert book.operator.post(path, taken, key="reversal-2").code == "conflict"
    assert first.body["principal_minor"] == 100_000
    line = book.operator.get(f"/lines/{line_id}").body
    assert line["days_past_due"] == 10
    rows = book.operator.get(f"/lines/{line_id}/installments").body["installments"]
    overdue = next(row for row in rows if row["due_on"] == due_on)
    assert overdue["principal_minor"] == 10_000
    assert overdue["late_fee_minor"] == 10_000 * 5 * 10 // 10_000

    came = {
        "amount_minor": 100_000,
        "method": "bank",
        "value_on": due_on,
        "reason": "late file",
    }
    counted = book.operator.post(f"/lines/{line_id}/back-dated-repayments", came)

    assert counted.status == 201, counted.body
    line = book.operator.get(f"/lines/{line_id}").body
    assert (line["principal_minor"], line["days_past_due"]) == (0, 0)
    kept = book.operator.get(f"/lines/{line_id}/corrections").body["items"]
    assert [one["kind"] for one in kept] == ["back_dated", "reversed"]
    assert book.database.read(check_books).problems == []


def test_what_cannot_be_corrected_is_told(book: Book) -> None:
    line_id = book.line()
    strange = line_id.replace("lin", "rep")
    taken = {"reason": "MD06"}
    came = {"amount_minor": 5, "method": "bank", "value_on": "2099-01-01", "reason": "x"}
    path = f"/lines/{line_id}/back-dated-repayments"

    assert book.operator.post(f"/repayments/{strange}/reversal", taken).code == "not_found"
    assert book.operator.post(f"/repayments/{strange}/reversal", {}).code == "invalid_input"
    assert book.operator.post(path, came).code == "invalid_input"
    assert book.operator.post(path, {**came, "amount_minor": 0}).code == "invalid_input"
    assert book.shop.post(path, came).code == "not_allowed"
