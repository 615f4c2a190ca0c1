"""A limit is cut and won back over HTTP: told, objected to, decided by another person, taken back; as a story."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.api.conftest import Book as Served
from tests.api.conftest import served
from tests.builders import Book
from tests.flows.limit_worlds import CUT, CUT_AT_ONCE, notices, obey, review, wish

from whiteslip.infra import keys
from whiteslip.infra.settings import load
from whiteslip.kernel.ids import read_owned
from whiteslip.money.lines.model import LineKey


@pytest.fixture
def shop_and_staff(dsn: str, tmp_path: Path) -> Iterator[tuple[Served, Book]]:
    """A running server, and the book behind it."""
    with served(load(dsn=dsn, home=tmp_path, sandbox=True)) as book:
        inside = Book(book.database)
        obey(inside)
        yield book, inside


def caller(book: Served, label: str, *scopes: str):
    """Issue a key to somebody by name."""
    from tests.api.conftest import AT, Caller

    key = book.database.write(
        lambda db: keys.issue(
            db, label=label, merchant_id=None, scopes=scopes, at=AT, pepper=book.pepper
        )
    )
    made = Caller(book.url, key)
    book.callers.enter_context(made.http)
    return made


def test_li_leis_limit_is_cut_and_won_back(shop_and_staff: tuple[Served, Book]) -> None:
    book, inside = shop_and_staff
    app = caller(book, "app", "care:write", "lines:read")
    ann = caller(book, "Ann", "reviews:read", "reviews:write")
    bob = caller(book, "Bob", "reviews:read", "reviews:write")
    line_id = book.line(500_000)
    line = LineKey(*read_owned(line_id, "lin"))

    # News from the bureau: a cut is announced, nothing is lower yet.
    wish(inside, [line], CUT)
    review(inside, [line], by="Ann")
    shown = app.get(f"/lines/{line_id}/limits").body
    (found,) = shown["reviews"]
    assert (shown["fixed_limit_minor"], found["state"], found["after_minor"]) == (
        500_000,
        "announced",
        350_000,
    )
    assert found["effective_on"] == str(inside.today + timedelta(days=7))
    assert [reason["code"] for reason in found["reasons"]] == ["LIM-03", "EXT-01"]

    # Li Lei objects; the day comes and goes.
    path = f"/limit-reviews/{found['review_id']}"
    assert app.post(f"{path}/objection", {"note": "这不是我"}).body["state"] == "referred"
    assert app.post(f"{path}/objection", {}).code == "conflict"
    inside.close_until(inside.today + timedelta(days=8))
    assert app.get(f"/lines/{line_id}").body["fixed_limit_minor"] == 500_000

    # Who asked for the review does not decide it; somebody else sees that Li Lei is right.
    assert [one["review_id"] for one in bob.get("/limit-reviews").body["reviews"]] == [
        found["review_id"]
    ]
    assert app.post(f"{path}/approve", {}).code == "not_allowed"
    assert ann.post(f"{path}/withdraw", {}).code == "not_allowed"
    assert (
        bob.post(f"{path}/withdraw", {"note": "another person's file"}).body["state"] == "withdrawn"
    )
    assert bob.get("/limit-reviews").body["reviews"] == []

    # Months later something odd: cut at once, looked at, taken back.
    wish(inside, [line], CUT_AT_ONCE)
    review(inside, [line], by="Ann")
    (odd, _) = app.get(f"/lines/{line_id}/limits").body["reviews"]
    assert (odd["state"], app.get(f"/lines/{line_id}").body["fixed_limit_minor"]) == (
        "applied",
        350_000,
    )
    path = f"/limit-reviews/{odd['review_id']}"
    assert app.post(f"{path}/objection", {}).body["state"] == "applied"
    assert len(bob.get("/limit-reviews", queue="objected").body["reviews"]) == 1
    assert bob.post(f"{path}/reverse", {}, key="once").body["limit_minor"] == 500_000
    assert bob.post(f"{path}/reverse", {}, key="once").status == 201
    assert bob.post(f"{path}/reverse", {}).code == "conflict"
    history = app.get(f"/lines/{line_id}/limits").body
    assert [(one["before_minor"], one["after_minor"]) for one in history["changes"]] == [
        (350_000, 500_000),
        (500_000, 350_000),
    ]
    assert history["fixed_limit_minor"] == 500_000


def test_an_objection_lies_in_a_case_and_is_answered(shop_and_staff: tuple[Served, Book]) -> None:
    book, inside = shop_and_staff
    app = caller(book, "app", "care:write", "lines:read")
    ann = caller(book, "Ann", "reviews:read", "reviews:write")
    bob = caller(book, "Bob", "reviews:read", "reviews:write")
    lines = [book.line(500_000) for _ in range(3)]
    keys_ = [LineKey(*read_owned(one, "lin")) for one in lines]
    wish(inside, keys_[:2], CUT_AT_ONCE)
    wish(inside, keys_[2:], CUT)
    review(inside, keys_, by="Ann")
    found = [app.get(f"/lines/{one}/limits").body["reviews"][0]["review_id"] for one in lines]
    for one in found:
        app.post(f"/limit-reviews/{one}/objection", {"note": "我的消费没有异常"})
    assert len(bob.get("/reviews", kind="limit").body["items"]) == 3

    # Ann asked for the reviews, so the cases are not for her. Bob upholds two, and gives one limit back
    # where limits are.
    assert ann.post("/reviews/next", {"kinds": ["limit"]}).body["case"] is None
    assert bob.post(f"/limit-reviews/{found[0]}/reverse", {}).body["state"] == "reversed"
    for _ in range(2):
        case = bob.post("/reviews/next", {"kinds": ["limit"]}).body["case"]
        ruling = {"outcome": "uphold", "note": "bought abroad, at night"}
        done = bob.post(f"/reviews/{case['id']}/decide", ruling)
        assert done.body["state"] == "decided", done.body
    assert bob.post("/reviews/next", {"kinds": ["limit"]}).body["case"] is None
    assert bob.get("/limit-reviews", queue="objected").body["reviews"] == []

    # Everybody has an answer: the limit back, that the cut stands, and the day from which it holds.
    states = [app.get(f"/lines/{one}/limits").body["reviews"][0]["state"] for one in lines]
    assert states == ["reversed", "applied", "announced"]
    assert [notices(inside, key)[-1] for key in keys_] == [
        "limit_restored",
        "limit_upheld",
        "limit_cut",
    ]
    again = app.post(f"/limit-reviews/{found[1]}/objection", {})
    assert again.code == "conflict"


def test_a_stopped_run_is_released_by_two_people(shop_and_staff: tuple[Served, Book]) -> None:
    book, inside = shop_and_staff
    ann, bob = (caller(book, name, "reviews:write") for name in ("Ann", "Bob"))
    lines = [LineKey(*read_owned(book.line(500_000), "lin")) for _ in range(11)]
    wish(inside, lines, CUT)
    report = review(inside, lines)
    path = f"/limit-runs/lrun_{report.run_id}"

    assert ann.post(f"{path}/release", {}).body["state"] == "stopped"
    assert ann.post(f"{path}/release", {}).code == "conflict"
    assert bob.post(f"{path}/release", {}).body["state"] == "finished"
    assert ann.post(f"{path}/discard", {}).code == "conflict"
    assert ann.post("/limit-runs/lrun_999/release", {}).code == "not_found"
