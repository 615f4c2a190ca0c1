"""Bad input gets a clear problem with a stable code, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.conftest import Book, served

from whiteslip.infra.settings import load

GOOD = b'{"line_id":"lin_1_1","amount_minor":100,"order_ref":"a"}'
DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.fixture(scope="module")
def book(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    home: Path = tmp_path_factory.mktemp("home")
    with served(load(dsn=module_dsn, home=home, sandbox=True)) as running:
        running.line()
        yield running


@pytest.mark.parametrize(
    ("content", "code", "where"),
    [
        (b"", "malformed_json", None),
        (b"{", "malformed_json", None),
        (b"\xff\xfe", "malformed_json", None),
        (b'{"line_id":"\xff"}', "malformed_json", None),
        (b'{"line_id":"\\ud800"}', "malformed_json", None),
        (b'{"amount_minor":NaN}', "malformed_json", None),
        (GOOD + b"x", "malformed_json", None),
        (DEEP, "invalid_input", None),
        (b"[]", "invalid_input", None),
        (GOOD.replace(b"100", b"-100"), "invalid_input", "amount_minor"),
        (GOOD.replace(b"100", b"0"), "invalid_input", "amount_minor"),
        (GOOD.replace(b"100", b"1.5"), "invalid_input", "amount_minor"),
        (GOOD.replace(b"100", b"100.0"), "invalid_input", "amount_minor"),
        (GOOD.replace(b"100", b"1e2"), "invalid_input", "amount_minor"),
        (GOOD.replace(b"100", b'"100"'), "invalid_input", "amount_minor"),
        (GOOD.replace(b"100", b"true"), "invalid_input", "amount_minor"),
        (GOOD.replace(b"100", b"null"), "invalid_input", "amount_minor"),
        (GOOD.replace(b"100", b"9" * 30), "invalid_input", "amount_minor"),
        (GOOD.replace(b"}", b',"currency":"USD"}'), "invalid_input", "currency"),
        (GOOD.replace(b"}", b',"amount":1}'), "invalid_input", None),
        (GOOD.replace(b"lin_1_1", b"1"), "invalid_input", "line_id"),
        (GOOD.replace(b"lin_1_1", b"lin_1_9999999999999999999"), "not_found", None),
        (GOOD.replace(b"lin_1_1", b"lin_1_77"), "not_found", None),
        (GOOD.replace(b'"a"', b'""'), "invalid_input", "order_ref"),
        (GOOD.replace(b'"a"', b'"\\u0000"'), "invalid_input", "order_ref"),
        (GOOD.replace(b'"a"', b'"' + b"a" * 65 + b'"'), "invalid_input", "order_ref"),
        (GOOD.replace(b"}", b',"plan_months":5}'), "invalid_input", "plan_months"),
        (GOOD.replace(b"}", b',"merchant_id":"mer_2"}'), "not_allowed", None),
    ],
)
def test_a_purchase_that_cannot_be_right(
    book: Book, content: bytes, code: str, where: str | None
) -> None:
    answer = book.shop.send("/purchases", content)

    assert answer.code == code
    assert answer.body.get("where") == where
    assert answer.body["title"]
    assert answer.body["type"] == f"urn:whiteslip:problem:{code}"
    assert book.operator.get("/lines/lin_1_1").body["held_minor"] == 0


@pytest.mark.parametrize("path", ["/purchases", "/repayments", "/customers", "/clock/advance"])
@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"idempotency_key": None}, 400, "idempotency_key_missing"),
        ({"idempotency_key": "k" * 256}, 400, "idempotency_key_invalid"),
        ({"idempotency_key": "schl\u00fcssel".encode("latin-1")}, 400, "idempotency_key_invalid"),
        ({"content_type": "text/plain"}, 415, "unsupported_media_type"),
        ({"content_type": None}, 415, "unsupported_media_type"),
        ({"authorization": None}, 401, "unauthenticated"),
        ({"authorization": "Bearer wsk_wrong"}, 401, "unauthenticated"),
        ({"authorization": "Basic YTpi"}, 401, "unauthenticated"),
        ({"request_timeout_ms": "0"}, 400, "deadline_invalid"),
        ({"request_timeout_ms": "1.5"}, 400, "deadline_invalid"),
    ],
)
def test_headers_that_cannot_be_right(
    book: Book, path: str, headers: dict[str, Any], status: int, code: str
) -> None:
    sent: dict[str, Any] = {
        "content-type": "application/json",
        "idempotency-key": "key",
        "authorization": f"Bearer {book.operator.key}",
    }
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    named = {name: value for name, value in sent.items() if value is not None}

    response = httpx.post(f"{book.url}/v1{path}", content=b"{}", headers=named)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert ("www-authenticate" in response.headers) == (status == 401)


def test_a_body_too_large_is_not_read_to_its_end(book: Book) -> None:
    for path in ("/purchases", "/repayments"):
        answer = book.operator.send(path, b" " * (1 << 20) + b"{}")
        assert (answer.status, answer.code) == (413, "body_too_large")


def test_a_key_without_the_scope_is_turned_away(book: Book) -> None:
    reader = book.caller("purchases:read", merchant_id=1)

    assert reader.send("/purchases", GOOD).code == "not_allowed"
    assert reader.post("/repayments", {}).code == "not_allowed"
    assert reader.get("/lines/lin_1_1").code == "not_allowed"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/lines/lin_1_1/temporary-limits", {"amount_minor": 1, "ends_on": "2026-02-30"}),
        ("/lines/lin_1_1/temporary-limits", {"amount_minor": 1, "ends_on": "9999-12-31"}),
        ("/lines/lin_1_1/temporary-limits", {"amount_minor": 1, "ends_on": "2025-12-31"}),
        ("/clock/advance", {"to": "2026-13-01"}),
        ("/clock/advance", {"to": "2999-01-01"}),
        ("/lines", {"customer_id": "cus_1", "fixed_limit_minor": 1, "statement_day": 29}),
        ("/customers", {"reference": "a", "display_name": "\u0000"}),
        ("/repayments", {"line_id": "lin_1_1", "amount_minor": 10**16}),
    ],
)
def test_dates_and_values_that_do_not_exist(book: Book, path: str, body: dict[str, Any]) -> None:
    answer = book.operator.post(path, body)

    assert (answer.status, answer.code) == (422, "invalid_input")


def test_what_is_not_there(book: Book) -> None:
    assert book.operator.get("/nowhere").code == "not_found"
    assert book.operator.get("/purchases/42").code == "not_found"
    assert book.operator.get("/purchases/pur_1_1_1").code == "not_found"
    assert book.operator.get("/customers/cus_\u0663").code == "not_found"
    wrong = book.operator.http.put("/v1/purchases")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "GET, POST"


def test_commands_that_a_state_does_not_admit(book: Book) -> None:
    line_id = book.line()
    purchase_id = book.buy(line_id, 500).body["purchase_id"]
    path = f"/purchases/{purchase_id}"

    assert book.shop.post(f"{path}/capture", {"amount_minor": 501}).status == 409
    assert book.shop.post(f"{path}/refunds", {"amount_minor": 1}).status == 409
    assert book.shop.post(f"{path}/void", {}).status == 201
    assert book.shop.post(f"{path}/capture", {}).status == 409
    assert book.operator.post(f"/lines/{line_id}/credit-payouts", {}).status == 409


def test_a_clock_outside_a_sandbox_is_not_moved(dsn: str, tmp_path: Path) -> None:
    with served(load(dsn=dsn, home=tmp_path, sandbox=False)) as running:
        assert running.operator.post("/clock/advance", {"to": "2026-01-02"}).code == "not_allowed"


def test_health_readiness_and_metrics_need_no_key_and_name_nobody(book: Book) -> None:
    book.buy("lin_1_1", 10**9)
    with httpx.Client(base_url=book.url) as anybody:
        assert anybody.get("/healthz").status_code == 200
        assert anybody.get("/readyz").json() == {"status": "ready"}
        page = anybody.get("/metrics").text
    assert 'whiteslip_refusals_total{code="LIM-04"}' in page
    assert "whiteslip_queue_depth" in page
    assert "lin_" not in page
