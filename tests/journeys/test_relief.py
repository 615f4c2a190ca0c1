"""Li Lei cannot pay, says why, and is helped; Han Mei never got her parcel, and the clock stops meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.conftest import AT, Book, Caller, served

from whiteslip.flows.check_books import check_books
from whiteslip.infra import keys
from whiteslip.infra.settings import load


@pytest.fixture(scope="module")
def book(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """One sandbox whose clock goes on from story to story."""
    home = tmp_path_factory.mktemp("home")
    with served(load(dsn=module_dsn, home=home, sandbox=True)) as book:
        yield book


def person(book: Book, label: str, *scopes: str) -> Caller:
    """Somebody with a name of their own."""
    key = book.database.write(
        lambda db: keys.issue(
            db, label=label, merchant_id=None, scopes=scopes, at=AT, pepper=book.pepper
        )
    )
    caller = Caller(book.url, key)
    book.callers.enter_context(caller.http)
    return caller


@pytest.fixture(scope="module")
def app(book: Book) -> Caller:
    """The shop's app, which speaks for its customers."""
    return person(book, "shop app", "care:read", "care:write")


@pytest.fixture(scope="module")
def anna(book: Book) -> Caller:
    """A member of staff."""
    return person(book, "Anna", "reviews:read", "reviews:write", "care:read")


@pytest.fixture(scope="module")
def bo(book: Book) -> Caller:
    """Another one."""
    return person(book, "Bo", "reviews:read", "reviews:write")


def advance(book: Book, to: str) -> None:
    assert book.operator.post("/clock/advance", {"to": to}).status == 200


def overdue(book: Book, amount_minor: int, *, billed: str, late: str) -> tuple[str, str]:
    """Buy, be billed, miss the due; returns the line and the purchase."""
    line_id = book.line(1_000_000)
    purchase_id = book.buy(line_id, amount_minor, is_verified=True).body["purchase_id"]
    assert book.shop.post(f"/purchases/{purchase_id}/capture", {}).status == 201
    advance(book, billed)
    advance(book, late)
    return line_id, purchase_id


def notices(book: Book, line_id: str) -> list[str]:
    customer_id = int(line_id.split("_")[1])
    found = book.database.read(
        lambda db: db.execute(
            "SELECT kind FROM care.notice WHERE customer_id = %s ORDER BY notice_id", (customer_id,)
        ).fetchall()
    )
    return [kind for (kind,) in found]


def latest(app: Caller, line_id: str) -> Any:
    return app.get(f"/lines/{line_id}/reliefs").body["reliefs"][0]


def test_who_lost_income_says_so_and_pays_in_parts(
    book: Book, app: Caller, anna: Caller, bo: Caller
) -> None:
    line_id, _ = overdue(book, 30_000, billed="2026-01-05", late="2026-02-08")
    offered = latest(app, line_id)
    assert (offered["form"], offered["status"]) == ("promise", "offered")

    declined = app.post(f"/reliefs/{offered['relief_id']}/decline", {})
    assert declined.body["status"] == "refused"
    kept = app.post(
        f"/lines/{line_id}/causes", {"cause": "income_shock", "words": "厂里停工，下个月复工。"}
    )
    assert kept.status == 201
    said = app.get(f"/lines/{line_id}/causes").body["causes"]
    assert [(one["source"], one["in_force"]) for one in said] == [("asked", True), ("facts", False)]

    relief_id = kept.body["offered_relief_id"]
    assert latest(app, line_id)["form"] == "installments"
    longer = app.post(f"/reliefs/{relief_id}/counter", {"form": "installments", "parts": 24})
    assert (longer.body["status"], longer.body["needs_approval"]) == ("countered", True)
    assert app.post(f"/reliefs/{relief_id}/messages", {"text": "每个月能还二十元。"}).status == 201
    assert anna.post(f"/reliefs/{relief_id}/replies", {"text": "十八期可以吗？"}).status == 201
    offer = {"form": "installments", "parts": 18}
    assert anna.post(f"/lines/{line_id}/reliefs/offer", offer).body["status"] == "offered"
    assert app.post(f"/reliefs/{relief_id}/accept", {}).body["status"] == "agreed"
    own = anna.post(f"/reliefs/{relief_id}/approve", {})
    assert (own.status, own.code) == (403, "not_allowed")
    assert bo.post(f"/reliefs/{relief_id}/approve", {}).body["status"] == "running"

    shown = latest(app, line_id)
    assert [message["side"] for message in shown["thread"]] == ["customer", "staff"]
    assert len(shown["dues"]) == 18
    assert (shown["stops_fees"], shown["bars_credit"]) == (True, True)
    line = book.operator.get(f"/lines/{line_id}").body
    assert line["days_past_due"] == 0
    assert "relief_agreed" in notices(book, line_id)
    assert book.database.read(check_books).problems == []


def test_who_disputes_is_not_charged_while_people_look(
    book: Book, app: Caller, anna: Caller
) -> None:
    line_id, purchase_id = overdue(book, 50_000, billed="2026-03-05", late="2026-04-08")
    body = {"ground": "not_received", "words": "一直没有收到货。", "purchase_id": purchase_id}
    opened = app.post(f"/lines/{line_id}/disputes", body)
    assert (opened.status, opened.body["status"]) == (201, "open")
    assert app.post(f"/lines/{line_id}/disputes", body).code == "conflict"
    before = owed_late(book, line_id)
    advance(book, "2026-04-12")
    assert owed_late(book, line_id) == before, "nothing while it is open"

    ruling = f"/disputes/{opened.body['dispute_id']}/reject"
    assert app.post(ruling, {"words": "no"}).code == "not_allowed"
    assert anna.post(ruling, {"words": "签收记录齐全。"}).body["status"] == "rejected"
    assert anna.post(ruling, {"words": "again"}).code == "conflict"
    assert owed_late(book, line_id) == before, "nothing for the time it took"
    advance(book, "2026-04-13")
    assert owed_late(book, line_id) > before
    assert [kind for kind in notices(book, line_id) if "dispute" in kind] == [
        "dispute_opened",
        "dispute_rejected",
    ]
    (shown,) = app.get(f"/lines/{line_id}/disputes").body["disputes"]
    assert (shown["status"], shown["purchase_id"]) == ("rejected", purchase_id)
    assert book.database.read(check_books).problems == []


def owed_late(book: Book, line_id: str) -> int:
    customer_id = int(line_id.split("_")[1])
    row = book.database.read(
        lambda db: db.execute(
            "SELECT sum(late_fee_minor) FROM money.installment WHERE customer_id = %s",
            (customer_id,),
        ).fetchone()
    )
    assert row is not None
    return int(row[0])


def test_each_side_may_do_its_own(book: Book, app: Caller, anna: Caller) -> None:
    line_id = book.line()
    assert anna.post(f"/lines/{line_id}/reliefs", {"form": "installments"}).code == "not_allowed"
    assert (
        app.post(f"/lines/{line_id}/reliefs/offer", {"form": "installments"}).code == "not_allowed"
    )
    nothing = app.post(f"/lines/{line_id}/reliefs", {"form": "installments", "parts": 6})
    assert (nothing.status, nothing.body["where"]) == (422, "form")
    assert app.post(f"/lines/{line_id}/causes", {"cause": "forgot"}).code == "conflict"
    assert app.get("/lines/lin_99_99/reliefs").body == {"reliefs": []}
