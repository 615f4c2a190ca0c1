"""Opening the hosted checkout through HTTP: once for a key, by the shop itself, and nothing is held."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.conftest import Book, served

from whiteslip.infra.settings import load

PATH = "/checkout-sessions"
COUNT = b"SELECT count(*) FROM money.checkout_session"


@pytest.fixture(scope="module")
def book(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    home: Path = tmp_path_factory.mktemp("home")
    with served(load(dsn=module_dsn, home=home, sandbox=True)) as running:
        running.line()
        yield running


def wanted(**changed: Any) -> dict[str, Any]:
    """Ask for a session of the first line; a field that is None is left out."""
    body = {
        "line_id": "lin_1_1",
        "amount_minor": 12_000,
        "order_ref": "T-1",
        "goods": "茶 & <tea>",
        "return_url": "https://shop.example/done?order=T-1",
        **changed,
    }
    return {name: value for name, value in body.items() if value is not None}


def opened(book: Book) -> int:
    row = book.database.read(lambda db: db.execute(COUNT).fetchone())
    assert row is not None
    return int(row[0])


def page(book: Book, path: str) -> httpx.Response:
    return httpx.get(book.url + path, headers={"accept": "text/html", "accept-language": "en"})


def test_a_session_leads_to_a_page_with_what_is_to_be_paid_and_holds_nothing(book: Book) -> None:
    before = datetime.now().astimezone()
    answer = book.shop.post(PATH, wanted())

    assert answer.status == 201
    assert set(answer.body) == {"path", "ends_at"}
    lasts = datetime.fromisoformat(answer.body["ends_at"]) - before
    assert timedelta(minutes=59) < lasts < timedelta(minutes=61)
    shown = page(book, answer.body["path"])
    assert shown.status_code == 200
    assert "¥120.00" in shown.text
    assert "小店 · 茶 &amp; &lt;tea&gt;" in shown.text
    assert book.operator.get("/lines/lin_1_1").body["held_minor"] == 0


def test_a_repeated_key_opens_one_session_and_answers_byte_for_byte(book: Book) -> None:
    before = opened(book)

    first = book.shop.post(PATH, wanted(), key="same session")
    again = book.shop.post(PATH, wanted(), key="same session")
    other = book.shop.post(PATH, wanted(amount_minor=12_001), key="same session")

    assert (first.status, again.status) == (201, 201)
    assert again.raw == first.raw
    assert (other.status, other.code) == (422, "idempotency_conflict")
    assert opened(book) == before + 1
    assert "¥120.00" in page(book, first.body["path"]).text


def test_another_key_opens_another_session(book: Book) -> None:
    first, second = (book.shop.post(PATH, wanted()).body["path"] for _ in range(2))

    assert first != second


@pytest.mark.parametrize(
    ("changed", "code", "where"),
    [
        ({"amount_minor": 0}, "invalid_input", "amount_minor"),
        ({"amount_minor": -1}, "invalid_input", "amount_minor"),
        ({"amount_minor": "120"}, "invalid_input", "amount_minor"),
        ({"amount_minor": 1.5}, "invalid_input", "amount_minor"),
        ({"amount_minor": 10**30}, "invalid_input", "amount_minor"),
        ({"amount_minor": None}, "invalid_input", None),
        ({"return_url": "javascript:alert(1)"}, "invalid_input", "return_url"),
        ({"return_url": "http://shop.example/"}, "invalid_input", "return_url"),
        ({"return_url": "//shop.example/"}, "invalid_input", "return_url"),
        ({"return_url": "https://"}, "invalid_input", "return_url"),
        ({"return_url": "https://shop.example/a b"}, "invalid_input", "return_url"),
        ({"return_url": "https://shop.example/" + "a" * 500}, "invalid_input", "return_url"),
        ({"goods": ""}, "invalid_input", "goods"),
        ({"goods": "a\u0000b"}, "invalid_input", "goods"),
        ({"goods": None}, "invalid_input", None),
        ({"order_ref": ""}, "invalid_input", "order_ref"),
        ({"currency": "USD"}, "invalid_input", "currency"),
        ({"plan_months": 3}, "invalid_input", None),
        ({"line_id": "1"}, "invalid_input", "line_id"),
        ({"line_id": "lin_1_77"}, "not_found", None),
    ],
)
def test_a_session_that_cannot_be_right_is_not_opened(
    book: Book, changed: dict[str, Any], code: str, where: str | None
) -> None:
    before = opened(book)

    answer = book.shop.post(PATH, wanted(**changed))

    assert (answer.code, answer.body.get("where")) == (code, where)
    assert answer.status == (404 if code == "not_found" else 422)
    assert opened(book) == before


@pytest.mark.parametrize("url", ["http://localhost:3000/done", "http://127.0.0.1/done", None])
def test_a_shop_on_the_machine_itself_or_without_a_way_back_is_served(
    book: Book, url: str | None
) -> None:
    assert book.shop.post(PATH, wanted(return_url=url)).status == 201


def test_only_who_may_sell_opens_a_session(book: Book) -> None:
    reader = book.caller("purchases:read", merchant_id=1)
    before = opened(book)

    refused = reader.post(PATH, wanted())
    unknown = httpx.post(f"{book.url}/v1{PATH}", json=wanted(), headers={"idempotency-key": "k"})

    assert (refused.status, refused.code) == (403, "not_allowed")
    assert unknown.status_code == 401
    assert opened(book) == before


def test_a_shop_opens_sessions_of_its_own_only(book: Book) -> None:
    book.operator.post("/merchants", {"name": "别家"}, key="the other shop")
    other = book.caller("purchases:read", "purchases:write", merchant_id=2)
    before = opened(book)

    named = other.post(PATH, wanted(merchant_id="mer_1"))
    own = other.post(PATH, wanted())
    said = other.post(PATH, wanted(merchant_id="mer_2"))

    assert (named.status, named.code) == (403, "not_allowed")
    assert (own.status, said.status) == (201, 201)
    assert "别家 ·" in page(book, own.body["path"]).text
    assert opened(book) == before + 2


def test_an_operator_has_to_name_the_shop(book: Book) -> None:
    named = book.operator.post(PATH, wanted(merchant_id="mer_1"))
    unnamed = book.operator.post(PATH, wanted())
    nowhere = book.operator.post(PATH, wanted(merchant_id="mer_99"))

    assert named.status == 201
    assert (unnamed.code, unnamed.body["where"]) == ("invalid_input", "merchant_id")
    assert (nowhere.status, nowhere.code) == (404, "not_found")


def test_a_key_of_two_callers_is_two_keys(book: Book) -> None:
    other = book.caller("purchases:write", merchant_id=1)

    first = book.shop.post(PATH, wanted(), key="shared")
    second = other.post(PATH, wanted(order_ref="T-2"), key="shared")

    assert (first.status, second.status) == (201, 201)
    assert first.body["path"] != second.body["path"]
