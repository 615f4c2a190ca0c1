"""Han Meimei hears from us: at a phone of her own, by day, and not while she is in mourning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from tests.api.conftest import Book, served
from tests.gateways.messages.processes import MessageProcess, message_process

from whiteslip.infra.clock import FixedClock
from whiteslip.infra.settings import load

NIGHT = datetime(2026, 1, 1, 15, 0, tzinfo=UTC)
"""Eleven in the evening in Shanghai."""
MORNING = datetime(2026, 1, 2, 0, 5, tzinfo=UTC)
PHONE = "+8613800000900"


@pytest.fixture(scope="module")
def gateway() -> Iterator[MessageProcess]:
    """A gateway."""
    with message_process() as running:
        yield running


@pytest.fixture
def clock() -> FixedClock:
    """It is night."""
    return FixedClock(NIGHT)


@pytest.fixture
def book(dsn: str, tmp_path: Path, gateway: MessageProcess, clock: FixedClock) -> Iterator[Book]:
    """A server that sends by the gateway."""
    gateway.control(reset=True, at=MORNING.isoformat())
    chosen = load(dsn=dsn, home=tmp_path, sandbox=True, messages_url=gateway.url)
    with served(chosen, clock=clock) as running:
        yield running


def settled(book: Book, customer_id: str, count: int) -> list[Any]:
    """Wait until so many messages are done; returns them, the newest first."""
    until = monotonic() + 20
    while True:
        found = book.operator.get(f"/customers/{customer_id}/messages").body["messages"]
        if len(found) >= count and all(one["finished_at"] for one in found):
            return found
        assert monotonic() < until, found
        sleep(0.1)


def test_a_suspension_waits_for_the_morning_and_a_reminder_for_her_to_be_ready(
    book: Book, gateway: MessageProcess, clock: FixedClock
) -> None:
    app = book.caller("care:read", "care:write")
    line_id = book.line()
    customer_id = f"cus_{line_id.split('_')[1]}"
    path = f"/customers/{customer_id}"

    added = app.post(f"{path}/contacts", {"channel": "sms", "address": PHONE})
    assert (added.status, added.body["address"]) == (201, "***0900")
    contact_id = added.body["id"]
    assert app.post(f"/contacts/{contact_id}/verify", {}).body["is_verified"] is True

    restriction = {"level": 4, "reason": "FRD-01"}
    restricted = book.operator.post(f"/lines/{line_id}/restrictions", restriction)
    assert restricted.status == 201
    sleep(1.5)
    (waiting,) = app.get(f"{path}/messages").body["messages"]
    assert (waiting["status"], waiting["klass"]) == ("queued", "protective")
    assert waiting["not_before"] == "2026-01-02T00:00:00Z", "eight o'clock in Shanghai"
    assert gateway.seen()["tries"] == {}

    clock.move_to(MORNING)
    (sent,) = settled(book, customer_id, 1)
    assert (sent["status"], sent["tries"], sent["contact_id"]) == ("sent", 1, contact_id)
    (text,) = gateway.seen()["texts"].values()
    assert text == "您的白条暂停用于新的消费。详情请在应用内查看。"
    assert list(gateway.seen()["to"].values()) == [PHONE]

    flagged = app.post(f"{path}/contact-flags", {"flag": "bereavement"})
    assert flagged.status == 201
    shown = app.get(f"{path}/contacts").body
    assert [(one["flag"], one["stands"]) for one in shown["flags"]] == [("bereavement", True)]
    ended = app.post(f"/contact-flags/{flagged.body['id']}/end", {})
    assert ended.status == 201
    assert app.post(f"/contact-flags/{flagged.body['id']}/end", {}).code == "conflict"

    off = app.post(f"{path}/contact-channels", {"channel": "sms", "is_opted_out": True})
    assert [one["is_opted_out"] for one in off.body["contacts"]] == [True]
    lifted = book.operator.post(f"/restrictions/{restricted.body['id']}/lift", {})
    assert lifted.status == 201
    sleep(0.3)
    assert len(settled(book, customer_id, 1)) == 1, "told in the app, and nowhere else"


def test_she_is_reminded_in_her_own_day(
    book: Book, gateway: MessageProcess, clock: FixedClock
) -> None:
    line_id = book.line()
    customer_id = f"cus_{line_id.split('_')[1]}"
    contact = {"channel": "sms", "address": PHONE, "zone": "Asia/Urumqi"}
    added = book.operator.post(f"/customers/{customer_id}/contacts", contact)
    contact_id = added.body["id"]
    book.operator.post(f"/contacts/{contact_id}/verify", {})
    hours = {"zone": "America/New_York", "may_at_night": False}
    assert book.operator.post(f"/contacts/{contact_id}/hours", hours).body["zone"] == hours["zone"]
    bought = book.buy(line_id, 50_000)
    book.shop.post(f"/purchases/{bought.body['purchase_id']}/capture", {})

    evening_there = datetime(2026, 1, 31, 4, tzinfo=UTC)
    clock.move_to(evening_there)
    moved = book.operator.post("/clock/advance", {"to": "2026-01-31"})
    assert moved.body["current_on"] == "2026-01-31", moved.body
    until = monotonic() + 20
    while not (found := book.operator.get(f"/customers/{customer_id}/messages").body["messages"]):
        assert monotonic() < until
        sleep(0.1)
    assert [(one["kind"], one["status"], one["not_before"]) for one in found] == [
        ("due_soon", "queued", "2026-01-31T13:00:00Z")
    ]

    gateway.control(at="2026-01-31T13:01:00+00:00")
    clock.move_to(datetime(2026, 1, 31, 13, 1, tzinfo=UTC))
    (sent,) = settled(book, customer_id, 1)
    assert sent["status"] == "sent"


def test_who_may_not_is_refused_and_what_is_wrong_named(book: Book) -> None:
    line_id = book.line()
    path = f"/customers/cus_{line_id.split('_')[1]}"
    reader = book.caller("care:read")
    phone = {"channel": "sms", "address": PHONE}

    assert reader.post(f"{path}/contacts", phone).code == "not_allowed"
    assert book.shop.get(f"{path}/contacts").code == "not_allowed"
    assert book.operator.post("/customers/cus_99/contacts", phone).code == "not_found"
    assert book.operator.get("/customers/cus_99/messages").code == "not_found"
    assert book.operator.post("/contacts/con_1_99/verify", {}).code == "not_found"
    for wrong in ({"address": "12"}, {"address": "li@example.com"}, {"zone": "Asia/Atlantis"}):
        refused = book.operator.post(f"{path}/contacts", {**phone, **wrong})
        assert refused.status in {400, 422}, refused.body
    assert book.operator.post(f"{path}/contacts", phone).status == 201
    assert book.operator.post(f"{path}/contacts", phone).code == "conflict"
    far = {"flag": "illness", "since_on": "9999-01-01"}
    assert book.operator.post(f"{path}/contact-flags", far).code == "invalid_input"
    past = {"flag": "illness", "until_on": "2020-01-01"}
    assert book.operator.post(f"{path}/contact-flags", past).code == "invalid_input"
