"""Five strangers sign up in a week over one device; a person looks, restricts two by hand, and spares the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import AT, Caller, served
from tests.api.conftest import Book as Served
from tests.builders import Book

from whiteslip.flows.weave_network import weave_network
from whiteslip.infra import keys
from whiteslip.infra.settings import load


@pytest.fixture
def shop_and_staff(dsn: str, tmp_path: Path) -> Iterator[tuple[Served, Book]]:
    """A running server, and the book behind it."""
    with served(load(dsn=dsn, home=tmp_path, sandbox=True)) as book:
        inside = Book(book.database)
        inside.grant_all()
        yield book, inside


def called(book: Served, label: str) -> Caller:
    """Somebody of the staff, by a name of their own."""
    scopes = ("reviews:read", "reviews:write", "restrictions:write")
    key = book.database.write(
        lambda db: keys.issue(
            db, label=label, merchant_id=None, scopes=scopes, at=AT, pepper=book.pepper
        )
    )
    caller = Caller(book.url, key)
    book.callers.enter_context(caller.http)
    return caller


def notices(inside: Book) -> list[tuple[Any, ...]]:
    query = "SELECT customer_id, text_zh, text_en FROM care.notice ORDER BY notice_id"
    return inside.database.read(lambda db: db.execute(query).fetchall())


def test_a_ring_is_looked_at_by_a_person(shop_and_staff: tuple[Served, Book]) -> None:
    book, inside = shop_and_staff
    staff = book.caller("reviews:read", "reviews:write", "restrictions:write")

    # Five people buy with one tablet; two more have nothing to do with them.
    lines = [book.line() for _ in range(7)]
    for line in lines[:5]:
        assert book.buy(line, device="tablet").body["status"] == "authorized"
    for line in lines[5:]:
        book.buy(line, device=f"phone of {line}")
    inside.close_day()
    inside.write(lambda db: weave_network(db, at=inside.at))

    # It lies before the staff, with what was seen, and nobody has noticed anything.
    (ring,) = staff.get("/rings").body["items"]
    assert (ring["members"], ring["known_bad"], ring["signs"]) == (5, 0, ["synchrony"])
    assert (ring["state"], ring["outcome"]) == ("open", None)
    whole = staff.get(f"/rings/{ring['id']}").body
    customers = [f"cus_{line.split('_')[1]}" for line in lines]
    assert [one["customer_id"] for one in whole["members"]] == customers[:5]
    (shared,) = whole["shared"]
    assert (shared["kind"], shared["members"]) == ("device", customers[:5])
    assert whole["measured"]["synchrony"] == 1
    for language, word in (("zh", "设备"), ("en", "device")):
        drawn = staff.http.get(f"/v1/rings/{ring['id']}/picture", params={"language": language})
        assert drawn.headers["content-type"].startswith("image/svg+xml")
        assert word in drawn.text
        assert all(one in drawn.text for one in customers[:5])
    assert notices(inside) == []
    assert book.buy(lines[0]).body["status"] == "authorized"

    # A person confirms it, which restricts nobody, and restricts two of them by hand.
    case = ring["case_id"]
    assert staff.get(f"/reviews/{case}").body["case"]["kind"] == "ring"
    staff.post(f"/reviews/{case}/take", {})
    decided = staff.post(
        f"/reviews/{case}/decide", {"outcome": "confirm", "note": "two names, one face"}
    )
    assert decided.body["label"] == "true_positive"
    assert notices(inside) == []
    for line in lines[:2]:
        body = {"level": 4, "reason": "FRD-02"}
        assert staff.post(f"/lines/{line}/restrictions", body).status == 201
    assert book.buy(lines[0]).body["status"] == "declined"
    assert book.buy(lines[2]).body["status"] == "authorized"

    # Who is restricted is told so, and not how it was found.
    told = notices(inside)
    assert [f"cus_{one[0]}" for one in told] == customers[:2]
    for _, zh, en in told:
        assert not any(word in zh for word in ("设备", "关联", "团伙"))
        assert not any(word in en.lower() for word in ("device", "ring", "linked", "network"))
    assert staff.get("/rings").body["items"][0]["outcome"] == "confirm"


def test_rings_are_for_the_staff_alone(shop_and_staff: tuple[Served, Book]) -> None:
    book, _ = shop_and_staff

    assert book.shop.get("/rings").status == 403
    assert book.caller("reviews:read").get("/rings/rng_7_49").status == 404


def test_two_people_restrict_whom_they_can_name_a_reason_for(
    shop_and_staff: tuple[Served, Book],
) -> None:
    book, inside = shop_and_staff
    anna, bo = called(book, "anna"), called(book, "bo")
    lines = [book.line() for _ in range(5)]
    for line in lines:
        book.buy(line, device="tablet")
    inside.close_day()
    inside.write(lambda db: weave_network(db, at=inside.at))
    (ring,) = anna.get("/rings").body["items"]
    path, case = f"/rings/{ring['id']}/restrictions", ring["case_id"]

    def asks(*members: tuple[str, str, str]) -> dict[str, Any]:
        return {
            "members": [
                {"line_id": line, "level": 4, "reason": reason, "note": note}
                for line, reason, note in members
            ]
        }

    # While nobody has confirmed the ring, nothing can be asked for anybody in it.
    one = (lines[0], "FRD-04", "sold three phones on the day they came")
    assert anna.post(path, asks(one)).status == 409
    anna.post(f"/reviews/{case}/take", {})
    anna.post(f"/reviews/{case}/decide", {"outcome": "confirm", "note": "one face, five names"})

    # Being in it is no reason, nor is what was said of somebody else, nor is somebody who is not in it.
    assert anna.post(path, asks((lines[0], "FRD-02", "is in the ring"))).status == 422
    assert anna.post(path, asks(one, (lines[1], "FRD-04", one[2]))).status == 422
    assert anna.post(path, asks(one, (book.line(), "FRD-04", "another one"))).status == 404
    assert anna.get(f"/rings/{ring['id']}").body["acts"] == []

    # Anna asks for two; nothing happens to either of them until another person has looked.
    two = (lines[1], "FRD-01", "signed with the papers of a man who died")
    first, second = (act["act_id"] for act in anna.post(path, asks(one, two)).body["items"])
    assert anna.post(path, asks(one)).status == 409
    assert book.buy(lines[0]).body["status"] == "authorized"
    assert anna.post(f"/acts/{first}/decision", {"approved": True}).status == 403
    assert bo.post(f"/acts/{first}/decision", {"approved": True}).body["state"] == "approved"
    assert bo.post(f"/acts/{second}/decision", {"approved": False}).body["state"] == "refused"

    # One is restricted, told why and how to come back; the other and the rest of the picture buy on.
    assert [book.buy(line).body["status"] for line in lines] == ["declined", *["authorized"] * 4]
    ((told, zh, en),) = notices(inside)
    assert f"cus_{told}" == f"cus_{lines[0].split('_')[1]}"
    assert "设备" not in zh
    assert "ring" not in en.lower()
    usable = book.caller("lines:read").get(f"/lines/{lines[0]}/usability").body
    assert [reason["code"] for reason in usable["reasons"]] == ["FRD-04"]
    assert usable["way_back"]["steps"] or usable["way_back"]["advised"]
    acts = anna.get(f"/rings/{ring['id']}").body["acts"]
    assert [(act["line_id"], act["state"]) for act in acts] == [
        (lines[0], "approved"),
        (lines[1], "refused"),
    ]
