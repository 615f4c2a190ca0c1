"""A shopper is quoted a plan that bears interest, confirms what was shown, and can read for good what was agreed to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import Book as Served
from tests.api.conftest import served
from tests.builders import Book
from tests.money.offered import bearing, flat, text_with

from whiteslip.infra.settings import load
from whiteslip.money.products.store import publish


@pytest.fixture
def served_book(dsn: str, tmp_path: Path) -> Iterator[tuple[Served, Book]]:
    """A running server, and the book behind it, whose lines may be paid in plans that bear interest."""
    with served(load(dsn=dsn, home=tmp_path, sandbox=True)) as book:
        inside = Book(book.database)
        inside.grant_all()
        plans = flat(3, 10_000) + bearing(6, 180_000, day_count="ACT/365")
        text = text_with(plans).replace("version = 1", "version = 2")
        inside.write(lambda db: publish(db, text))
        yield book, inside


def quoted(book: Served, line_id: str, months: int = 6) -> dict[str, Any]:
    asked = {"line_id": line_id, "amount_minor": 600_000, "plan_months": months}
    answer = book.operator.post("/quotes", asked)
    assert answer.status == 201, answer.body
    return answer.body


def test_li_lei_confirms_what_he_was_shown(served_book: tuple[Served, Book]) -> None:
    book, _ = served_book
    line_id = book.line(2_000_000)

    # The quote says all of it: the method in words, the cap, what paying late would cost.
    seen = quoted(book, line_id)
    charge, late = seen["charge"], seen["if_late"]
    assert (charge["method"], charge["annual_rate_ppm"]) == ("equal_installments", 180_000)
    assert (charge["day_count"], charge["payee"]) == ("ACT/365", "lender")
    assert charge["words"]["zh"] == "等额本息，对剩余本金按年利率 18% 计息，实际天数、一年 365 天"
    assert "interest of 18% a year on what remains" in charge["words"]["en"]
    first = seen["installments"][0]["principal_minor"]
    assert late["example_minor"] == first * 500 * 30 // 1_000_000
    assert (late["late_fee_ppm"], late["example_days"]) == (500, 30)
    assert (seen["annual_cap_ppm"], seen["cap_basis"]) == (240_000, "simple")
    assert quoted(book, line_id, 0)["charge"] is None
    assert quoted(book, line_id, 3)["charge"]["day_count"] is None

    # Confirming names the version; the purchase keeps what was agreed to, to the fen.
    named = {"quote_version": seen["version"], "shown_at": seen["quoted_at"]}
    bought = book.buy(line_id, 600_000, plan_months=6, **named)
    assert bought.status == 201, bought.body
    purchase_id = bought.body["purchase_id"]
    kept = book.shop.get(f"/purchases/{purchase_id}/disclosure").body
    assert kept["is_named"]
    assert kept["shown_at"] == seen["quoted_at"]
    assert (kept["product"], kept["product_version"], kept["months"]) == ("pay-later", 2, 6)
    same = set(kept) & set(seen)
    assert same > {"version", "installments", "charge", "if_late", "annual_cost_ppm_simple"}
    assert {name: kept[name] for name in same} == {name: seen[name] for name in same}
    owed = book.shop.post(f"/purchases/{purchase_id}/capture", {}).body["installments"]
    assert owed == kept["installments"]

    # The plan agreement says the same in clauses.
    agreed = book.shop.get(f"/purchases/{purchase_id}/agreement", language="en").body
    assert agreed["charge"] == charge
    assert f"The plan has {charge['words']['en']}." in agreed["text"]
    for name in ("fee_minor", "annual_cost_ppm_simple", "annual_cost_ppm_compound"):
        assert agreed[name] == seen[name]

    stranger = book.caller("purchases:read", merchant_id=99)
    assert stranger.get(f"/purchases/{purchase_id}/disclosure").code == "not_found"
    later = book.buy(line_id, 5_000).body["purchase_id"]
    assert book.shop.get(f"/purchases/{later}/disclosure").code == "not_found"


def test_what_was_shown_of_another_day_is_refused_with_what_changed(
    served_book: tuple[Served, Book],
) -> None:
    book, inside = served_book
    line_id = book.line(2_000_000)
    seen = quoted(book, line_id)
    inside.close_day()

    named = {"quote_version": seen["version"], "shown_at": seen["quoted_at"]}
    refused = book.buy(line_id, 600_000, plan_months=6, **named)
    bulk = {"line_id": line_id, "amount_minor": 600_000, "order_ref": "b", "plan_months": 6}
    (item,) = book.shop.post(
        "/purchases/bulk", {"items": [{**bulk, **named, "idempotency_key": "b"}]}
    ).body["results"]

    assert (refused.status, refused.code) == (409, "conflict")
    assert "amounts" in refused.body["detail"]
    assert "changed since the quote was shown" in refused.body["detail"]
    assert item["status"] == 409
    unnamed = book.buy(line_id, 600_000, plan_months=6, shown_at=seen["quoted_at"])
    assert (unnamed.code, unnamed.body["where"]) == ("invalid_input", "quote_version")
    early = {"quote_version": quoted(book, line_id)["version"], "shown_at": "2999-01-01T00:00:00Z"}
    assert book.buy(line_id, 600_000, plan_months=6, **early).body["where"] == "shown_at"
    assert book.buy(line_id, 600_000, plan_months=6, quote_version="x").code == "invalid_input"
    assert book.operator.get(f"/lines/{line_id}").body["held_minor"] == 0
