"""A customer whom we kept waiting: new terms are seen before they are agreed to, and goodwill pays a part of them."""

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


def person(book: Book, label: str, *scopes: str) -> Caller:
    key = book.database.write(
        lambda db: keys.issue(
            db, label=label, merchant_id=None, scopes=scopes, at=AT, pepper=book.pepper
        )
    )
    caller = Caller(book.url, key)
    book.callers.enter_context(caller.http)
    return caller


def test_new_terms_are_seen_agreed_to_and_paid_in_part_by_goodwill(book: Book) -> None:
    app = person(book, "shop app", "care:read", "care:write")
    anna, bo = (
        person(book, name, "lines:write", "reviews:read", "reviews:write")
        for name in ("Anna", "Bo")
    )
    line_id = book.line(1_000_000)
    purchase_id = book.buy(line_id, 90_000, is_verified=True).body["purchase_id"]
    assert book.shop.post(f"/purchases/{purchase_id}/capture", {}).status == 201
    for day in ("2026-02-10", "2026-03-10", "2026-04-05", "2026-04-20"):
        assert book.operator.post("/clock/advance", {"to": day}).status == 200
    terms = {"form": "new_terms", "parts": 9}

    seen = app.post(f"/lines/{line_id}/reliefs/foresee", terms).body

    assert seen["now_minor"] == seen["then_minor"] >= 90_000
    assert seen["bars_credit"]
    before = app.get(f"/lines/{line_id}/reliefs").body["reliefs"]
    assert all(one["form"] != "new_terms" for one in before), "nothing was asked for yet"
    asked = app.post(f"/lines/{line_id}/reliefs", terms).body
    assert asked["status"] == ("countered" if seen["needs_person"] else "running")
    if seen["needs_person"]:
        done = anna.post(f"/reliefs/{asked['relief_id']}/approve", {}).body
        assert done["status"] == "running"
    (shown,) = (
        one
        for one in app.get(f"/lines/{line_id}/reliefs").body["reliefs"]
        if one["status"] == "running"
    )
    assert not shown["drops_fees"]
    agreed = [due for due in seen["dues"] if due["then_minor"]]
    assert [(due["due_on"], due["amount_minor"]) for due in shown["dues"]] == [
        (due["due_on"], due["then_minor"]) for due in agreed
    ]

    body = {"amount_minor": 20_000, "why": "our_mistake", "note": "we answered late"}
    given = anna.post(f"/lines/{line_id}/goodwill", body, key="gwl-1")
    assert given.status == 201, given.body
    assert anna.post(f"/lines/{line_id}/goodwill", body, key="gwl-1").raw == given.raw
    assert (given.body["state"], given.body["needs_two"]) == ("asked", True)
    decision = f"/goodwill/{given.body['id']}/decision"
    assert anna.post(decision, {"approved": True}).code == "not_allowed"
    paid = bo.post(decision, {"approved": True}).body
    parts = ("principal_minor", "fee_minor", "late_fee_minor", "credit_minor")
    assert (paid["state"], sum(paid[part] for part in parts)) == ("done", 20_000)
    listed = anna.get(f"/lines/{line_id}/goodwill").body["items"]
    assert [one["state"] for one in listed] == ["done"]
    assert app.post(f"/lines/{line_id}/goodwill", body).code == "not_allowed"
    assert anna.post(f"/lines/{line_id}/goodwill", {**body, "amount_minor": 0}).status == 422
    assert book.database.read(check_books).problems == []
