"""Over HTTP somebody looks before buying, sees the days to come, caps themselves, and learns a little."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.conftest import Book, served

from whiteslip.infra.settings import load

MONTH = {
    "monthly_income_minor": 1_000_000,
    "income_day": 15,
    "monthly_rent_minor": 300_000,
    "monthly_fixed_minor": 150_000,
    "cushion_minor": 50_000,
}


@pytest.fixture(scope="module")
def book(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """One server for all."""
    home = tmp_path_factory.mktemp("home")
    with served(load(dsn=module_dsn, home=home, sandbox=True)) as running:
        yield running


def owner(line_id: str) -> str:
    return f"cus_{line_id.split('_')[1]}"


def ok(answer: Any) -> Any:
    assert answer.status in {200, 201}, answer.body
    return answer.body


def test_han_meimei_looks_before_she_buys(book: Book) -> None:
    line_id = book.line(1_000_000)
    who, app = owner(line_id), book.caller("care:read", "care:write")
    asked = {"line_id": line_id, "amount_minor": 600_000}

    first = ok(app.post("/self-tests", asked | {"answers": MONTH}))

    assert (first["verdict"], first["kept"]) == ("too_much", False)
    assert "由您决定" in first["says"]["zh"]
    assert "choice is yours" in first["says"]["en"]
    longest = first["longer_plans"][-1]
    assert (longest["plan_months"], longest["verdict"]) == (24, "comfortable")
    assert longest["fee_minor"] > 0

    # She was advised, not refused: buying is hers to decide, and nothing was kept.
    assert ok(app.get(f"/customers/{who}/budget"))["answers"] is None
    assert app.post("/self-tests", asked).code == "invalid_input"
    assert book.buy(line_id, 200_000).body["status"] == "authorized"

    kept = ok(app.post("/self-tests", asked | {"answers": MONTH, "keep": True}))
    again = ok(app.post("/self-tests", asked))
    assert kept["kept"]
    assert again["months"] == kept["months"]
    assert kept["months"][0]["dues_minor"] == 200_000


def test_she_sees_sixty_days_and_what_is_safe(book: Book) -> None:
    line_id = book.line(1_000_000)
    who, app = owner(line_id), book.caller("care:read", "care:write")
    purchase_id = ok(book.buy(line_id, 200_000))["purchase_id"]
    ok(book.shop.post(f"/purchases/{purchase_id}/capture", {}))

    bare = ok(app.get(f"/customers/{who}/budget"))
    assert [due["amount_minor"] for due in bare["dues"]] == [200_000]
    assert (bare["days"], bare["safe_to_spend_minor"]) == ([], None)

    ok(app.post(f"/customers/{who}/budget", MONTH))
    seen = ok(app.get(f"/customers/{who}/budget", in_hand_minor=600_000))

    assert len(seen["days"]) == 60
    assert [day["due_minor"] for day in seen["days"] if day["due_minor"]] == [200_000]
    assert seen["payday_on"] == "2026-01-15"
    least = min(day["free_minor"] for day in seen["days"])
    assert seen["safe_to_spend_minor"] == least - 50_000 > 0
    assert seen["answers"]["monthly_income_minor"] == 1_000_000
    assert seen["impulse"] == {
        "amount_minor": 0,
        "purchases": 0,
        "share_ppm": 0,
        "above_mark": False,
    }

    ok(app.post(f"/customers/{who}/budget/forget", {}))
    assert ok(app.get(f"/customers/{who}/budget"))["answers"] is None


def test_she_caps_herself_and_cannot_undo_it_in_a_weak_moment(book: Book) -> None:
    who, app = owner(book.line()), book.caller("care:read", "care:write")

    ok(app.post(f"/customers/{who}/caps", {"kind": "day", "amount_minor": 20_000}))
    cooling = {"kind": "cooling_off", "amount_minor": 50_000, "wait_hours": 24}
    ok(app.post(f"/customers/{who}/caps", cooling))
    loosened = ok(app.post(f"/customers/{who}/caps", {"kind": "day"}))

    assert not loosened["at_once"]
    seen = ok(app.get(f"/customers/{who}/caps"))
    assert [(one["kind"], one["amount_minor"], one["wait_hours"]) for one in seen["caps"]] == [
        ("cooling_off", 50_000, 24),
        ("day", 20_000, 0),
    ]
    assert [(one["kind"], one["amount_minor"]) for one in seen["waiting"]] == [("day", None)]


def test_a_lesson_comes_at_its_moment_and_once(book: Book) -> None:
    line_id = book.line()
    who, app = owner(line_id), book.caller("care:read", "care:write")
    assert ok(app.get(f"/customers/{who}/lessons"))["lesson"] is None

    ok(book.buy(line_id, 90_000))
    first = ok(app.get(f"/customers/{who}/lessons"))["lesson"]
    assert first["moment"] == "utilization_high"
    assert "额度" in first["title"]["zh"]
    ok(app.post(f"/customers/{who}/lessons", {"moment": first["moment"]}))

    assert ok(app.get(f"/customers/{who}/lessons"))["lesson"] is None


def test_only_who_may_care_sees_and_what_is_not_there_is_not_found(book: Book) -> None:
    who, shop = owner(book.line()), book.caller("purchases:read", "purchases:write")

    for path in ("budget", "caps", "lessons"):
        assert shop.get(f"/customers/{who}/{path}").code == "not_allowed"
    assert book.operator.get("/customers/cus_999/budget").code == "not_found"
    assert book.operator.get("/customers/cus_999/caps").code == "not_found"
    assert book.operator.post("/customers/cus_999/budget", MONTH).code == "not_found"
    assert book.operator.post("/customers/cus_999/caps", {"kind": "day"}).code == "not_found"
