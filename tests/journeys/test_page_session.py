"""The shop's app opens the pages for its customer: a link, a button, their own pages and no others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.api.conftest import Book, served
from tests.web.visitors import Visitor

from whiteslip.infra.settings import load


@pytest.fixture(scope="module")
def book(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """One server for all."""
    home = tmp_path_factory.mktemp("home")
    with served(load(dsn=module_dsn, home=home, sandbox=False)) as running:
        yield running


def test_han_meimei_comes_from_the_shops_app(book: Book) -> None:
    line_id = book.line(80_000)
    customer = f"cus_{line_id.split('_')[1]}"
    app = book.caller("customers:write")
    made = app.post("/page-sessions", {"customer_id": customer}, key="once")
    assert made.status == 201
    assert app.post("/page-sessions", {"customer_id": customer}, key="once").raw == made.raw

    meimei = Visitor(book.url)
    path = made.body["path"]
    assert "Continue" in meimei.get(path).text
    entered = meimei.post(path, token=meimei.seal_on(path))
    assert (entered.status_code, entered.headers["location"]) == (303, "/my")
    assert "¥800.00" in meimei.get("/my").text

    again = Visitor(book.url)
    assert again.post(path, token=again.seal_on("/sign-in")).status_code == 403


def test_a_link_needs_a_customer_and_the_right(book: Book) -> None:
    app = book.caller("customers:write")

    assert app.post("/page-sessions", {"customer_id": "cus_999999"}).code == "not_found"
    assert (
        book.caller("purchases:write").post("/page-sessions", {"customer_id": "cus_1"}).status
        == 403
    )
