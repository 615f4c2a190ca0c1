"""A purchase the book refers to a person is granted, declined or let go, over HTTP; as a story."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from tests.api.conftest import AT, Caller, served
from tests.api.conftest import Book as Served
from tests.builders import Book

from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.flows.check_books import check_books
from whiteslip.flows.grant_purchases import lapse_purchases
from whiteslip.infra import keys
from whiteslip.infra.settings import load

LOOK = """
name = "checkout"
version = 1002
kind = "checkout"
description = "Whatever is large is for a person, whatever is middling for a second factor."
default = "clear"

[inputs]
amount = { type = "money" }
is_verified = { type = "bool" }

[[rule]]
id = "large"
when = "amount >= 50000"
outcome = "review"
reasons = ["EXT-04"]
why = "A person looks at it."

[[rule]]
id = "middling"
when = "amount between 40000 and 49999 and not is_verified"
outcome = "step_up"
reasons = ["BEH-01"]
why = "A second factor is enough."
"""


@pytest.fixture
def shop_and_staff(dsn: str, tmp_path: Path) -> Iterator[tuple[Served, Book]]:
    """A running server, and the book behind it."""
    with served(load(dsn=dsn, home=tmp_path, sandbox=True)) as book:
        look, problems = read(LOOK, file="checkout.toml")
        assert look is not None, problems
        book.database.write(lambda db: rulebooks.publish(db, look, at=AT))
        yield book, Book(book.database)


def reviewer(book: Served, label: str) -> Caller:
    """Issue a key to somebody of the staff by name."""
    key = book.database.write(
        lambda db: keys.issue(
            db,
            label=label,
            merchant_id=None,
            scopes=("reviews:read", "reviews:write", "restrictions:write", "lines:write"),
            at=AT,
            pepper=book.pepper,
        )
    )
    made = Caller(book.url, key)
    book.callers.enter_context(made.http)
    return made


def waits_for(ann: Caller, pieces: int = 1) -> dict[str, Any]:
    """Wait until the relay has laid a case with so many pieces before the staff."""
    until = monotonic() + 20
    while monotonic() < until:
        items = ann.get("/reviews", kind="purchase").body["items"]
        if items and items[0]["pieces"] == pieces:
            return items[0]
        sleep(0.05)
    raise AssertionError("no case was opened")


def decide(ann: Caller, case_id: str, outcome: str):
    taken = ann.post(f"/reviews/{case_id}/take", {})
    assert taken.status == 201, taken.body
    return ann.post(f"/reviews/{case_id}/decide", {"outcome": outcome, "note": "I called her"})


def notices(inside: Book) -> list[tuple[Any, ...]]:
    query = "SELECT kind, text_zh, text_en FROM care.notice ORDER BY notice_id"
    return inside.database.read(lambda db: db.execute(query).fetchall())


def test_a_purchase_is_granted_by_a_person_and_captured(
    shop_and_staff: tuple[Served, Book],
) -> None:
    book, inside = shop_and_staff
    ann = reviewer(book, "Ann")
    line = book.line(100_000)

    # Han Meimei buys something large; nothing is held.
    asked = book.buy(line, 60_000, order_ref="sofa").body
    assert (asked["status"], asked["needs"]) == ("referred", "review")
    assert book.buy(line, 45_000).body["needs"] == "verification"
    assert book.operator.get(f"/lines/{line}").body["held_minor"] == 0

    # Within seconds it lies before the staff, with all that was seen; the other one only needs a second factor.
    case = waits_for(ann)
    assert (case["kind"], case["state"], case["line_id"]) == ("purchase", "open", line)
    whole = ann.get(f"/reviews/{case['id']}").body
    (piece,) = whole["evidence"]
    assert piece["subject_type"] == "purchase"
    seen = piece["evidence"]
    assert (seen["purchase"]["amount_minor"], seen["purchase"]["order_ref"]) == (60_000, "sofa")
    assert seen["line"]["available_minor"] == 100_000
    assert (seen["decision"]["rules"], seen["decision"]["reasons"]) == (["large"], ["EXT-04"])
    assert seen["decision"]["facts"] == {"amount": 60_000, "is_verified": False}

    # Ann grants it: held from today, told, and the shop sees it.
    done = decide(ann, case["id"], "grant")
    assert (done.status, done.body["outcome"]) == (201, "grant")
    path = f"/purchases/{asked['purchase_id']}"
    shown = book.shop.get(path).body
    assert (shown["status"], shown["reasons"]) == ("authorized", [])
    assert shown["expires_on"] == str(inside.today + timedelta(days=7))
    assert book.operator.get(f"/lines/{line}").body["held_minor"] == 60_000
    ((kind, zh, en),) = notices(inside)
    assert kind == "purchase_granted"
    assert all(part in zh for part in ("小店", "600.00 元"))
    assert "CNY 600.00" in en
    assert book.database.read(check_books).problems == []

    # It is a purchase like any other from here on.
    assert book.shop.post(f"{path}/capture", {}).status == 201
    assert book.shop.get(path).body["status"] == "captured"
    assert decide_again(ann, case["id"]) == "conflict"


def decide_again(ann: Caller, case_id: str) -> str:
    return ann.post(f"/reviews/{case_id}/decide", {"outcome": "grant", "note": "again"}).code


def test_a_line_without_room_or_restricted_meanwhile_is_a_conflict(
    shop_and_staff: tuple[Served, Book],
) -> None:
    book, inside = shop_and_staff
    ann = reviewer(book, "Ann")
    line = book.line(100_000)
    asked = book.buy(line, 60_000, order_ref="sofa").body
    case = waits_for(ann)
    held = [book.buy(line, 30_000, order_ref=f"small-{n}").body for n in range(2)]
    assert {one["status"] for one in held} == {"authorized"}

    full = decide(ann, case["id"], "grant")

    assert (full.code, full.status) == ("conflict", 409)
    assert "400.00 is left" in full.body["detail"]
    path = f"/purchases/{asked['purchase_id']}"
    assert book.shop.get(path).body["status"] == "referred"
    assert ann.get(f"/reviews/{case['id']}").body["case"]["state"] == "taken"
    assert notices(inside) == []

    # Room comes back, a suspension comes between.
    assert book.shop.post(f"/purchases/{held[0]['purchase_id']}/void", {}).status == 201
    stop = ann.post(f"/lines/{line}/restrictions", {"level": 4, "reason": "BEH-01"})
    assert stop.status == 201, stop.body
    again = ann.post(f"/reviews/{case['id']}/decide", {"outcome": "grant", "note": "now"})
    assert (again.code, again.body["detail"]) == (
        "conflict",
        "the line is suspended for new purchases",
    )

    # So it is declined, with the reasons it was referred for.
    no = ann.post(f"/reviews/{case['id']}/decide", {"outcome": "decline", "note": "no"})
    assert no.status == 201
    shown = book.shop.get(path).body
    assert (shown["status"], [one["code"] for one in shown["reasons"]]) == ("declined", ["EXT-04"])
    assert [kind for kind, _, _ in notices(inside)] == ["suspended", "purchase_declined"]
    assert book.database.read(check_books).problems == []


def test_what_nobody_decided_lapses_and_is_told(shop_and_staff: tuple[Served, Book]) -> None:
    book, inside = shop_and_staff
    ann = reviewer(book, "Ann")
    asked = book.buy(book.line(100_000), 60_000).body
    case = waits_for(ann)

    for _ in range(3):
        assert book.database.write(lambda db: lapse_purchases(db, most=9, at=inside.at))[1] == 0
        inside.close_day()
    assert book.database.write(lambda db: lapse_purchases(db, most=9, at=inside.at))[1] == 1

    shown = book.shop.get(f"/purchases/{asked['purchase_id']}").body
    assert (shown["status"], [one["code"] for one in shown["reasons"]]) == ("declined", ["EXT-04"])
    assert [kind for kind, _, _ in notices(inside)] == ["purchase_lapsed"]
    assert ann.get(f"/reviews/{case['id']}").body["case"]["state"] == "withdrawn"
    assert book.database.read(check_books).problems == []
