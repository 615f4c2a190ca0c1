"""Li Lei pays by autopay: two cards, a bank that refuses the first, and money that nobody knows, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
from tests.api.conftest import Answer, Book, served
from tests.gateways.bank.bank_files import Told, status_report
from tests.gateways.bank.processes import BankProcess, bank_process

from whiteslip.infra.clock import FixedClock
from whiteslip.infra.settings import load

DUE_ON = date(2026, 2, 3)
MORNING = datetime(2026, 2, 2, 2, tzinfo=UTC)
"""Ten in the morning where the schedule counts its hours."""
INSUFFICIENT_ONCE, STRANGER = "acct-802", "acct-816"


@pytest.fixture
def bank() -> Iterator[BankProcess]:
    with bank_process() as running:
        yield running


@pytest.fixture
def book(dsn: str, tmp_path: Path, bank: BankProcess) -> Iterator[Book]:
    settings = load(dsn=dsn, home=tmp_path, sandbox=True, bank_url=bank.url)
    with served(settings, clock=FixedClock(MORNING)) as running:
        yield running


def add(book: Book, line_id: str, account: str, *, mandate: str = "M-1", **more: Any) -> Answer:
    body = {
        "kind": "card",
        "label": "招商银行 •••• 1234",
        "account": account,
        "holder": "李雷",
        "mandate": mandate,
        "given_at": "2026-01-01T00:00:00Z",
        **more,
    }
    return book.operator.post(f"/lines/{line_id}/sources", body)


def close_until(book: Book, day: date) -> None:
    assert book.operator.post("/clock/advance", {"to": day.isoformat()}).status == 200


def wait_for(book: Book, line_id: str, state: str) -> dict[str, Any]:
    until = monotonic() + 20
    while True:
        items = book.operator.get(f"/lines/{line_id}/collections").body["items"]
        if items and items[0]["state"] == state:
            return items[0]
        assert monotonic() < until, items
        sleep(0.05)


def test_the_first_card_lacks_funds_and_the_second_pays(book: Book) -> None:
    line_id = book.line()
    first = add(book, line_id, INSUFFICIENT_ONCE)
    assert first.status == 201
    assert (first.body["place"], first.body["status"]) == (1, "active")
    assert "account" not in first.body, "the token is between us and the bank"
    second = add(book, line_id, "acct-1", mandate="M-2", kind="bank_account")
    bought = book.buy(line_id, 40_000).body["purchase_id"]
    book.shop.post(f"/purchases/{bought}/capture", {})
    close_until(book, DUE_ON - timedelta(days=1))

    paid = wait_for(book, line_id, "paid")
    tried = [(one["source_id"], one["state"], one["reason"]) for one in paid["tries"]]
    assert tried == [
        (first.body["source_id"], "failed", "AM04"),
        (second.body["source_id"], "paid", None),
    ]
    (repaid,) = book.operator.get(f"/lines/{line_id}/repayments").body["repayments"]
    assert (repaid["amount_minor"], repaid["method"]) == (4_000, "bank_account")
    assert paid["tries"][1]["repayment_id"] == repaid["repayment_id"]
    assert paid["due_on"] == DUE_ON.isoformat()


def test_sources_are_ordered_and_stopped_by_their_owner(book: Book) -> None:
    line_id = book.line()
    ids = [add(book, line_id, f"acct-{n}", mandate=f"M-{n}").body["source_id"] for n in range(3)]
    path = f"/lines/{line_id}/sources"
    order = {"source_ids": ids[::-1]}
    headers = {"idempotency-key": "order-1"}
    answers = [
        book.operator.http.put(f"/v1{path}/order", json=order, headers=headers) for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert [one["source_id"] for one in book.operator.get(path).body["items"]] == ids[::-1]
    for wrong in (ids[:2], [*ids, ids[0]], [*ids[:2], "src_999_1"]):
        refused = book.operator.http.put(
            f"/v1{path}/order",
            json={"source_ids": wrong},
            headers={"idempotency-key": f"order-{wrong}"},
        )
        assert refused.status_code == 422, wrong

    stopped = book.operator.post(f"/sources/{ids[1]}/stop", {})
    assert (stopped.body["status"], stopped.body["stop_reason"]) == ("stopped", "asked")
    shown = book.operator.get(path).body["items"]
    assert [one["source_id"] for one in shown] == [ids[2], ids[0], ids[1]]
    assert add(book, line_id, "acct-7", mandate="M-0").status == 409
    assert add(book, line_id, "acct-7", mandate="M-7", label="6222 0200 1234").status == 422
    assert book.operator.post("/sources/src_1_999/stop", {}).status == 404
    assert book.operator.get("/lines/lin_9_9/sources").status == 404
    assert book.caller("lines:read").get(path).status == 403


def test_money_of_nobody_waits_in_suspense_until_two_people_assign_it(book: Book) -> None:
    line_id = book.line(1_000_000)
    add(book, line_id, STRANGER)
    bought = book.buy(line_id, 330_000, plan_months=3).body["purchase_id"]
    book.shop.post(f"/purchases/{bought}/capture", {})
    close_until(book, DUE_ON - timedelta(days=1))
    wait_for(book, line_id, "paid")

    (item,) = book.operator.get("/suspense-items", state="open").body["items"]
    assert (item["kind"], item["held_minor"]) == ("unknown_reference", 111_650)
    path = f"/suspense-items/{item['item_id']}"
    anna = book.caller("reviews:read", "reviews:write")
    mine = anna.post(f"{path}/owner", {"note": "asking the bank"})
    assert mine.body["owned_by"] == "tested"
    assert anna.post(f"{path}/closing", {"way": "noted", "note": "?"}).status == 422
    assert anna.post(f"{path}/closing", {"way": "assigned", "note": "?"}).status == 422
    closing = {"way": "assigned", "line_id": line_id, "note": "the bank named the payer"}
    asked = anna.post(f"{path}/closing", closing)
    assert asked.body["state"] == "asked"
    approval = {"approved": True, "note": "seen"}
    assert anna.post(f"{path}/decision", approval).status == 403, "another person decides"

    done = book.operator.post(f"{path}/decision", approval)
    assert (done.status, done.body["state"], done.body["line_id"]) == (201, "closed", line_id)
    assert book.operator.post(f"{path}/decision", approval).status == 409
    repaid = book.operator.get(f"/repayments/{done.body['repayment_id']}").body
    assert (repaid["amount_minor"], repaid["method"]) == (111_650, "bank")
    deeds = book.operator.get(f"{path}/deeds").body["items"]
    assert [(one["deed"], one["by"]) for one in deeds] == [
        ("opened", "whiteslip"),
        ("owned", "tested"),
        ("asked", "tested"),
        ("closed", "operator"),
    ]
    assert book.operator.get("/suspense-items/sus_999/deeds").status == 404


def send(book: Book, content: bytes, key: str, **headers: str) -> httpx.Response:
    named = {"idempotency-key": key, "content-type": "application/xml", **headers}
    return book.operator.http.post("/v1/bank-files", content=content, headers=named)


def test_a_banks_file_acts_once_and_a_bad_one_not_at_all(book: Book, bank: BankProcess) -> None:
    line_id = book.line()
    add(book, line_id, "acct-1")
    bought = book.buy(line_id, 40_000).body["purchase_id"]
    book.shop.post(f"/purchases/{bought}/capture", {})
    bank.stop()
    close_until(book, DUE_ON - timedelta(days=1))
    (tried,) = book.operator.get(f"/lines/{line_id}/collections").body["items"][0]["tries"]
    told = Told(tried["reference"], "ACSC", None, "40.00", day="2026-02-02")
    stranger = Told("invoice-7", "ACSC", None, "12.00", own="own-2", day="2026-02-02")
    file = status_report([told, stranger])

    cut = send(book, file[: len(file) // 2], "k0")
    assert (cut.status_code, cut.json()["code"]) == (422, "invalid_input")
    assert cut.json()["where"], "it says where"
    odd = send(book, status_report([told], version="99"), "k1")
    assert odd.status_code == 422
    assert book.operator.get(f"/lines/{line_id}/repayments").body["repayments"] == []
    assert book.operator.get("/suspense-items").body["items"] == []

    first = send(book, file, "k2")
    assert first.status_code == 201, first.text
    done = first.json()
    assert (done["results"], done["did"]["paid"], done["did"]["suspended"]) == (2, 1, 1)
    assert send(book, file, "k2").content == first.content
    assert send(book, file, "k3").json() == done, "the same file under another key"
    (repaid,) = book.operator.get(f"/lines/{line_id}/repayments").body["repayments"]
    assert repaid["amount_minor"] == 4_000
    (item,) = book.operator.get("/suspense-items").body["items"]
    assert (item["reference"], item["held_minor"]) == ("invoice-7", 1_200)

    assert send(book, file, "k4", **{"content-type": "application/json"}).status_code == 415
    lines = book.caller("lines:read")
    refused = lines.http.post(
        "/v1/bank-files",
        content=file,
        headers={"idempotency-key": "k5", "content-type": "application/xml"},
    )
    assert refused.status_code == 403
