"""Han Mei's line is eased to a part and she pays the rest another way; Li Lei's relief keeps him from more debt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.conftest import Book, served

from whiteslip.flows.check_books import check_books
from whiteslip.infra.settings import load


@pytest.fixture(scope="module")
def book(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """One sandbox whose clock goes on from story to story."""
    home = tmp_path_factory.mktemp("home")
    with served(load(dsn=module_dsn, home=home, sandbox=True)) as book:
        yield book


def advance(book: Book, to: str) -> None:
    assert book.operator.post("/clock/advance", {"to": to}).status == 200


def usable(book: Book, line_id: str, amount: int) -> dict[str, Any]:
    answer = book.operator.get(f"/lines/{line_id}/usability", amount_minor=amount)
    assert answer.status == 200, answer.body
    return answer.body


def test_a_suspension_is_eased_and_what_is_offered_is_granted(book: Book) -> None:
    line_id = book.line(100_000)
    held = book.operator.post(
        f"/lines/{line_id}/restrictions", {"level": 4, "reason": "BEH-01", "scope": "customer"}
    ).body["id"]
    stopped = book.buy(line_id, 80_000, is_verified=True).body
    assert (stopped["status"], stopped["available_minor"]) == ("declined", 0)
    assert [one["way"] for one in stopped["other_ways"]] == ["another_method"]

    eased = book.operator.post(
        f"/restrictions/{held}/ease", {"level": 3, "note": "spoke to her, still unsure"}
    )
    assert (eased.status, eased.body) == (
        201,
        {"restriction_id": held, "level": 3, "line_level": 3},
    )
    (shown,) = book.operator.get(f"/lines/{line_id}/restrictions").body["restrictions"]
    assert (shown["level"], shown["in_force"], shown["scope"]) == (4, 3, "customer")
    assert "purchase" in shown["still_works"]
    assert book.operator.get(f"/lines/{line_id}").body["available_minor"] == 50_000

    seen = usable(book, line_id, 80_000)
    assert [one["gate"] for one in seen["gates"] if not one["is_open"]] == ["limit", "risk"]
    assert seen["other_ways"][0]["needs_verification"]
    refused = book.buy(line_id, 80_000, is_verified=True).body
    assert [one["code"] for one in refused["reasons"]] == ["BEH-01", "LIM-04"]
    assert "500.00" in refused["reasons"][-1]["says"]["en"]
    part = next(one for one in refused["other_ways"] if one["way"] == "part_credit")
    assert (part["credit_minor"], part["other_minor"]) == (50_000, 30_000)
    assert book.buy(line_id, part["credit_minor"]).body["needs"] == "verification"
    taken = book.buy(line_id, part["credit_minor"], is_verified=True).body
    assert (taken["status"], taken["available_minor"]) == ("authorized", 0)

    again = book.operator.post(f"/restrictions/{held}/ease", {"level": 3, "note": "again"})
    assert again.status == 422
    reader = book.caller("lines:read")
    assert reader.post(f"/restrictions/{held}/ease", {"level": 1, "note": "no"}).status == 403
    assert book.operator.post(f"/restrictions/{held}/lift", {}).status == 201
    assert book.buy(line_id, 10_000).body["status"] == "authorized"
    assert book.database.read(check_books).problems == []


def test_who_repays_by_an_arrangement_is_told_so_and_buys_nothing_new(book: Book) -> None:
    line_id = book.line(100_000, statement_day=5)
    bought = book.buy(line_id, 20_000).body["purchase_id"]
    assert book.shop.post(f"/purchases/{bought}/capture", {}).status == 201
    advance(book, "2026-01-06")
    app = book.caller("care:write")
    asked = app.post(f"/lines/{line_id}/reliefs", {"form": "extension", "parts": 1})
    assert asked.status == 201, asked.body

    refused = book.buy(line_id, 1_000).body

    assert refused["status"] == "declined"
    (reason,) = refused["reasons"]
    assert reason["code"] == "CUS-03"
    assert "Nothing is held against you" in reason["says"]["en"]
    seen = usable(book, line_id, 1_000)
    (step,) = seen["way_back"]["steps"]
    assert (step["does"], step["until_on"]) == ("wait", seen["way_back"]["usable_on"])
    paid = book.operator.post(
        "/repayments", {"line_id": line_id, "amount_minor": 20_000, "method": "wallet"}
    )
    assert paid.status == 201, paid.body
    advance(book, "2026-01-07")
    assert book.buy(line_id, 1_000).body["status"] == "authorized"
