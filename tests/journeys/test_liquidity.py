"""Anna enters what the bank says, a forecast that knows too little says so, and two people stop purchases."""

from __future__ import annotations

import pytest
from tests.api.conftest import AT, Book, Caller, served

from whiteslip.flows.guard_liquidity import forecast_liquidity
from whiteslip.infra import keys
from whiteslip.infra.database import Database
from whiteslip.infra.settings import load

NOTE = {"note": "the bank statement of this morning"}


def colleague(book: Book, name: str) -> Caller:
    """Give somebody of the staff a key under their own name."""
    key = book.database.write(
        lambda db: keys.issue(
            db,
            label=name,
            merchant_id=None,
            scopes=("reviews:read", "reviews:write", "restrictions:write"),
            at=AT,
            pepper=book.pepper,
        )
    )
    caller = Caller(book.url, key)
    book.callers.enter_context(caller.http)
    return caller


def test_a_week_with_the_valve(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("home")
    with served(load(dsn=module_dsn, home=home, sandbox=True)) as book:
        anna, bo = colleague(book, "Anna"), colleague(book, "Bo")
        assert book.caller("care:write").get("/liquidity").status == 403

        # Nobody told anything yet, so nothing is known, and it says why.
        assert anna.get("/liquidity").body["why"] == "never"
        with Database(module_dsn, max_size=2) as database:
            forecast_liquidity(database, at=AT)
        assert anna.get("/liquidity").body["why"] == "no_cash"
        day = anna.get("/liquidity").body["closed_on"]
        cash = {"kind": "cash", "amount_minor": 5_000_000, "from_on": day} | NOTE
        floor = {"kind": "floor", "amount_minor": 1_000_000, "from_on": day} | NOTE
        lender = {"kind": "commitment", "amount_minor": 900, "from_on": day, "name": "Bank"} | NOTE
        assert anna.post("/funding-entries", lender).body["code"] == "invalid_input"
        assert anna.post("/funding-entries", cash).status == 201
        assert anna.post("/funding-entries", floor).status == 201
        with Database(module_dsn, max_size=2) as database:
            forecast_liquidity(database, at=AT)
        found = anna.get("/liquidity").body
        assert found["why"] == "no_history"
        assert [one["kind"] for one in found["entries"]] == ["cash", "floor"]

        # A person bought and owes; then cash is short, and two people stop what is new.
        line = book.line()
        purchase = book.buy(line, 3_000).body["purchase_id"]
        book.shop.post(f"/purchases/{purchase}/capture", {})
        proposed = anna.post("/valves", {"stage": "stopped"} | NOTE)
        assert (proposed.status, proposed.body["state"]) == (201, "proposed")
        valve = f"/valves/{proposed.body['valve']}"
        assert anna.post("/valves", {"stage": "smaller"} | NOTE).status == 409
        assert anna.post(f"{valve}/release", NOTE).body["missing"] == 1
        assert book.buy(line, 1_000).body["status"] == "authorized"
        assert anna.post(f"{valve}/release", NOTE).status == 409
        assert bo.post(f"{valve}/release", NOTE).body["state"] == "acting"

        refused = book.buy(line, 1_000).body
        assert refused["status"] == "declined"
        assert [one["code"] for one in refused["reasons"]] == ["POL-04"]
        assert "2026-" in refused["reasons"][0]["says"]["en"]
        assert [one["way"] for one in refused["other_ways"]] == ["another_method"]

        # Everything else goes on: paying, refunds, and the view that says how long it lasts.
        assert (
            book.operator.post("/repayments", {"line_id": line, "amount_minor": 500}).status == 201
        )
        refund = book.shop.post(f"/purchases/{purchase}/refunds", {"amount_minor": 1_000})
        assert refund.status == 201
        seen = book.operator.get(f"/lines/{line}/usability").body
        assert not seen["can_buy"]
        assert [one["gate"] for one in seen["gates"] if not one["is_open"]] == ["policy"]
        assert seen["level"] == 0

        # It ends with the second person, and what it refused was counted.
        assert anna.post(f"{valve}/end", NOTE).body["missing"] == 1
        assert bo.post(f"{valve}/end", NOTE).body["state"] == "ended"
        assert book.buy(line, 1_000).body["status"] == "authorized"
        (shown,) = anna.get("/valves").body["valves"]
        assert [one["command"] for one in shown["steps"]] == [
            "propose",
            "release",
            "release",
            "end",
            "end",
        ]
        (counted,) = shown["counted"]
        assert (counted["acted"], counted["asked"], counted["refused"]) == (True, 1, 1)
        assert anna.post("/valves/999999999/end", NOTE).status == 404
