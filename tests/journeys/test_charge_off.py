"""A debt nobody pays: Anna proposes to give it up, Bo approves, something comes in, and two people end it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.api.conftest import AT, Book, Caller, served

from whiteslip.flows.check_books import check_books
from whiteslip.infra import keys
from whiteslip.infra.settings import load


@pytest.fixture(scope="module")
def book(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    home = tmp_path_factory.mktemp("home")
    with served(load(dsn=module_dsn, home=home, sandbox=True)) as book:
        yield book


def person(book: Book, label: str) -> Caller:
    scopes = ("lines:read", "lines:write", "repayments:write")
    key = book.database.write(
        lambda db: keys.issue(
            db, label=label, merchant_id=None, scopes=scopes, at=AT, pepper=book.pepper
        )
    )
    caller = Caller(book.url, key)
    book.callers.enter_context(caller.http)
    return caller


def test_a_debt_is_given_up_recovered_in_part_and_ended(book: Book) -> None:
    anna, bo = person(book, "Anna"), person(book, "Bo")
    line_id = book.line(1_000_000)
    purchase_id = book.buy(line_id, 100_000, is_verified=True).body["purchase_id"]
    assert book.shop.post(f"/purchases/{purchase_id}/capture", {}).status == 201
    assert anna.post(f"/lines/{line_id}/charge-offs", {"note": "too early"}).code == "conflict"
    for day in ("2026-03-31", "2026-06-30", "2026-08-03"):
        assert book.operator.post("/clock/advance", {"to": day}).status == 200

    proposed = anna.post(f"/lines/{line_id}/charge-offs", {"note": "gone abroad"}, key="cof-1")

    assert proposed.status == 201, proposed.body
    again = anna.post(f"/lines/{line_id}/charge-offs", {"note": "gone abroad"}, key="cof-1")
    assert again.raw == proposed.raw
    claim = f"/charge-offs/{proposed.body['id']}"
    assert anna.post(f"{claim}/decision", {"approved": True}).code == "not_allowed"
    done = bo.post(f"{claim}/decision", {"approved": True}).body
    assert (done["state"], done["principal_minor"]) == ("charged_off", 100_000)
    shown = book.operator.get(f"/lines/{line_id}").body
    assert (shown["status"], shown["principal_minor"]) == ("charged_off", 0)
    declined = book.buy(line_id, 100, is_verified=True).body
    assert "LIM-05" in [reason["code"] for reason in declined["reasons"]]
    coming = {"amount_minor": 30_000, "method": "court", "cost_minor": 5_000}
    took = anna.post(f"/lines/{line_id}/recoveries", coming).body
    assert (took["cost_minor"], took["recovered_minor"], took["credit_minor"]) == (5_000, 25_000, 0)
    assert anna.post(f"{claim}/write-off", {}).body["state"] == "ending"
    assert anna.post(f"{claim}/write-off/decision", {"approved": True}).code == "not_allowed"
    ended = bo.post(f"{claim}/write-off/decision", {"approved": True}).body
    assert (ended["state"], ended["left_minor"]) == ("written_off", 0)
    listed = anna.get(f"/lines/{line_id}/charge-offs").body["charge_offs"]
    assert [one["recovered_minor"] for one in listed] == [25_000]
    assert book.operator.get(f"/lines/{line_id}").body["status"] == "closed"
    assert anna.post(f"/lines/{line_id}/recoveries", coming).code == "conflict"
    assert book.shop.get(f"/lines/{line_id}/charge-offs").code == "not_allowed"
    assert book.database.read(check_books).problems == []
