"""The pages through HTTP: what they show, in both languages, and how they fail."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from tests.web.worlds import AT, Served, served

from whiteslip.flows.keep_accounts import make_accounts
from whiteslip.infra.accounts.model import Kind, NewAccount, Role
from whiteslip.infra.database import Database

pytestmark = pytest.mark.slow


def _get(world: Served, path: str, **headers: str) -> httpx.Response:
    """Open a page as somebody of the desk of the book."""
    return world.visitor("book", language="zh").get(path, **headers)


@pytest.mark.parametrize(
    ("path", "zh", "en"),
    [
        ("/desk/book", "账已核平", "Books balance"),
        ("/desk/book/customers", "客户", "Customers"),
        ("/desk/book/customers/{story}", "暂停用于新的消费", "suspended for new purchases"),
        ("/desk/book/customers/{story}/journal", "应收本金", "Principal receivable"),
        ("/desk/book/customers/cus_999999", "这里没有内容", "There is nothing here"),
    ],
)
def test_every_page_speaks_both_languages(world: Served, path: str, zh: str, en: str) -> None:
    path = path.format(story=world.story)
    chinese = _get(world, f"{path}?lang=zh")
    english = _get(world, path, **{"accept-language": "en-GB,en;q=0.9"})

    assert zh in chinese.text
    assert 'lang="zh-CN"' in chinese.text
    assert en in english.text
    assert 'lang="en"' in english.text


def test_the_language_asked_for_wins_and_stays(world: Served) -> None:
    page = _get(world, "/desk/book?lang=en", **{"accept-language": "zh-CN"}).text

    assert "The book" in page
    assert f"/desk/book/customers/{world.story}?order=oldest&amp;lang=en" in page


def test_no_page_asks_the_outside_world(world: Served) -> None:
    for path in ("/desk/book", "/desk/book/customers", f"/desk/book/customers/{world.story}"):
        response = _get(world, path)
        policy = response.headers["content-security-policy"]

        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src 'self'" in policy
        assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', response.text)
        assert not re.findall(r"<script(?! src=\"/static/)", response.text)
        assert not re.findall(r" on[a-z]+=", response.text)
        assert " style=" not in response.text


def test_the_story_shows_where_each_cent_went(world: Served) -> None:
    page = _get(world, f"/desk/book/customers/{world.story}?lang=en&order=oldest").text

    marks = [
        "Joined",
        "in 3 installments",
        "June 2026 statement",
        "is suspended",
        "declined",
        "You can buy",
    ]
    places = [page.index(mark) for mark in marks]
    assert places == sorted(places)
    assert "Where it went" in page
    assert "¥1,146.20" in page


def test_every_number_of_the_story_opens_onto_movements_that_sum_to_zero(world: Served) -> None:
    page = _get(world, f"/desk/book/customers/{world.story}?lang=en").text
    links = {
        link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+/journal\?[^"]+)"', page)
    }

    assert len(links) > 20
    for link in sorted(links):
        shown = _get(world, link).text
        total = re.search(r"Together zero</th><td class=\"n\">([^<]+)<", shown)
        assert total is not None, link
        assert total[1] == "¥0.00"


def test_a_search_by_id_opens_the_customer(world: Served) -> None:
    found = _get(world, f"/desk/book/customers?q={world.story}")
    by_name = _get(world, "/desk/book/customers?q=林小满").text
    nobody = _get(world, "/desk/book/customers?q=nobody-of-this-name&lang=en").text

    assert found.status_code == 303
    assert found.headers["location"] == f"/desk/book/customers/{world.story}"
    assert world.story in by_name
    assert "Nobody matches" in nobody


@pytest.mark.parametrize(
    "path",
    [
        "/desk/book/customers/7",
        "/desk/book/customers/cus_",
        "/desk/book/customers/cus_99999999999999999999",
        "/desk/book/customers/cus_1/journal?source=x",
        "/desk/book/customers/cus_1/journal?since=2026-02-30",
        "/desk/book/customers?q=cus_nobody",
        "/static/secrets.txt",
    ],
)
def test_a_mistake_is_answered_with_a_page(world: Served, path: str) -> None:
    response = _get(world, path)

    assert response.status_code == 404
    assert "回到首页" in response.text


def test_text_of_a_customer_is_never_markup(world: Served) -> None:
    name = "<b>x</b>&"
    customer_id = world.story.removeprefix("cus_")
    update = b"UPDATE credit.customer SET display_name = %s WHERE customer_id = %s"
    world.database.write(lambda db: db.execute(update, (name, customer_id)))
    try:
        assert "<b>x" not in _get(world, f"/desk/book/customers/{world.story}").text
        assert "<b>x" not in _get(world, "/desk/book/customers?q=%3Cb%3Ex").text
    finally:
        world.database.write(lambda db: db.execute(update, ("林小满", customer_id)))


def test_an_empty_book_says_how_to_fill_it(dsn: str, tmp_path: Path) -> None:
    with Database(dsn, max_size=16) as database, served(database, tmp_path) as url:
        world = Served(url, "cus_0", database)
        database.write(
            lambda db: make_accounts(
                db, [NewAccount(Kind.STAFF, "Anna", frozenset({Role.BOOK}))], by="test", at=AT
            )
        )
        page = world.visitor("book").get("/desk/book")

    assert page.status_code == 200
    assert "The book is empty" in page.text
    assert "whiteslip up --demo" in page.text


def test_a_fault_of_ours_is_a_calm_page(world: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("whiteslip.web.routes.book.books.show", broken)
    response = _get(world, "/desk/book?lang=en")

    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text
    assert "secret detail" not in response.text


def test_the_style_sheet_may_be_kept(world: Served) -> None:
    address = re.search(r'href="(/static/whiteslip\.css\?v=\w+)"', _get(world, "/sign-in").text)
    assert address is not None
    sheet = _get(world, address[1])

    assert sheet.headers["content-type"].startswith("text/css")
    assert "immutable" in sheet.headers["cache-control"]
    assert sheet.headers["content-encoding"] == "gzip"
    assert "url(" not in sheet.text


def test_who_is_signed_in_and_goes_astray_is_still_who_they_are(world: Served) -> None:
    visitor = world.visitor("risk")

    missing = visitor.get("/desk/risk/books/watch/99")
    elsewhere = visitor.get("/desk/care")

    assert (missing.status_code, elsewhere.status_code) == (404, 403)
    for page in (missing.text, elsewhere.text):
        assert 'href="/desk/risk' in page
        assert 'href="/sign-in' not in page
    assert 'href="/sign-in' in world.visitor().get("/nowhere").text
